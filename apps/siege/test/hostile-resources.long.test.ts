// Hostile inputs 30 to 39: what costs memory, time or patience. What floods do to memory over minutes is measured
// elsewhere; here each attack has to meet its limit, and everybody else has to be served meanwhile.

import { deflateRawSync, inflateRawSync } from 'node:zlib';
import { offerDeflate } from '@ws/compress/deflate';
import type { ConnectAnswer } from '@ws/core';
import { createClientAgent, openWebSocket, serveWebSocket } from '@ws/node';
import { seededRandom } from '@ws/testkit';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { attackClient } from '../src/hostile/client-target.ts';
import { connectRaw } from '../src/hostile/raw-peer.ts';
import { closePayload, frame, request } from '../src/hostile/wire.ts';

const DEFLATE = ['Sec-WebSocket-Extensions: permessage-deflate'];
const CAREFUL_DEFLATE = ['Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover'];

describe('30 B: messages of very many parts', () => {
  const tiny = frame({ opcode: 0, fin: false, payload: 'x' });
  const tinyUnmasked = frame({ opcode: 0, fin: false, payload: 'x', isMasked: false });
  const empty = frame({ opcode: 0, fin: false });
  const emptyUnmasked = frame({ opcode: 0, fin: false, isMasked: false });
  const first = { opcode: 2, fin: false } as const;
  const many = 140_000; // more than `maxFragments`

  test('S: fragments of one byte: 1008 at the limit', async () => {
    await using arena = await Arena.open();
    const attack = Buffer.concat([frame(first), ...Array(many).fill(tiny)]);
    expect((await arena.attackFrames(attack)).closeCode).toBe(1008);
    expect(await arena.isServing()).toBe(true);
  });
  test('S: empty fragments: they count too', async () => {
    await using arena = await Arena.open();
    const attack = Buffer.concat([frame(first), ...Array(many).fill(empty)]);
    expect((await arena.attackFrames(attack)).closeCode).toBe(1008);
    expect(await arena.isServing()).toBe(true);
  });
  test('C: fragments of one byte, or empty: 1008', async () => {
    const start = frame({ ...first, isMasked: false });
    for (const part of [tinyUnmasked, emptyUnmasked]) {
      const { closeCode } = await attackClient(Buffer.concat([start, ...Array(many).fill(part)]));
      expect(closeCode).toBe(1008);
    }
  });
  test('S: compressed, empty fragments count as well', async () => {
    await using arena = await Arena.open({ deflate: {}, options: { maxFragments: 1000 } });
    const attack = Buffer.concat([frame({ ...first, rsv: 4 }), ...Array(1001).fill(empty)]);
    expect((await arena.attackFrames(attack, DEFLATE)).closeCode).toBe(1008);
    expect(await arena.isServing()).toBe(true);
  });
  test('S: a message that never ends meets the limit of its size', async () => {
    await using arena = await Arena.open({ options: { maxMessagePayloadSize: 100_000 } });
    const part = frame({ opcode: 0, fin: false, payload: Buffer.alloc(9_999) });
    const attack = Buffer.concat([frame(first), ...Array(20).fill(part)]);
    expect((await arena.attackFrames(attack)).closeCode).toBe(1009);
    expect(await arena.isServing()).toBe(true);
  });
  test('S: one large frame in tiny pieces of TCP comes through', async () => {
    await using arena = await Arena.open();
    const peer = await arena.openRaw();
    const payload = Buffer.alloc(20_000, 'ab');
    const bytes = frame({ opcode: 2, payload });
    for (let at = 0; at < bytes.length; at += 7) {
      peer.write(bytes.subarray(at, at + 7));
      if (at % 700 === 0) await new Promise(setImmediate);
    }
    await peer.until(() => peer.frames.length > 0);
    expect(peer.frames[0]!.payload.equals(payload)).toBe(true);
    peer.destroy();
  });
});

/** Compresses as RFC 7692, 7.2.1 says. */
function deflated(data: Uint8Array, dictionary?: Uint8Array): Buffer {
  const options = { finishFlush: 2, ...(dictionary === undefined ? {} : { dictionary }) };
  return deflateRawSync(data, options).subarray(0, -4);
}

