// Hostile inputs 40 to 50: applications that are wrong or were talked into it, and what lies around the engine.

import { EventEmitter, once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { createAccelerator, createXorMasker } from '@ws/accel';
import { acceptDeflate, offerDeflate } from '@ws/compress/deflate';
import { CLIENT_OPTIONS, HandshakeError, SERVER_OPTIONS, transportOf } from '@ws/core';
import {
  connectWS,
  createClientAgent,
  listenWS,
  nodePlatform,
  openWebSocket,
  serveWebSocket,
  WebSocketClientFactory,
  type WebSocketClientProtocol,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '@ws/node';
import { manualClock, memoryPair, seededRandom } from '@ws/testkit';
import { ConnectionRequest } from '@ws/types';
import { parseUrl, WsError } from '@ws/util';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { serveRaw } from '../src/hostile/raw-peer.ts';
import { closePayload, frame, readFrames, request, response } from '../src/hostile/wire.ts';

let arena: Arena;
const unhandled: unknown[] = [];
const onUnhandled = (reason: unknown): void => {
  unhandled.push(reason);
};
beforeAll(async () => {
  process.on('unhandledRejection', onUnhandled);
  arena = await Arena.open();
});
afterEach(async () => {
  expect(await arena.isServing()).toBe(true);
  expect(unhandled).toEqual([]);
});
afterAll(async () => {
  await arena[Symbol.asyncDispose]();
  process.off('unhandledRejection', onUnhandled);
});

const connect = (): Promise<WebSocketClientProtocol> => createClientAgent().open(`ws://127.0.0.1:${arena.port}/`);
const open = (): ReturnType<typeof openWebSocket> => openWebSocket(`ws://127.0.0.1:${arena.port}/`);

describe('40 B: closing with what cannot be closed with', () => {
  test.each<readonly [string, unknown, unknown]>([
    ['1005', 1005, null],
    ['1006', 1006, null],
    ['1015', 1015, null],
    ['1001, which an application has no business with', 1001, null],
    ['NaN', Number.NaN, null],
    ['1000.5', 1000.5, null],
    ['-1', -1, null],
    ['5000', 5000, null],
    ['66536, which is 1000 in 16 bits', 66536, null],
    ['a string', '1000', null],
    ['an object', { valueOf: () => 1000 }, null],
    ['a reason without a code', null, 'why'],
    ['a number as the reason', 1000, 5],
    ['a typed array as the reason', 1000, new Float32Array(20)],
    ['an object as the reason', 1000, { toString: () => 'x', length: 100 }],
  ])('%s: an error, and the connection stays open', async (_title, code, reason) => {
    const connection = await connect();
    expect(() => connection.sendClose(code as number, reason as string)).toThrow(/./);
    expect(connection.state).toBe('open');
    const pull = await open();
    await expect(
      pull.close(code as number, reason as string).then(() => {
        if (code === 1001 || code === null) throw new Error('allowed here');
      }),
    ).rejects.toThrow(/./);
    pull.terminate();
    connection.dropConnection(true);
  });
  test('124 bytes of reason are cut at a character; a lone surrogate becomes U+FFFD', async () => {
    for (const [reason, sent] of [
      ['é'.repeat(62), 'é'.repeat(61)],
      ['a\ud800b', 'a\ufffdb'],
    ] as const) {
      const closed = arena.nextClose();
      const connection = await connect();
      connection.sendClose(4000, reason);
      expect(await closed).toMatchObject({ wasClean: true, code: 4000, reason: sent });
    }
  });
  test.each([5, true, null, undefined, {}, [1, 2], new Float32Array(4), new DataView(new ArrayBuffer(4)), Symbol('x')])(
    'a payload that is %s: a TypeError, nothing is sent',
    async payload => {
      const connection = await connect();
      const bytes = payload as Uint8Array;
      expect(() => connection.sendMessage(bytes)).toThrow(TypeError);
      if (payload !== undefined) expect(() => connection.sendPing(bytes)).toThrow(TypeError);
      expect(() => arena.factory.prepareMessage(bytes)).toThrow(TypeError);
      expect(connection.trafficStats.outgoingWebSocketFrames).toBe(0);
      connection.dropConnection(true);
    },
  );
  test('126 bytes of ping: a RangeError', async () => {
    const connection = await connect();
    expect(() => connection.sendPing(new Uint8Array(126))).toThrow(RangeError);
    connection.dropConnection(true);
  });
});

/** Sends something, and gets the echo. */
async function echoOf(connection: WebSocketClientProtocol, send: () => void): Promise<Buffer> {
  const echo = new Promise<Buffer>((resolve, reject) => {
    connection.on('message', payload => resolve(Buffer.from(payload)));
    void connection.closed.then(({ reason }) => reject(new Error(`closed: ${reason}`)));
  });
  send();
  const bytes = await echo;
  connection.off('message');
  return bytes;
}

const isAll = (byte: number, length: number) => (bytes: Buffer) => bytes.equals(Buffer.alloc(length, byte));

describe('41 B: memory with a will of its own', () => {
  test.each([10, 1000, 20_000, 200_000])('%i bytes of shared memory are sent as they are', async length => {
    const connection = await connect();
    const bytes = new Uint8Array(new SharedArrayBuffer(length)).fill(7);
    expect(await echoOf(connection, () => connection.sendMessage(bytes, true))).toSatisfy(isAll(7, length));
    expect(await echoOf(connection, () => connection.sendMessage(bytes))).toSatisfy(isAll(7, length));
    connection.dropConnection(true);
  });
  test('memory that was transferred away: a TypeError, nothing is sent, the connection is as good as before', async () => {
    const connection = await connect();
    const bytes = new Uint8Array(100);
    structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
    expect(() => connection.sendMessage(bytes, true)).toThrow(TypeError);
    expect(() => connection.sendPing(bytes)).toThrow(TypeError);
    expect(() => arena.factory.prepareMessage(bytes, true)).toThrow(TypeError);
    expect((await echoOf(connection, () => connection.sendMessage('x'))).toString()).toBe('x');
    connection.dropConnection(true);
  });
  test('up to 16 KiB may be changed at once, masked or not', async () => {
    const connection = await connect();
    const bytes = new Uint8Array(16_384).fill(1);
    const send = (): void => {
      connection.sendMessage(bytes, true);
      bytes.fill(2);
    };
    expect(await echoOf(connection, send)).toSatisfy(isAll(1, 16_384));
    connection.dropConnection(true);
  });
  test('what a client sends is never changed by masking', async () => {
    const connection = await connect();
    for (const length of [10, 20_000, 300_000]) {
      const bytes = new Uint8Array(length).fill(9);
      await echoOf(connection, () => connection.sendMessage(bytes, true));
      expect(bytes.every(byte => byte === 9)).toBe(true);
    }
    connection.dropConnection(true);
  });
});

const HOOKS = ['onOpen', 'onMessage', 'onPing', 'onPong', 'onClosing', 'onMessageBegin', 'onMessageEnd'] as const;

describe('42 S: applications that throw', () => {
  test.each(HOOKS.flatMap(hook => [[hook, 'throws'] as const, [hook, 'rejects'] as const]))(
    '%s %s: 1011, and nobody else notices',
    async (hook, way) => {
      class Broken extends Echo {}
      const hooks = Echo.prototype as unknown as Record<string, (...values: unknown[]) => unknown>;
      const original = hooks[hook]!;
      Object.defineProperty(Broken.prototype, hook, {
        value(this: WebSocketServerProtocol, ...values: unknown[]) {
          if (this.resource === '/witness') return original.apply(this, values);
          if (way === 'throws') throw new Error('a bug of the application');
          return Promise.reject(new Error('a bug of the application'));
        },
      });
      await using own = await Arena.open({ Protocol: Broken });
      const closed = own.nextClose();
      const attack = [frame({ opcode: 9 }), frame({ opcode: 10 }), frame({ opcode: 1, payload: 'x' })];
      const peer = await own.openRaw();
      peer.write(Buffer.concat(attack));
      if (hook === 'onClosing') peer.write(frame({ opcode: 8, payload: closePayload(1000) }));
      await peer.until(() => peer.frames.some(({ opcode }) => opcode === 8));
      expect(peer.frames.at(-1)!.payload.readUInt16BE(0)).toBe(hook === 'onClosing' ? 1000 : 1011);
      peer.socket.end();
      // A promise that is rejected when everything has gone well has nothing to add.
      const { error } = await closed;
      if (hook !== 'onClosing') expect(error).toMatchObject({ message: 'a bug of the application' });
      expect(await own.isServing()).toBe(true);
    },
  );
  test('onClose, a listener, a constructor: contained', async () => {
    await using own = await Arena.open({
      Protocol: class extends Echo {
        override onClose(): void {
          throw new Error('a bug of the application');
        }
      },
    });
    for (const connection of own.factory.connections) {
      connection.on('message', payload => {
        if (payload.length === 3) throw new Error('a bug of a listener');
      });
    }
    const closed = own.nextClose();
    const peer = await own.openRaw();
    peer.socket.end();
    await closed;
    expect(await own.isServing()).toBe(true);
  });
  test('the text of the error is not told to the peer', async () => {
    await using server = await serveWebSocket(
      async asked => {
        await asked.accept();
        throw new Error('the password is hunter2');
      },
      { onError: () => {} },
    );
    const connection = await openWebSocket(`ws://127.0.0.1:${server.port}/`);
    const { code, reason } = await connection.whenClosed;
    expect(code).toBe(1011);
    expect(String(reason)).not.toContain('hunter2');
  });
  test('an iterator that throws while its message is being sent', async () => {
    const connection = await open();
    async function* parts(): AsyncGenerator<string> {
      yield 'a';
      throw new Error('a bug of the iterator');
    }
    await expect(connection.sendMessage(parts())).rejects.toThrow('a bug of the iterator');
    await connection.whenClosed;
  });
});

/** Runs with a property that every object seems to have. */
async function polluted<Result>(
  properties: Readonly<Record<string, unknown>>,
  task: () => Promise<Result>,
): Promise<Result> {
  const prototype = Object.prototype as Record<string, unknown>;
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(prototype, name, { value, configurable: true, enumerable: false, writable: true });
  }
  try {
    return await task();
  } finally {
    for (const name of Object.keys(properties)) delete prototype[name];
  }
}

describe('43 B: a polluted Object.prototype', () => {
  test('protocol options: own properties only', async () => {
    const names = [...new Set([...Object.keys(SERVER_OPTIONS), ...Object.keys(CLIENT_OPTIONS)])];
    const properties = Object.fromEntries(names.map(name => [name, 'polluted']));
    await polluted(properties, async () => {
      const server = new WebSocketServerFactory({});
      server.setProtocolOptions({ autoPingSize: 20 });
      for (const [name, row] of Object.entries(SERVER_OPTIONS)) {
        const value = (server.options as unknown as Record<string, unknown>)[name];
        expect(value).toEqual(name === 'autoPingSize' ? 20 : row.default);
      }
    });
  });
  test('a proxy, headers, credentials: a client goes where it was told to', async () => {
    await using thief = await serveRaw(() => {});
    const properties = {
      proxy: { host: '127.0.0.1', port: thief.port },
      headers: { 'X-Polluted': '1' },
      origin: 'https://evil.example',
      useragent: 'evil',
      protocols: ['evil'],
      host: 'evil.example',
      tls: { rejectUnauthorized: false },
      resource: '/evil',
      extensions: [{ extensionName: 'evil' }],
    };
    await using server = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      peer.write(response(peer.text));
    });
    const url = `ws://127.0.0.1:${server.port}/`;
    await polluted(properties, async () => {
      const one = await createClientAgent().open(url, {});
      one.dropConnection(true);
      const two = await connectWS(new WebSocketClientFactory({ url }));
      two.dropConnection(true);
      const three = await openWebSocket(url, {});
      three.terminate();
    });
    expect(thief.peers).toHaveLength(0);
    expect(server.peers).toHaveLength(3);
    for (const { text } of server.peers) expect(text).not.toMatch(/evil|polluted/i);
  });
  test('a server listens where it was told to, and as it was', async () => {
    // What Node itself reads of a polluted prototype, such as `host`, is Node's matter.
    const properties = { tls: {}, reusePort: true, server: 'evil', code: 1006, grace: 'x' };
    await polluted(properties, async () => {
      const port = await listenWS(new WebSocketServerFactory(), { port: 0 });
      expect(port.port).toBeGreaterThan(0);
      await port.close();
      const server = await serveWebSocket(() => {}, { port: 0 });
      expect(server.port).toBeGreaterThan(0);
      await server.close();
    });
  });
  test('compression is agreed on as it was configured', async () => {
    await polluted({ windowBits: 9, level: 0, requestMaxWindowBits: 8, requestNoContextTakeover: true }, async () => {
      const factory = new WebSocketServerFactory();
      factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate({ threshold: 1 }) });
      const port = await listenWS(factory, { port: 0, host: '127.0.0.1' });
      const offers = offerDeflate({ threshold: 1 });
      const connection = await createClientAgent().open(`ws://127.0.0.1:${port.port}/`, {
        protocolOptions: { perMessageCompressionOffers: offers },
      });
      expect(connection.response?.headers['sec-websocket-extensions']).toBe('permessage-deflate');
      connection.dropConnection(true);
      await port.close({ grace: 0 });
    });
  });
});

