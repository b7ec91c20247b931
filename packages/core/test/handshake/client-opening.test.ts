import { type MemoryStream, memoryPair } from '@ws/testkit';
import { ConnectingRequest, type ConnectionResponse } from '@ws/types';
import { encodeLatin1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import type { WebSocketClientFactory } from '../../src/protocol/client-factory.ts';
import { WebSocketClientProtocol } from '../../src/protocol/client-protocol.ts';
import type { HookResult } from '../../src/protocol/protocol-hooks.ts';
import {
  acceptResponse,
  bytes,
  frame,
  joined,
  type Log,
  loggingClient,
  type RawClient,
  RawPeer,
  rawClient,
  text,
} from '../harness.ts';
import { xorCompression } from '../xor-compression.ts';

type Setup = NonNullable<Parameters<typeof rawClient>[0]>;

/** Lets promises settle. */
const settle = (): Promise<void> => new Promise(resolve => setImmediate(resolve));

/** A client that has asked and not been answered. */
const start = (setup: Setup = {}): RawClient => rawClient({ isOpened: false, ...setup });

const plain = (opcode: number, payload: string): Uint8Array => frame(opcode, payload, { mask: null });

/** How `opened` rejects. */
const failure = (protocol: WebSocketClientProtocol): Promise<unknown> =>
  protocol.opened.then(
    () => 'opened',
    error => error,
  );

/** A client class whose `onConnecting` or `onConnect` is given; it logs like the others. */
function client(
  log: Log,
  hooks: {
    onConnecting?: (protocol: WebSocketClientProtocol) => unknown;
    onConnect?: (response: ConnectionResponse, protocol: WebSocketClientProtocol) => unknown;
    onOpen?: (protocol: WebSocketClientProtocol) => void;
  },
): new () => WebSocketClientProtocol {
  return class extends loggingClient(log) {
    override onConnecting(): ConnectingRequest | null {
      return (hooks.onConnecting?.(this) ?? null) as ConnectingRequest | null;
    }
    override onConnect(response: ConnectionResponse): HookResult {
      return hooks.onConnect?.(response, this) as HookResult;
    }
    override onOpen(): void {
      super.onOpen();
      hooks.onOpen?.(this);
    }
  };
}

describe('the request', () => {
  test('is what the factory was set to', () => {
    const { peer, protocol } = start({
      session: {
        url: 'ws://example.com:9000/chat?x=1',
        origin: 'http://a.example',
        useragent: 'me/1',
        protocols: ['a', 'b'],
        headers: { 'X-One': '1' },
      },
    });
    expect(peer.takeText().replace(/Key: \S+/, 'Key: …')).toBe(
      [
        'GET /chat?x=1 HTTP/1.1',
        'User-Agent: me/1',
        'Host: example.com:9000',
        'Upgrade: websocket',
        'Connection: Upgrade',
        'Pragma: no-cache',
        'Cache-Control: no-cache',
        'X-One: 1',
        'Sec-WebSocket-Key: …',
        'Origin: http://a.example',
        'Sec-WebSocket-Protocol: a, b',
        'Sec-WebSocket-Version: 13',
        '',
        '',
      ].join('\r\n'),
    );
    expect(protocol.state).toBe('connecting');
  });

  test.each([
    ['ws://a.example/ws;jsessionid=1?x=1', '/ws;jsessionid=1?x=1'],
    ['ws://a.example/a;b/ws;p;q', '/a;b/ws;p;q'],
    ['ws://unix:/tmp/s:/ws;p', '/ws;p'],
  ])('to %s names %s: parameters of the path are sent as they are (RFC 6455, 3)', (url, resource) => {
    expect(start({ session: { url } }).peer.takeText().split('\r\n')[0]).toBe(`GET ${resource} HTTP/1.1`);
  });

  test('has headers of the application in ISO 8859-1, and none beyond it', () => {
    const headers = { Cookie: 'name=Zo\xeb' };
    const { peer } = start({ session: { headers, useragent: 'caf\xe9' } });
    const request = peer.takeText();
    expect(request).toContain('\r\nCookie: name=Zo\xeb\r\n');
    expect(request).toContain('User-Agent: caf\xe9\r\n');
    expect(() => start({ session: { headers: { Cookie: 'name=\u20ac' } } })).toThrow(RangeError);
    expect(() => start({ session: { headers: { '\xe9': 'x' } } })).toThrow(RangeError);
  });

  test('of a Unix domain socket is for localhost', () => {
    expect(
      start({ session: { url: 'ws+unix:/tmp/s:/x'.replace('ws+unix:', 'ws://unix:') } }).peer.takeText(),
    ).toContain('GET /x HTTP/1.1\r\nHost: localhost\r\n');
  });

  test.each([8, 10, 12])('of version %i is of protocol version 8, with its own header for the origin', version => {
    const { peer, accept, log } = start({ options: { version }, session: { origin: 'http://a.example' } });
    const request = text(peer.received);
    expect(request).toContain('Sec-WebSocket-Origin: http://a.example\r\n');
    expect(request).toContain('Sec-WebSocket-Version: 8\r\n');
    accept();
    expect(log).toEqual(['open']);
  });

  test('is what onConnecting returns, and it is told of the transport', () => {
    const request = new ConnectingRequest({ host: 'other.example', port: 81, resource: '/r', protocols: ['p'] });
    const seen: unknown[] = [];
    const ClientProtocol = client([], {
      onConnecting: protocol => {
        seen.push(protocol.transportDetails, protocol.state);
        return request;
      },
    });
    const { peer } = start({ ClientProtocol });
    expect(seen).toEqual([null, 'connecting']);
    expect(peer.takeText()).toMatch(/^GET \/r HTTP\/1.1\r\nHost: other.example:81\r\n(.|\s)*Protocol: p\r\n/);
  });

  test('has a key of its own each time', () => {
    const keys = [1, 2, 3].map(() => {
      const { peer, platform } = start({
        platform: { random: { fill: target => void crypto.getRandomValues(target as Uint8Array<ArrayBuffer>) } },
      });
      expect(platform.clock.pendingTimers).toBe(1);
      return /Key: (\S+)/.exec(peer.takeText())![1];
    });
    expect(new Set(keys).size).toBe(3);
  });
});

describe('onConnecting', () => {
  const ways: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('no');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('no');
      },
    ],
    ['returns something else', () => 'no'],
    ['resolves to something else', async () => ({ host: 'x' })],
    ['asks for what cannot be sent', () => new ConnectingRequest({ headers: { Host: 'x' } })],
  ];
  test.each(ways)(
    'that %s: nothing is sent, the connection is dropped, opened rejects',
    async (_name, onConnecting) => {
      const log: Log = [];
      const logged: unknown[] = [];
      const logger = { log: (...values: unknown[]) => void logged.push(values) };
      const { protocol, peer, flush } = start({ ClientProtocol: client(log, { onConnecting }), platform: { logger } });
      const opened = failure(protocol);
      await settle();
      flush();
      expect(await opened).toBeInstanceOf(Error);
      expect(peer.takeText()).toBe('');
      expect(peer.isClosed).toBe(true);
      expect(log).toEqual([['close', false, 1006, expect.stringContaining('closed uncleanly: ')]]);
      expect(logged).toEqual([['info', 'handshake-failed', { error: await opened }]]);
      expect((await protocol.closed).error).toBe(await opened);
    },
  );

  test('that throws no error at all fails as well', async () => {
    const log: Log = [];
    const { protocol, peer, flush } = start({ ClientProtocol: client(log, { onConnecting: () => Promise.reject() }) });
    const opened = protocol.opened.then(
      () => 'opened',
      () => 'rejected',
    );
    await settle();
    flush();
    expect(await opened).toBe('rejected');
    expect(peer.isClosed).toBe(true);
    expect(log).toEqual([['close', false, 1006, 'closed uncleanly: the opening handshake failed']]);
  });

  test('may take its time: nothing is read meanwhile', async () => {
    let answer = (_request: ConnectingRequest | null): void => {};
    let stream: MemoryStream | undefined;
    const log: Log = [];
    const { peer, flush, send, accept } = start({
      ClientProtocol: client(log, { onConnecting: () => new Promise(resolve => (answer = resolve)) }),
      prepare: each => (stream = each),
    });
    expect(stream?.isPaused).toBe(true);
    send(bytes('HTTP/1.1 100 Continue\r\n\r\n'));
    expect(peer.takeText()).toBe('');
    answer(new ConnectingRequest({ resource: '/late' }));
    await settle();
    flush();
    expect(stream?.isPaused).toBe(false);
    expect(text(peer.received)).toMatch(/^GET \/late /);
    accept();
    expect(log).toEqual(['open']);
  });

  test('what a stream that cannot be stopped brings meanwhile, is read after it', async () => {
    let answer = (_request: null): void => {};
    const { peer, send, flush, accept, log } = start({
      ClientProtocol: client([], { onConnecting: () => new Promise(resolve => (answer = resolve)) }),
      prepare: stream => (stream.pause = () => {}),
    });
    send(bytes('HTTP/1.1 100 '));
    send(bytes('Continue\r\n\r\n'));
    answer(null);
    await settle();
    flush();
    expect(text(peer.received)).toMatch(/^GET \/ /);
    accept();
    expect(log).toEqual([]);
  });

  test('that comes too late is not heard', async () => {
    for (const outcome of [() => null, () => Promise.reject(new Error('late'))]) {
      let answer = (): void => {};
      const ClientProtocol = client([], {
        onConnecting: () => new Promise<void>(resolve => (answer = resolve)).then(outcome),
      });
      const { protocol, peer, advance, flush } = start({ ClientProtocol });
      const opened = failure(protocol);
      advance(5000);
      expect(peer.isClosed).toBe(true);
      answer();
      await settle();
      flush();
      expect(peer.takeText()).toBe('');
      expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    }
  });

  test.each([false, true])('may drop the connection itself (abort: %s), and throw then', async isAbort => {
    const log: Log = [];
    const ClientProtocol = client(log, {
      onConnecting(protocol) {
        protocol.dropConnection(isAbort);
        throw new Error('no');
      },
    });
    const { protocol, peer, end } = start({ ClientProtocol });
    end();
    expect(peer.takeText()).toBe('');
    expect(await failure(protocol)).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
    expect(log).toHaveLength(1);
  });
});