const LIMIT = 65_536;
const zeros = (size: number): Buffer => deflated(Buffer.alloc(size));
const compressed = (payload: Uint8Array, isMasked = true): Buffer => frame({ opcode: 2, rsv: 4, payload, isMasked });

const STORED = (text: string): Buffer => {
  const bytes = Buffer.from(text);
  return Buffer.concat([
    Uint8Array.of(0, bytes.length & 255, bytes.length >> 8, ~bytes.length & 255, (~bytes.length >> 8) & 255),
    bytes,
  ]);
};

describe('31 B: bombs and broken deflate data', () => {
  const bad: readonly (readonly [title: string, payload: Uint8Array, code: number])[] = [
    ['1000 : 1, 64 MB of zeros', zeros(2 ** 26), 1009],
    ['one byte more than allowed', zeros(LIMIT + 1), 1009],
    ['a block of the type that does not exist', Buffer.from('0600', 'hex'), 1007],
    ['a distance that reaches before the beginning', Buffer.from('4b04b20200', 'hex'), 1007],
    ['cut off within a block', deflated(Buffer.from('Hello, hello, hello, hello')).subarray(0, 4), 1007],
    ['a stored block whose length has no complement', Buffer.from('000500000048656c6c6f', 'hex'), 1007],
    ['random bytes', seededRandom(5).bytes(300), 1007],
    ['a Huffman table that is none', Buffer.from('05e0ffffffff', 'hex'), 1007],
    ['very many final blocks', Buffer.alloc(100_000, Buffer.from('0300', 'hex')), 1007],
  ];
  test.each(bad)('S: %s', async (_title, payload, code) => {
    await using arena = await Arena.open({ deflate: {}, options: { maxMessagePayloadSize: LIMIT } });
    for (const offers of [DEFLATE, CAREFUL_DEFLATE]) {
      expect((await arena.attackFrames(compressed(payload), offers)).closeCode).toBe(code);
    }
    expect(await arena.isServing()).toBe(true);
  });
  test.each(bad)('C: %s', async (_title, payload, code) => {
    const options = { maxMessagePayloadSize: LIMIT };
    expect((await attackClient(compressed(payload, false), { hasDeflate: true, options })).closeCode).toBe(code);
  });
  test('S: a bomb in many fragments: the whole message counts', async () => {
    await using arena = await Arena.open({ deflate: {}, options: { maxMessagePayloadSize: LIMIT } });
    const payload = zeros(LIMIT * 4);
    const parts = [...payload].map((byte, i) =>
      frame({
        opcode: i === 0 ? 2 : 0,
        rsv: i === 0 ? 4 : 0,
        fin: i === payload.length - 1,
        payload: Uint8Array.of(byte),
      }),
    );
    expect((await arena.attackFrames(Buffer.concat(parts), DEFLATE)).closeCode).toBe(1009);
    expect(await arena.isServing()).toBe(true);
  });
  test('S: exactly as much as allowed comes through; so do stored, empty and final blocks', async () => {
    await using arena = await Arena.open({
      deflate: { noContextTakeover: true },
      options: { maxMessagePayloadSize: LIMIT },
    });
    const peer = await arena.openRaw(DEFLATE);
    const good: readonly (readonly [payload: Uint8Array, length: number])[] = [
      [zeros(LIMIT), LIMIT],
      [Buffer.concat([STORED('stored'), Uint8Array.of(0)]), 6],
      [Buffer.concat([...Array(1000).fill(STORED('')), Uint8Array.of(0)]), 0],
      [Buffer.from('f348cdc9c9070000', 'hex'), 5], // RFC 7692, 7.2.3.4: "Hello" in a block with BFINAL
      [Buffer.from('f248050000 00ffff cac9c90700'.replaceAll(' ', ''), 'hex'), 5], // 7.2.3.5
      [Buffer.alloc(0), 0],
    ];
    for (const [payload] of good) peer.write(compressed(payload));
    await peer.until(() => peer.frames.length >= good.length);
    const lengths = peer.frames.map(({ first, payload }) => (first & 0x40 ? inflated(payload).length : payload.length));
    expect(lengths).toEqual(good.map(([, length]) => length));
    peer.destroy();
  });
  test('S: what a context carries over counts where it comes out', async () => {
    await using arena = await Arena.open({ deflate: {}, options: { maxMessagePayloadSize: LIMIT } });
    const data = Buffer.from(seededRandom(3).bytes(30_000));
    const again = deflated(Buffer.concat([data, data, data]), data);
    expect(again.length).toBeLessThan(2000);
    const verdict = await arena.attackFrames(Buffer.concat([compressed(deflated(data)), compressed(again)]), DEFLATE);
    expect(verdict.closeCode).toBe(1009);
    expect(verdict.frames.filter(({ opcode }) => opcode === 2)).toHaveLength(1);
    expect(await arena.isServing()).toBe(true);
  });
  test('S: a distance beyond the window that was agreed on: 1007', async () => {
    const window = 'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits';
    await using arena = await Arena.open({ deflate: { requestMaxWindowBits: 9 } });
    const noise = Buffer.from(seededRandom(3).bytes(2000));
    const far = deflateRawSync(Buffer.concat([noise, noise]), { windowBits: 15, finishFlush: 2 }).subarray(0, -4);
    expect((await arena.attackFrames(compressed(far), [window])).closeCode).toBe(1007);
    expect(await arena.isServing()).toBe(true);
  });
});