describe('44 B: an abort at every point', () => {
  test('opening is aborted after each turn of the event loop', async () => {
    for (let turns = 0; turns < 12; turns++) {
      const controller = new AbortController();
      const reason = new Error(`after ${turns} turns`);
      const opening = openWebSocket(`ws://127.0.0.1:${arena.port}/`, { signal: controller.signal });
      const settled = opening.then(
        connection => {
          connection.terminate();
          return 'opened';
        },
        error => error,
      );
      for (let i = 0; i < turns; i++) await (turns % 2 === 0 ? Promise.resolve() : new Promise(setImmediate));
      controller.abort(reason);
      expect(['opened', reason]).toContain(await settled);
    }
  });
  test('receiving, pinging, sending and closing', async () => {
    const connection = await open();
    const signal = AbortSignal.abort(new Error('enough'));
    await expect(connection.getMessage({ signal })).rejects.toThrow('enough');
    await expect(connection.ping('x', { signal })).rejects.toThrow('enough');
    await expect(connection.sendMessage('x', { signal })).rejects.toThrow('enough');
    const controller = new AbortController();
    const receiving = connection.getMessage({ signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(receiving).rejects.toThrow('enough');
    // It is as good as before.
    await connection.sendMessage('still there?');
    expect(await connection.getMessage()).toBe('still there?');
    await expect(connection.close(1000, '', { signal })).rejects.toThrow('enough');
    connection.terminate();
    await connection.whenClosed;
  });
  test('no listener stays at a signal that is never aborted', async () => {
    const controller = new AbortController();
    let listeners = 0;
    const { signal } = controller;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...args: Parameters<typeof add>) => {
      listeners++;
      add(...args);
    };
    signal.removeEventListener = (...args: Parameters<typeof remove>) => {
      listeners--;
      remove(...args);
    };
    const connection = await openWebSocket(`ws://127.0.0.1:${arena.port}/`, { signal });
    await connection.sendMessage('x', { signal });
    await connection.getMessage({ signal });
    await connection.ping('x', { signal });
    await connection.close(1000, '', { signal });
    expect(listeners).toBe(0);
  });
});

/** What a client in memory writes behind its request. */
function clientFrames(send: (connection: WebSocketClientProtocol) => void): Buffer {
  const clock = manualClock();
  const factory = new WebSocketClientFactory({}, { ...nodePlatform, clock });
  const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
  const connection = factory.buildProtocol();
  const written: Buffer[] = [];
  connection.attach(pair.a);
  pair.b.attach({ onData: bytes => written.push(Buffer.from(bytes)), onDrain() {}, onEnd() {}, onClose() {} });
  pair.flush();
  pair.b.write(response(Buffer.concat(written).toString('latin1')));
  pair.flush();
  written.length = 0;
  send(connection);
  clock.flush();
  connection.dropConnection();
  pair.flush();
  return Buffer.concat(written);
}

describe('45 C: masking keys', () => {
  test('10 000 frames have 10 000 keys, and every bit of them is set about as often as not', () => {
    const count = 10_000;
    const bytes = clientFrames(connection => {
      for (let i = 0; i < count; i++) connection.sendMessage(Uint8Array.of(0), true);
    });
    const keys = Array.from({ length: count }, (_, i) => bytes.readUInt32BE(i * 7 + 2));
    // Of 2^32: one repetition in 10 000 has a chance of 1 : 100.
    expect(new Set(keys).size).toBeGreaterThan(count - 4);
    expect(keys).not.toContain(0);
    for (let bit = 0; bit < 32; bit++) {
      const ones = keys.filter(key => (key >>> bit) & 1).length;
      // Ten standard deviations.
      expect(Math.abs(ones - count / 2)).toBeLessThan(500);
    }
    expect(readFrames(bytes).frames).toHaveLength(count);
  });
  test('a prepared message is masked anew each time, from what it was', () => {
    const bytes = clientFrames(connection => {
      const prepared = connection.factory.prepareMessage('a secret that is sent twice');
      connection.sendPreparedMessage(prepared);
      connection.sendPreparedMessage(prepared);
    });
    const { frames } = readFrames(bytes);
    expect(frames.map(({ payload }) => payload.toString())).toEqual(Array(2).fill('a secret that is sent twice'));
    const half = bytes.length / 2;
    expect(bytes.subarray(2, 6)).not.toEqual(bytes.subarray(half + 2, half + 6));
  });
});

describe('46 B: memory that was not wiped', () => {
  const CANARY = 0xa5;
  /** All memory that may hold anything does hold something: the canary. */
  function canaryPlatform(): typeof nodePlatform {
    const dirty = (length: number): ArrayBuffer => new Uint8Array(length).fill(CANARY).buffer;
    return { ...nodePlatform, allocateUninitialised: dirty, allocateSlab: dirty };
  }
  // Around one of 2 to 16 KiB that came in one frame there may be any memory, as around each Buffer of Node's own pool.
  test.each([
    { length: 1, isAround: false },
    { length: 100, isAround: false },
    { length: 3000, isAround: true },
    { length: 70_000, isAround: false },
    { length: 200_000, isAround: false },
  ])(
    'is in no payload of $length bytes, whole or in fragments; may be around it: $isAround',
    async ({ length, isAround }) => {
      const seen: { bytes: Uint8Array; whole: Uint8Array }[] = [];
      const factory = new WebSocketServerFactory({}, canaryPlatform());
      factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate(), maxMessagePayloadSize: 0 });
      factory.protocol = class extends WebSocketServerProtocol {
        override onMessage(payload: Uint8Array): void {
          seen.push({ bytes: payload.slice(), whole: new Uint8Array(payload.buffer).slice() });
          this.sendMessage(payload, true);
        }
      };
      const port = await listenWS(factory, { port: 0, host: '127.0.0.1' });
      for (const offers of [[], offerDeflate()]) {
        const connection = await createClientAgent().open(`ws://127.0.0.1:${port.port}/`, {
          protocolOptions: { perMessageCompressionOffers: offers, maxMessagePayloadSize: 0 },
        });
        const payload = Buffer.alloc(length, 3);
        for (const fragmentSize of [length, Math.ceil(length / 3), Math.ceil(length / 2) + 1]) {
          const echo = await echoOf(connection, () => connection.sendMessage(payload, true, { fragmentSize }));
          expect(echo.equals(payload)).toBe(true);
        }
        connection.dropConnection(true);
      }
      expect(seen).toHaveLength(6);
      for (const { bytes, whole } of seen) {
        expect(Buffer.from(bytes).equals(Buffer.alloc(length, 3))).toBe(true);
        if (!isAround) expect(whole.includes(CANARY)).toBe(false);
      }
      await port.close({ grace: 0 });
    },
  );
  test('is in no frame', () => {
    const allocUnsafe = Buffer.allocUnsafe(8192).fill(CANARY);
    expect(allocUnsafe).toHaveLength(8192);
    const bytes = clientFrames(connection => {
      connection.sendPing();
      connection.sendMessage('');
      connection.sendMessage(new Uint8Array(1000), true);
      connection.sendClose(4000, 'x'.repeat(200));
    });
    const { frames, consumed } = readFrames(bytes);
    expect(consumed).toBe(bytes.length);
    expect(frames.map(({ payload }) => payload.length)).toEqual([0, 0, 1000, 125]);
    for (const { payload } of frames) expect(payload.includes(CANARY)).toBe(false);
  });
});