describe('the response', () => {
  const cases: [string, (request: string) => string, string][] = [
    ['no HTTP', () => 'SSH-2.0-x\r\n\r\n', 'ERR_HTTP_SYNTAX'],
    ['a header without end', () => `HTTP/1.1 101 x\r\nX: ${'x'.repeat(70_000)}`, 'ERR_HTTP_TOO_BIG'],
    ['HTTP/1.0', request => acceptResponse(request).replace('HTTP/1.1', 'HTTP/1.0'), 'ERR_HTTP_VERSION'],
    ['no Upgrade', request => acceptResponse(request).replace(/Upgrade: .*\r\n/, ''), 'ERR_UPGRADE'],
    ['no Connection', request => acceptResponse(request).replace(/Connection: .*\r\n/, ''), 'ERR_CONNECTION'],
    ['another key’s answer', request => acceptResponse(request.replace(/Key: ../, 'Key: AA')), 'ERR_ACCEPT'],
    ['a subprotocol', request => acceptResponse(request, 'Sec-WebSocket-Protocol: x\r\n'), 'ERR_SUBPROTOCOL_RESPONSE'],
    ['an extension', request => acceptResponse(request, 'Sec-WebSocket-Extensions: x\r\n'), 'ERR_EXTENSION_RESPONSE'],
  ];
  test.each(cases)('with %s fails: opened rejects, the connection is dropped', async (_name, respond, code) => {
    const { protocol, peer, send, log } = start();
    const opened = failure(protocol);
    send(bytes(respond(peer.takeText())));
    const error = await opened;
    expect(error).toMatchObject({ name: 'HandshakeError', code });
    expect(peer.isClosed).toBe(true);
    expect(peer.takeText()).toBe('');
    expect(log).toEqual([['close', false, 1006, `closed uncleanly: ${(error as Error).message}`]]);
    expect(await protocol.closed).toMatchObject({ error, stage: 'connecting', closedBy: 'local' });
  });

  test('tells onConnect what was agreed on, before onOpen', () => {
    const log: Log = [];
    const { accept, protocol } = start({
      session: { protocols: ['a', 'b'] },
      ClientProtocol: client(log, {
        onConnect: (response, { state, subprotocol }) =>
          void log.push([response.protocol, response.version, response.extensions, state, subprotocol]),
      }),
    });
    accept('Sec-WebSocket-Protocol: b\r\nX-One: 1\r\n');
    expect(log).toEqual([['b', 13, [], 'connecting', 'b'], 'open']);
    expect(protocol.subprotocol).toBe('b');
  });

  test('may have bytes beyond ASCII in values: ISO 8859-1 (RFC 9110, 5.5)', () => {
    const { send, peer, log, protocol } = start();
    send(encodeLatin1(acceptResponse(peer.takeText(), 'Set-Cookie: name=Zo\xeb\r\n')));
    expect(log).toEqual(['open']);
    expect(protocol.response?.headers['set-cookie']).toBe('name=Zo\xeb');
  });

  test('that refuses may have them too', async () => {
    const { send, protocol } = start();
    const opened = failure(protocol);
    send(encodeLatin1('HTTP/1.1 403 Verbot\xe9\r\nX-Why: caf\xe9\r\nContent-Length: 0\r\n\r\n'));
    expect(await opened).toMatchObject({ code: 'ERR_STATUS', status: 403, headers: { 'x-why': 'caf\xe9' } });
  });

  test('may come in pieces, with interim ones before it, and frames behind it', () => {
    const { peer, send, log } = start();
    const response = bytes(`HTTP/1.1 103 Early Hints\r\nA: b\r\n\r\n${acceptResponse(peer.takeText())}`);
    for (const byte of joined(response, plain(1, 'a'), plain(1, 'b'))) send(Uint8Array.of(byte));
    expect(log).toEqual(['open', 'a', 'b']);
    const other = start();
    other.send(joined(bytes(acceptResponse(other.peer.takeText())), plain(1, 'a'), plain(9, 'b')));
    expect(other.log).toEqual(['open', 'a', ['ping', 'b']]);
  });

  test('that does not come in time, fails', async () => {
    const { protocol, advance, peer, log } = start({ options: { openHandshakeTimeout: 300 } });
    const opened = failure(protocol);
    advance(299);
    expect(peer.isClosed).toBe(false);
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    expect(log).toEqual([['close', false, 1006, expect.stringContaining('the openHandshakeTimeout has passed')]]);
    expect(await protocol.closed).toMatchObject({ timeout: 'openHandshake' });
  });

  test('instead of which the connection is lost, fails at once; no timer is left', async () => {
    for (const lose of ['end', 'destroy'] as const) {
      const client = start();
      const opened = failure(client.protocol);
      client[lose]();
      expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
      client.end();
      expect(client.platform.clock.pendingTimers).toBe(0);
    }
  });

  test('after which the timer of the handshake is gone', () => {
    const { platform } = rawClient();
    expect(platform.clock.pendingTimers).toBe(0);
  });

  test('that comes after the connection was given up, opens nothing', async () => {
    const { protocol, accept, end, log } = start();
    const opened = failure(protocol);
    protocol.dropConnection();
    accept();
    expect(protocol.state).toBe('closed');
    end();
    expect(log).toEqual([['close', false, 1006, expect.anything()]]);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
  });
});