/** Decompresses a message that needs no context. */
function inflated(payload: Uint8Array): Uint8Array {
  return inflateRawSync(Buffer.concat([payload, Uint8Array.of(0, 0, 255, 255)]), { finishFlush: 2 });
}

describe('32 S: very many tiny compressed messages', () => {
  test('come through in order, with control frames and uncompressed ones between, while others are served', async () => {
    await using arena = await Arena.open({ deflate: { noContextTakeover: true, threshold: 1000 } });
    const peer = await arena.openRaw(CAREFUL_DEFLATE);
    const count = 20_000;
    const frames: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      const text = `m${i}`;
      if (i % 100 === 50) frames.push(frame({ opcode: 9, payload: text }));
      else if (i % 3 === 0) frames.push(frame({ opcode: 1, payload: text }));
      else frames.push(frame({ opcode: 1, rsv: 4, payload: deflated(Buffer.from(text)) }));
    }
    peer.write(Buffer.concat(frames));
    expect(await arena.isServing()).toBe(true);
    peer.write(frame({ opcode: 8, payload: closePayload(1000) }));
    await peer.untilEnd();
    const received = peer.frames.filter(({ opcode }) => opcode === 1).map(({ payload }) => payload.toString());
    const sent = Array.from({ length: count }, (_, i) => `m${i}`).filter((_, i) => i % 100 !== 50);
    expect(received).toEqual(sent);
    peer.destroy();
  });
});

describe('33 S: floods of pings and pongs', () => {
  test('pings of a peer that does not read: one pong waits, and memory stays', async () => {
    await using arena = await Arena.open();
    const peer = await arena.openRaw();
    peer.socket.pause();
    const pings = Buffer.concat(Array(2000).fill(frame({ opcode: 9, payload: 'p'.repeat(125) })));
    const [attacked] = [...arena.factory.connections].filter(({ resource }) => resource === '/chat');
    for (let i = 0; i < 50; i++) await new Promise<void>(resolve => peer.socket.write(pings, () => resolve()));
    // As much as the sockets of the kernel hold, and one pong more.
    await until(() => attacked!.trafficStats.incomingOctetsWireLevel === 50 * pings.length);
    expect(attacked!.bufferedAmount).toBeLessThan(2 ** 20);
    expect(await arena.isServing()).toBe(true);
    peer.destroy();
  });
  test('100 000 pongs that nobody asked for: ignored', async () => {
    await using arena = await Arena.open();
    const pongs = Buffer.concat(Array(100_000).fill(frame({ opcode: 10, payload: 'x' })));
    const bye = frame({ opcode: 8, payload: closePayload(1000) });
    const { frames } = await arena.attackFrames(Buffer.concat([pongs, bye]));
    expect(frames.map(({ opcode }) => opcode)).toEqual([8]);
    expect(await arena.isServing()).toBe(true);
  });
});

/** Waits, turn by turn. */
async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate);
}

describe('34 B: pings that are pending when the connection closes', () => {
  test('are rejected', async () => {
    await using server = await serveWebSocket(async asked => {
      const connection = await asked.accept();
      const ping = connection.ping('never answered');
      connection.terminate();
      await expect(ping).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
    });
    const connection = await openWebSocket(`ws://127.0.0.1:${server.port}/`);
    const ping = connection.ping();
    await expect(ping).rejects.toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
  });
});