describe('47 C: proxies', () => {
  const throughProxy = async (answer: string, url = 'ws://server.example/'): Promise<unknown> => {
    await using proxy = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      expect(peer.text).toMatch(/^CONNECT server\.example:\d+ HTTP\/1\.1\r\n/);
      expect(peer.text).not.toMatch(/authorization: bearer/i);
      peer.write(answer);
    });
    const options = {
      proxy: { host: '127.0.0.1', port: proxy.port },
      headers: { Authorization: 'Bearer for the server only' },
      protocolOptions: { openHandshakeTimeout: 300 },
    };
    return await createClientAgent()
      .open(url, options)
      .then(
        () => null,
        error => error,
      );
  };
  test.each([
    ['407', 'HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n', 'ERR_PROXY_AUTHENTICATION'],
    ['302', 'HTTP/1.1 302 Found\r\nLocation: http://evil.example/\r\n\r\n', 'ERR_PROXY'],
    ['no HTTP', 'SSH-2.0-OpenSSH_9.6\r\n', 'ERR_HTTP_SYNTAX'],
    ['endless headers', `HTTP/1.1 200 OK\r\n${'X: 1\r\n'.repeat(100_000)}`, 'ERR_HTTP_TOO_BIG'],
    ['a header that never ends', 'HTTP/1.1 200 OK\r\nX: 1', 'ERR_HANDSHAKE_TIMEOUT'],
  ])('%s', async (_title, answer, code) => {
    expect(await throughProxy(answer)).toMatchObject({ code });
  });
  test('early bytes before TLS are no answer of the server', async () => {
    const error = await throughProxy('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 101 Switching\r\n\r\n', 'wss://server.example/');
    expect(error).toMatchObject({ code: 'ERR_PROXY' });
  });
  test.each(['evil\r\nX: 1', 'a b', 'a/b', 'a@b', ''])('the host %j goes into no CONNECT', async host => {
    await using proxy = await serveRaw(() => {});
    const options = { proxy: { host: '127.0.0.1', port: proxy.port } };
    const url = { host, port: 80 };
    await expect(openWebSocket(url, options)).rejects.toThrow();
    for (const { text } of proxy.peers) expect(text).not.toMatch(/X: 1|evil/);
  });
  test('CRLF in user name, password and headers', async () => {
    const url = 'ws://server.example/';
    for (const evil of [
      { username: 'a\r\nX: 1' },
      { username: 'a', password: 'a\r\nX: 1' },
      { headers: { X: '\r\nY: 1' } },
    ]) {
      await using proxy = await serveRaw(() => {});
      await expect(
        createClientAgent().open(url, { proxy: { host: '127.0.0.1', port: proxy.port, ...evil } }),
      ).rejects.toThrow();
      for (const peer of proxy.peers) {
        await peer.untilEnd();
        expect(peer.received).toHaveLength(0);
      }
    }
  });
});