describe('a refusal', () => {
  const head = 'HTTP/1.1 403 Forbidden\r\nX-Why: law\r\n';

  test('is told with status, headers and body', async () => {
    const { protocol, send, peer, log } = start();
    const opened = failure(protocol);
    send(bytes(`${head}Content-Length: 4\r\n\r\nno`));
    expect(peer.isClosed).toBe(false);
    send(bytes('!!'));
    expect(peer.isClosed).toBe(true);
    const error = await opened;
    expect(error).toMatchObject({ code: 'ERR_STATUS', status: 403, reason: 'Forbidden', headers: { 'x-why': 'law' } });
    expect((error as { body: Uint8Array }).body).toEqual(bytes('no!!'));
    expect(log).toEqual([['close', false, 1006, 'closed uncleanly: the server answered 403 Forbidden']]);
    expect((await protocol.closed).error).toBe(error);
  });

  test('is told the same when the end of the connection is the end of the body', async () => {
    for (const lose of ['end', 'destroy'] as const) {
      const client = start();
      const opened = failure(client.protocol);
      client.send(bytes(`${head}\r\nno`));
      client[lose]();
      client.end();
      const error = await opened;
      expect(error).toMatchObject({ code: 'ERR_STATUS', status: 403, body: bytes('no') });
      expect(client.log).toEqual([['close', false, 1006, 'closed uncleanly: the server answered 403 Forbidden']]);
      expect((await client.protocol.closed).error).toBe(error);
    }
  });

  test('without end is cut: at 64 KiB', async () => {
    const { protocol, send, peer } = start();
    const opened = failure(protocol);
    send(bytes(`${head}\r\n`));
    for (let i = 0; i < 66; i++) send(new Uint8Array(1000).fill(0x78));
    expect(peer.isClosed).toBe(true);
    const { body } = (await opened) as { body: Uint8Array };
    expect([body.length, body.every(byte => byte === 0x78)]).toEqual([65_536, true]);
  });

  test.each([0, 3_600_000])('that dribbles is cut after 5 s, with an openHandshakeTimeout of %i', async timeout => {
    const { protocol, send, advance, peer } = start({ options: { openHandshakeTimeout: timeout } });
    const opened = failure(protocol);
    send(bytes(`${head}Content-Length: 1000\r\n\r\nx`));
    advance(4999);
    expect(peer.isClosed).toBe(false);
    send(bytes('y'));
    advance(1);
    expect(peer.isClosed).toBe(true);
    expect(await opened).toMatchObject({ status: 403, body: bytes('xy') });
  });

  test('that dribbles is cut: by the timeout', async () => {
    const { protocol, send, advance, peer } = start();
    const opened = failure(protocol);
    send(bytes(`${head}Content-Length: 1000\r\n\r\nx`));
    advance(5000);
    expect(peer.isClosed).toBe(true);
    expect(await opened).toMatchObject({ status: 403, body: bytes('x') });
  });

  test.each([301, 302, 307, 401])('%i is not followed or answered, but told', async status => {
    const { protocol, peer, send } = start();
    const opened = failure(protocol);
    peer.take();
    send(bytes(`HTTP/1.1 ${status} x\r\nLocation: ws://other.example/\r\nContent-Length: 0\r\n\r\n`));
    expect(await opened).toMatchObject({ status, headers: { location: 'ws://other.example/' } });
    expect(peer.takeText()).toBe('');
  });
});