describe('35 S: a slow reader, while the server broadcasts', () => {
  test('is closed for it (1008), the others get everything', async () => {
    await using arena = await Arena.open({ options: { maxBufferedAmount: 2 ** 20, closeHandshakeTimeout: 50 } });
    const slow = await arena.openRaw();
    slow.socket.pause();
    const closed = arena.nextClose();
    const reader = await createClientAgent().open(`ws://127.0.0.1:${arena.port}/reader`);
    let received = 0;
    reader.on('message', () => {
      received++;
    });
    const prepared = arena.factory.prepareMessage(new Uint8Array(65_536), true);
    const count = 200;
    for (let i = 0; i < count; i++) {
      for (const connection of arena.factory.connections) {
        if (connection.resource !== '/witness' && connection.state === 'open') connection.sendPreparedMessage(prepared);
      }
      await until(() => received === i + 1);
    }
    expect(await closed).toMatchObject({ localCode: 1008, error: { code: 'ERR_BUFFERED_AMOUNT' } });
    expect(reader.state).toBe('open');
    reader.dropConnection(true);
    slow.destroy();
  });
});

describe('36 S: slow writers', () => {
  test.each([
    ['within the request line', 'GET /ch'],
    ['within a header', request().subarray(0, 50).toString('latin1')],
    ['before the empty line', request().subarray(0, -2).toString('latin1')],
    ['without a byte', ''],
  ])('%s: the handshake has its time', async (_title, bytes) => {
    await using arena = await Arena.open({ options: { openHandshakeTimeout: 500 } });
    const closed = arena.nextClose();
    const peer = await arena.connect();
    peer.write(Buffer.from(bytes, 'latin1'));
    expect(await closed).toMatchObject({ timeout: 'openHandshake' });
    expect(await arena.isServing()).toBe(true);
    peer.destroy();
  });
  test.each([
    ['within a frame header', frame({ opcode: 1, payload: 'Hello' }).subarray(0, 1)],
    ['within a payload', frame({ opcode: 1, payload: 'Hello' }).subarray(0, 8)],
    ['after the handshake', Buffer.alloc(0)],
  ])('%s: pings find out who is not there', async (_title, bytes) => {
    await using arena = await Arena.open({ options: { autoPingInterval: 20, autoPingTimeout: 1000 } });
    const closed = arena.nextClose();
    const peer = await arena.openRaw();
    peer.write(bytes);
    expect(await closed).toMatchObject({ timeout: 'autoPing', code: 1006 });
    expect(await arena.isServing()).toBe(true);
    peer.destroy();
  });
});

describe('37 S: handshakes that are half done', () => {
  test('count as connections: those over the limit get 503, and the time for handshakes ends the others', async () => {
    const limit = 40; // as many as wait to be accepted at once, by default
    await using arena = await Arena.open({ options: { maxConnections: limit, openHandshakeTimeout: 300 } });
    const half = await Promise.all(
      Array.from({ length: limit }, async () => {
        const peer = await arena.connect();
        peer.write('GET /');
        return peer;
      }),
    );
    await until(() => arena.factory.connectionCount === limit + 1);
    expect((await arena.attackHead(request())).status).toBe(503);
    expect(await arena.isServing()).toBe(true);
    await Promise.all(half.map(peer => peer.untilEnd()));
    expect((await arena.attackHead(request())).status).toBe(101);
  });
  test('one address has no more of them than it may: the next gets 503, until others have left', async () => {
    await using arena = await Arena.open({ maxConnectionsPerAddress: 11 });
    const half = await Promise.all(Array.from({ length: 10 }, () => arena.connect()));
    await until(() => arena.factory.connectionCount === 11);
    expect((await arena.attackHead(request())).status).toBe(503);
    expect(await arena.isServing()).toBe(true);
    for (const peer of half) peer.destroy();
    await until(() => arena.factory.connectionCount === 1);
    expect((await arena.attackHead(request())).status).toBe(101);
  });
  test('a limit per address of the whole service is a few lines of the application', async () => {
    const open = new Map<string, number>();
    await using arena = await Arena.open({
      Protocol: class extends Echo {
        override onConnect(asked: ConnectionRequest): ConnectAnswer {
          const address = asked.peer.replace(/:\d+$/, '');
          const count = (open.get(address) ?? 0) + 1;
          if (count > 2) throw new ConnectionDeny(503);
          open.set(address, count);
          void this.closed.then(() => open.set(address, open.get(address)! - 1));
          return null;
        }
      },
    });
    const second = await arena.openRaw();
    expect((await arena.attackHead(request())).status).toBe(503);
    second.destroy();
    await until(() => [...open.values()][0] === 1);
    expect((await arena.attackHead(request())).status).toBe(101);
  });
});