// biome-ignore lint/suspicious/noControlCharactersInRegex: that is what is looked for
const CONTROL = /[\0-\x1f\x7f-\x9f]/;

describe('48 B: control characters of a peer', () => {
  test('are escaped in the messages of errors, so that printing one is safe', async () => {
    const evil = '\x1b]0;owned\x07\r\n[error] forged line\x9b2J';
    expect(new HandshakeError('ERR_STATUS', { message: evil }).message).not.toMatch(CONTROL);
    expect(new (class extends WsError<'X'> {})('X', evil).message).not.toMatch(CONTROL);
    const closing = await serveWebSocket(async asked => {
      const connection = await asked.accept();
      await connection.close(4000, evil);
    });
    const connection = await openWebSocket(`ws://127.0.0.1:${closing.port}/`);
    const error = await connection.getMessage().catch(reason => reason);
    expect(error.message).toContain('forged line');
    expect(error.message).not.toMatch(CONTROL);
    // As data it is what the peer said.
    expect(error.reason.reason).toBe(evil);
    await closing.close();
  });
  test('of a status line', async () => {
    await using server = await serveRaw(async peer => {
      await peer.until(() => peer.text.includes('\r\n\r\n'));
      peer.write(Buffer.from('HTTP/1.1 400 \x9b2Jbad\r\nContent-Length: 0\r\n\r\n', 'latin1'));
    });
    const error = await createClientAgent()
      .open(`ws://127.0.0.1:${server.port}/`)
      .catch(reason => reason);
    expect(error.message).toContain('bad');
    expect(error.message).not.toMatch(CONTROL);
  });
  test('of a request do not get past the parser, or are shown as JSON', () => {
    const asked = new ConnectionRequest({
      peer: 'tcp4:127.0.0.1:1',
      headers: {},
      host: 'localhost',
      path: '/\x1b[2J',
      params: {},
      version: 13,
      origin: null,
      protocols: [],
      extensions: [],
    });
    expect(String(asked).replaceAll('\n', '')).not.toMatch(CONTROL);
  });
});