describe('onConnect', () => {
  const ways: [string, () => unknown][] = [
    [
      'throws',
      () => {
        throw new Error('unwanted');
      },
    ],
    [
      'rejects',
      async () => {
        throw new Error('unwanted');
      },
    ],
    [
      'throws undefined',
      () => {
        throw undefined;
      },
    ],
  ];
  test.each(ways)(
    'that %s: the server is told by a Close frame, opened rejects, no hook but onClose',
    async (name, onConnect) => {
      const log: Log = [];
      const { protocol, peer, send, end, accept, flush } = start({ ClientProtocol: client(log, { onConnect }) });
      const opened = protocol.opened.then(
        () => 'opened',
        error => [error],
      );
      accept();
      send(plain(1, 'message'));
      await settle();
      flush();
      const [first, second, ...rest] = peer.take();
      expect([first, second]).toEqual([0x88, 0x80 | 28]);
      expect(rest).toHaveLength(4 + 28);
      send(plain(1, 'message'));
      send(frame(8, Uint8Array.of(3, 232), { mask: null }));
      end();
      expect(log).toEqual([['close', true, 1000, null]]);
      const expected = name === 'throws undefined' ? undefined : expect.objectContaining({ message: 'unwanted' });
      expect(await opened).toEqual([expected]);
      expect(await protocol.closed).toMatchObject({ closedBy: 'local', localCode: 1000, error: expected });
    },
  );

  test('that refuses drops at once by failByDrop', async () => {
    const onConnect = (): never => {
      throw new Error('unwanted');
    };
    const log: Log = [];
    const { peer, accept } = start({ ClientProtocol: client(log, { onConnect }), options: { failByDrop: true } });
    accept();
    expect(peer.takeHex()).toBe('');
    expect(peer.isClosed).toBe(true);
    expect(log).toEqual([['close', false, 1006, expect.stringContaining('refused by the application')]]);
  });

  test('that refuses hears the Close frame that came with the response', () => {
    const onConnect = (): never => {
      throw new Error('unwanted');
    };
    const log: Log = [];
    const { peer, send, end } = start({ ClientProtocol: client(log, { onConnect }) });
    const response = bytes(acceptResponse(peer.takeText()));
    send(joined(response, plain(1, 'message'), frame(8, Uint8Array.of(3, 233), { mask: null })));
    end();
    expect(log).toEqual([['close', true, 1001, null]]);
  });

  test('may take its time: frames wait for onOpen', async () => {
    let answer = (): void => {};
    let stream: MemoryStream | undefined;
    const log: Log = [];
    const { peer, send, flush, protocol } = start({
      ClientProtocol: client(log, { onConnect: () => new Promise<void>(resolve => (answer = resolve)) }),
      prepare: each => (stream = each),
    });
    const response = bytes(acceptResponse(peer.takeText()));
    send(joined(response, plain(1, 'a')));
    send(plain(1, 'b'));
    expect([log, stream?.isPaused, protocol.state]).toEqual([[], true, 'connecting']);
    answer();
    await settle();
    flush();
    expect([log, stream?.isPaused, protocol.state]).toEqual([['open', 'a', 'b'], false, 'open']);
  });

  test('frames wait also where the stream cannot be stopped', async () => {
    let answer = (): void => {};
    const log: Log = [];
    const { send, accept, flush } = start({
      ClientProtocol: client(log, { onConnect: () => new Promise<void>(resolve => (answer = resolve)) }),
      prepare: stream => (stream.pause = () => {}),
    });
    accept();
    send(plain(1, 'a'));
    send(plain(1, 'b'));
    answer();
    await settle();
    flush();
    expect(log).toEqual(['open', 'a', 'b']);
  });

  test('a stream that onOpen has stopped stays so', async () => {
    let answer = (): void => {};
    let stream: MemoryStream | undefined;
    const log: Log = [];
    const { peer, send, flush, protocol } = start({
      ClientProtocol: client(log, {
        onConnect: () => new Promise<void>(resolve => (answer = resolve)),
        onOpen: each => each.pauseReceiving(),
      }),
      prepare: each => (stream = each),
    });
    const response = bytes(acceptResponse(peer.takeText()));
    send(joined(response, ...Array.from({ length: 4 }, () => plain(1, 'x'.repeat(30_000)))));
    answer();
    await settle();
    flush();
    expect([log, stream?.isPaused]).toEqual([['open'], true]);
    protocol.resumeReceiving();
    expect([log.length, stream?.isPaused]).toEqual([5, false]);
  });

  test('that is still thinking when the connection is lost, opens nothing', async () => {
    let answer = (): void => {};
    const { offer, made } = xorCompression();
    const log: Log = [];
    const { accept, destroy, protocol, flush } = start({
      ClientProtocol: client(log, { onConnect: () => new Promise<void>(resolve => (answer = resolve)) }),
      options: { perMessageCompressionOffers: [offer] },
    });
    const opened = failure(protocol);
    accept('Sec-WebSocket-Extensions: x-xor\r\n');
    destroy();
    answer();
    await settle();
    flush();
    expect(log).toEqual([['close', false, 1006, expect.anything()]]);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
    expect(made[0]?.closed).toBe(1);
  });

  test.each([true, false])('that drops the connection opens nothing (abort: %s)', async isAbort => {
    const log: Log = [];
    const { accept, end, protocol, peer } = start({
      ClientProtocol: client(log, { onConnect: (_response, each) => each.dropConnection(isAbort) }),
    });
    const opened = failure(protocol);
    accept();
    end();
    expect(protocol.state).toBe('closed');
    expect(peer.takeHex()).toBe('');
    expect(log).toEqual([['close', false, 1006, expect.anything()]]);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED' });
  });
});