describe('38 S: more messages than a handler can take', () => {
  test('wait in the network: a bounded queue, pings and Close frames still answered', async () => {
    let isFlooded = (): void => {};
    const flooded = new Promise<void>(resolve => {
      isFlooded = resolve;
    });
    const taken: number[] = [];
    await using server = await serveWebSocket(
      async asked => {
        const connection = await asked.accept();
        for await (const message of connection) {
          taken.push(message.length);
          await flooded;
        }
      },
      { messageQueueSize: 4 },
    );
    const peer = await connectRaw(server.port);
    peer.write(request());
    const small = frame({ opcode: 2, payload: Buffer.alloc(100) });
    peer.write(Buffer.concat([...Array(100).fill(small), frame({ opcode: 9, payload: 'still there?' })]));
    // The pong comes though no more than the first message was taken.
    await peer.until(() => peer.frames.some(({ opcode }) => opcode === 10));
    expect(taken).toHaveLength(1);
    const big = frame({ opcode: 2, payload: Buffer.alloc(1000) });
    const flood = Buffer.concat(Array(20_000).fill(big));
    let isWritten = false;
    peer.socket.write(flood, () => {
      isWritten = true;
    });
    for (let turn = 0; turn < 200; turn++) await new Promise(setImmediate);
    // 20 MB do not fit into what the kernel holds.
    expect(isWritten).toBe(false);
    expect(taken).toHaveLength(1);
    isFlooded();
    await until(() => taken.length === 20_100);
    peer.write(frame({ opcode: 8, payload: closePayload(1000) }));
    await peer.untilEnd();
    peer.destroy();
  });
});

describe('39 B: closing at a bad moment', () => {
  test('while reading is paused', async () => {
    await using arena = await Arena.open();
    const connection = await createClientAgent().open(`ws://127.0.0.1:${arena.port}/`);
    connection.pauseReceiving();
    for (let i = 0; i < 100; i++) connection.sendMessage(new Uint8Array(10_000), true);
    connection.sendClose(1000);
    expect(await connection.closed).toMatchObject({ stage: 'closing' });
    expect(await arena.isServing()).toBe(true);
  });
  test('with compressed messages on their way', async () => {
    await using arena = await Arena.open({ deflate: {} });
    const protocolOptions = { perMessageCompressionOffers: offerDeflate() };
    const connection = await createClientAgent().open(`ws://127.0.0.1:${arena.port}/`, { protocolOptions });
    for (let i = 0; i < 50; i++) connection.sendMessage('compress me '.repeat(1000));
    connection.sendClose(1000);
    expect(await connection.closed).toMatchObject({ wasClean: true, code: 1000 });
  });
  test('while the server decides', async () => {
    let decide: ((answer: null) => void) | null = null;
    await using arena = await Arena.open({
      Protocol: class extends Echo {
        override onConnect(asked: ConnectionRequest): ConnectAnswer | Promise<ConnectAnswer> {
          if (asked.path === '/witness') return null;
          return new Promise(resolve => {
            decide = resolve;
          });
        }
      },
    });
    const closed = arena.nextClose();
    const controller = new AbortController();
    const opening = createClientAgent().open(`ws://127.0.0.1:${arena.port}/`, { signal: controller.signal });
    await until(() => decide !== null);
    controller.abort(new Error('enough'));
    await expect(opening).rejects.toThrow('enough');
    (decide as unknown as (answer: null) => void)(null);
    expect(await closed).toMatchObject({ wasClean: false, code: 1006 });
    expect(await arena.isServing()).toBe(true);
  });
});