describe('49 B: comparing secrets', () => {
  test('there is nothing to compare: no package checks credentials', () => {
    for (const name of ['core', 'node', 'connection', 'compress', 'util', 'types']) {
      const root = new URL(`../../../packages/${name}/src/`, import.meta.url);
      for (const file of readdirSync(root, { recursive: true, encoding: 'utf8' })) {
        if (!file.endsWith('.ts')) continue;
        expect(readFileSync(new URL(file, root), 'utf8')).not.toMatch(
          /headers(?:\.|\[['"])(?:proxy-)?(?:authorization|cookie)/i,
        );
      }
    }
  });
});

describe('50 B: the WebAssembly kernels at their edges', () => {
  const accelerator = createAccelerator();
  const random = seededRandom(7);
  test('masks any length at any offset like the portable one; nothing beside it is touched', () => {
    for (const length of [0, 1, 15, 16, 17, 4095, 65_535, 131_072, 131_073, 1_000_000]) {
      for (const start of [0, 1, 7]) {
        const bytes = random.bytes(length + 16);
        const [ours, theirs] = [bytes.slice(), bytes.slice()];
        accelerator.masker.mask(ours, start, start + length, 0x37fa213d, 3);
        portableMasker.mask(theirs, start, start + length, 0x37fa213d, 3);
        expect(Buffer.compare(ours, theirs)).toBe(0);
      }
    }
  });
  test('validates any length like the portable one', () => {
    for (const length of [0, 1, 15, 16, 17, 65_535, 131_073, 500_000]) {
      const bytes = Buffer.alloc(length + 4, 'ä€😀');
      for (const end of [length, Math.max(0, length - 1)]) {
        expect(accelerator.utf8.validate(bytes, 0, 0, end) === 1).toBe(portableUtf8.validate(bytes, 0, 0, end) === 1);
      }
      bytes[length >> 1] = 0xff;
      expect(accelerator.utf8.validate(bytes, 0, 0, length)).toBe(portableUtf8.validate(bytes, 0, 0, length));
    }
  });
  test.each([
    ['a key of 3 bytes', () => createXorMasker(new Uint8Array(3))],
    ['a key of 5 bytes', () => createXorMasker(new Uint8Array(5))],
    ['a range beyond the bytes', () => accelerator.masker.mask(new Uint8Array(4), 2, 5, 1, 0)],
    ['a range that ends before it begins', () => accelerator.utf8.validate(new Uint8Array(4), 0, 3, 2)],
  ])('%s is refused', (_title, make) => {
    expect(make).toThrow(/./);
  });
});

describe('what stands behind these tests', () => {
  test('URLs with names that every object has', () => {
    const { params } = parseUrl('ws://localhost/?__proto__=1&constructor=2&toString=3');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.keys(params)).toEqual(['__proto__', 'constructor', 'toString']);
  });
  test('an EventEmitter of Node does crash without a listener; nothing here is one', async () => {
    expect(() => new EventEmitter().emit('error', new Error('x'))).toThrow('x');
    const connection = await connect();
    expect(connection).not.toBeInstanceOf(EventEmitter);
    transportOf(connection).fail(new Error('nobody listens'));
    await connection.closed;
    expect(once).toBeTypeOf('function');
    expect(request().length).toBeGreaterThan(0);
  });
});