describe('compression (RFC 7692, 5)', () => {
  test('that was offered is used when the server takes it, and told to onConnect', () => {
    const { offer, made } = xorCompression();
    const log: Log = [];
    const { accept, protocol, peer, send, end } = start({
      options: { perMessageCompressionOffers: [offer] },
      ClientProtocol: client(log, { onConnect: ({ extensions }) => void log.push(extensions) }),
    });
    expect(text(peer.received)).toContain('Sec-WebSocket-Extensions: x-xor\r\n');
    accept('Sec-WebSocket-Extensions: x-xor\r\n');
    expect(log).toEqual([[{ name: 'x-xor', extension: 'x-xor' }], 'open']);
    expect(protocol.compression).toBe(made[0]);
    send(frame(1, Uint8Array.of(0x9e, 0x2e), { rsv: 4, mask: null }));
    expect(log.at(-1)).toBe('a');
    end();
    expect(made[0]?.closed).toBeGreaterThan(0);
  });

  test('that the server does not take is not used', () => {
    const { offer } = xorCompression();
    const { accept, protocol, log } = start({ options: { perMessageCompressionOffers: [offer] } });
    accept();
    expect(log).toEqual(['open']);
    expect(protocol.compression).toBe(null);
  });

  test.each([
    { name: 'that breaks its rules', header: 'x-xor; bad' },
    { name: 'that nobody offered', header: 'x-other' },
    { name: 'of which there are two', header: 'x-xor, x-xor' },
    { name: 'that the acceptor does not want', header: 'x-xor', perMessageCompressionAccept: () => null },
  ])('$name fails the handshake', async ({ header, perMessageCompressionAccept = null }) => {
    const { offer, made } = xorCompression();
    const { accept, protocol, peer } = start({
      options: { perMessageCompressionOffers: [offer], perMessageCompressionAccept },
    });
    const opened = failure(protocol);
    accept(`Sec-WebSocket-Extensions: ${header}\r\n`);
    expect(await opened).toMatchObject({ code: 'ERR_EXTENSION_RESPONSE', status: 101 });
    expect(peer.isClosed).toBe(true);
    expect(made).toHaveLength(0);
  });
});

describe('through a proxy (RFC 9110, 9.3.6)', () => {
  const proxy = { host: 'proxy.example', port: 3128 };

  test('a tunnel is asked for, then the server', async () => {
    const { peer, send, log, protocol, accept } = start({ session: { url: 'ws://a.example/x', proxy } });
    expect(protocol.state).toBe('proxy-connecting');
    expect(peer.takeText()).toBe('CONNECT a.example:80 HTTP/1.1\r\nHost: a.example:80\r\n\r\n');
    send(encodeLatin1('HTTP/1.1 200 \xc9tabli\r\nVia: Montr\xe9al\r\n\r\n'));
    expect(protocol.state).toBe('connecting');
    expect(text(peer.received)).toMatch(/^GET \/x HTTP\/1.1\r\nHost: a.example\r\n/);
    accept();
    expect(log).toEqual(['open']);
    await protocol.opened;
  });

  test('with credentials and headers, which the server never sees', () => {
    const { peer, send } = start({
      session: {
        url: 'ws://[::1]:8080/',
        proxy: { ...proxy, username: 'Aladdin', password: 'open sesame', headers: { 'X-Tunnel': '1' } },
      },
    });
    expect(peer.takeText()).toBe(
      'CONNECT [::1]:8080 HTTP/1.1\r\nHost: [::1]:8080\r\nProxy-Authorization: Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==\r\nX-Tunnel: 1\r\n\r\n',
    );
    send(bytes('HTTP/1.0 200\r\n\r\n'));
    expect(peer.takeText()).not.toMatch(/tunnel|proxy/i);
  });

  test.each([
    { status: 407, code: 'ERR_PROXY_AUTHENTICATION' },
    { status: 403, code: 'ERR_PROXY' },
    { status: 502, code: 'ERR_PROXY' },
  ])('that answers $status: opened rejects with $code and the status', async ({ status, code }) => {
    const { protocol, send, peer, log } = start({ session: { proxy } });
    const opened = failure(protocol);
    peer.take();
    send(bytes(`HTTP/1.1 ${status} No\r\nProxy-Authenticate: Basic realm="x"\r\n\r\n`));
    const error = await opened;
    expect(error).toMatchObject({ code, status, headers: { 'proxy-authenticate': 'Basic realm="x"' } });
    expect(peer.takeText()).toBe('');
    expect(peer.isClosed).toBe(true);
    expect(log).toEqual([['close', false, 1006, `closed uncleanly: the proxy answered ${status} No`]]);
    expect(await protocol.closed).toMatchObject({ stage: 'proxy-connecting', error });
  });

  test.each([
    { name: 'speaks no HTTP', answer: 'hello\r\n\r\n', code: 'ERR_HTTP_SYNTAX' },
    { name: 'has no end of headers', answer: `HTTP/1.1 200 x\r\n${'A: b\r\n'.repeat(300)}`, code: 'ERR_HTTP_TOO_BIG' },
  ])('that $name fails', async ({ answer, code }) => {
    const { protocol, send } = start({ session: { proxy } });
    const opened = failure(protocol);
    send(bytes(answer));
    expect(await opened).toMatchObject({ code });
  });

  test('that does not answer, fails in time', async () => {
    const { protocol, advance } = start({ session: { proxy } });
    const opened = failure(protocol);
    advance(5000);
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    expect(await protocol.closed).toMatchObject({ stage: 'proxy-connecting', timeout: 'openHandshake' });
  });

  test('whose credentials cannot be sent: nothing is', async () => {
    const { protocol, peer } = start({ session: { proxy: { ...proxy, username: 'a:b' } } });
    expect(await failure(protocol)).toBeInstanceOf(RangeError);
    expect(peer.takeText()).toBe('');
  });

  test('what comes with its answer is the server’s, which speaks out of turn', async () => {
    const { protocol, send } = start({ session: { proxy } });
    const opened = failure(protocol);
    send(bytes('HTTP/1.1 200 OK\r\n\r\nHTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n'));
    expect(await opened).toMatchObject({ code: 'ERR_STATUS', status: 404 });
  });

  /** A wss: client whose proxy is raw bytes, and a second pair for what goes over TLS. */
  function secure(startTls?: (secured: MemoryStream) => Promise<MemoryStream>) {
    const inner = memoryPair({ manual: true });
    const server = new RawPeer();
    inner.b.attach(server);
    const setup: Setup = {
      session: { url: 'wss://a.example/x', proxy },
      prepare(stream) {
        if (startTls === undefined) return;
        const begin = (): Promise<MemoryStream> => {
          // Its socket is another's now: nothing is heard of it any more.
          Object.assign(stream, { destroy() {}, end() {} });
          return startTls(inner.a);
        };
        Object.assign(stream, { startTls: begin });
      },
    };
    const outer = start(setup);
    outer.peer.take();
    const flush = async (): Promise<void> => {
      for (let i = 0; i < 3; i++) {
        await settle();
        inner.flush();
        outer.flush();
      }
    };
    return { ...outer, inner, server, flush };
  }
  const established = bytes('HTTP/1.1 200 OK\r\n\r\n');

  test('TLS is begun when the tunnel stands, and everything else goes over it', async () => {
    const { send, peer, server, inner, flush, log, protocol } = secure(async secured => secured);
    send(established);
    await flush();
    expect(peer.takeText()).toBe('');
    const request = server.takeText();
    expect(request).toMatch(/^GET \/x HTTP\/1.1\r\nHost: a.example\r\n/);
    inner.b.write(joined(bytes(acceptResponse(request)), plain(1, 'secret')));
    await flush();
    expect(log).toEqual(['open', 'secret']);
    protocol.sendMessage('x'.repeat(20_000));
    await flush();
    expect(peer.takeText()).toBe('');
    expect(server.take().length).toBe(20_008);
    inner.b.end();
    await flush();
    expect(log.at(-1)).toEqual(['close', false, 1006, expect.anything()]);
  });

  test('bytes before TLS are not taken for the server’s: they fail the handshake', async () => {
    let hasBegun = false;
    const { protocol, send, peer } = secure(async secured => {
      hasBegun = true;
      return secured;
    });
    const opened = failure(protocol);
    send(joined(established, bytes('HTTP/1.1 302 Found\r\nLocation: ws://evil.example/\r\nContent-Length: 0\r\n\r\n')));
    expect(await opened).toMatchObject({ code: 'ERR_PROXY', message: 'data from the proxy before TLS' });
    expect(hasBegun).toBe(false);
    expect(peer.isClosed).toBe(true);
  });

  test.each([
    { name: 'the transport has no TLS', startTls: undefined, message: 'this transport has no TLS' },
    { name: 'TLS fails', startTls: () => Promise.reject(new Error('bad certificate')), message: 'bad certificate' },
  ])('when $name, opened rejects, and the connection is gone', async ({ startTls, message }) => {
    const { protocol, send, flush, log } = secure(startTls);
    const opened = failure(protocol);
    send(established);
    await flush();
    const error = await opened;
    expect(error).toMatchObject({ code: 'ERR_PROXY', cause: expect.objectContaining({ message }) });
    expect(log).toEqual([['close', false, 1006, 'closed uncleanly: no TLS through the proxy']]);
    expect((await protocol.closed).error).toBe(error);
  });

  test('TLS that comes too late is closed again; onClose comes once', async () => {
    let finish = (): void => {};
    const { protocol, send, server, advance, flush, log } = secure(
      secured => new Promise(resolve => (finish = () => resolve(secured))),
    );
    const opened = failure(protocol);
    send(established);
    await flush();
    advance(5000);
    finish();
    await flush();
    expect(server.isClosed).toBe(true);
    expect(server.takeText()).toBe('');
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    expect(log).toHaveLength(1);
  });

  test('TLS that fails too late does no more harm', async () => {
    let finish = (): void => {};
    const { protocol, send, advance, flush, log } = secure(
      () => new Promise((_resolve, reject) => (finish = () => reject(new Error('reset')))),
    );
    const opened = failure(protocol);
    send(established);
    await flush();
    advance(5000);
    finish();
    await flush();
    expect(await opened).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
    expect(log).toHaveLength(1);
  });
});

test('a protocol object opens one connection', () => {
  const { protocol, factory } = rawClient();
  const attach = (each: WebSocketClientProtocol): void => each.attach(memoryPair().a);
  expect(() => attach(protocol)).toThrow(expect.objectContaining({ code: 'ERR_ALREADY_ATTACHED' }));
  expect(() => attach(new WebSocketClientProtocol())).toThrow(expect.objectContaining({ code: 'ERR_NOT_OPEN' }));
  attach((factory as WebSocketClientFactory).buildProtocol());
});
