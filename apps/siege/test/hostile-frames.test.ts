// Hostile inputs 19 to 29: frames. Each goes to a real server and, unless it is about one side, to a real client.

import { nodePlatform, WebSocketServerFactory } from '@ws/node';
import { everySplit, hex, manualClock, memoryPair, seededRandom } from '@ws/testkit';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Arena, Echo } from '../src/hostile/arena.ts';
import { attackClient } from '../src/hostile/client-target.ts';
import { closePayload, type FrameParts, frame, request } from '../src/hostile/wire.ts';

const DEFLATE = 'Sec-WebSocket-Extensions: permessage-deflate';
const LIMIT = 4096;

let arena: Arena;
beforeAll(async () => {
  arena = await Arena.open({ deflate: {}, options: { maxMessagePayloadSize: LIMIT } });
});
afterEach(async () => {
  expect(await arena.isServing()).toBe(true);
});
afterAll(() => arena[Symbol.asyncDispose]());

/** Frames, as one side would send them. */
type Attack = (isMasked: boolean) => Buffer;
type Row = readonly [
  title: string,
  attack: Attack | FrameParts | readonly FrameParts[],
  code: number,
  DEFLATE?: string,
];

function attackOf(given: Row[1]): Attack {
  if (typeof given === 'function') return given;
  const parts = [given].flat() as readonly FrameParts[];
  return isMasked => Buffer.concat(parts.map(part => frame({ isMasked, ...part })));
}

/** Rows of frames that fail the connection with a code: that of the Close frame we send, and of what is told. */
function fails(rows: readonly Row[]): void {
  for (const [title, given, code, extension] of rows) {
    const attack = attackOf(given);
    test(`S: ${title}`, async () => {
      const verdict = await arena.attackFrames(attack(true), extension === undefined ? [] : [extension]);
      expect(verdict.closeCode).toBe(code);
    });
    test(`C: ${title}`, async () => {
      const hasDeflate = extension !== undefined;
      const { closeCode, info } = await attackClient(attack(false), {
        hasDeflate,
        options: { maxMessagePayloadSize: LIMIT },
      });
      expect(closeCode).toBe(code);
      expect(info.localCode).toBe(code);
      expect(info.error).toMatchObject({ closeCode: code });
    });
  }
}

describe('19 reserved bits', () => {
  fails([
    ['RSV1 without compression', { opcode: 1, rsv: 4, payload: 'x' }, 1002],
    ['RSV2', { opcode: 1, rsv: 2, payload: 'x' }, 1002],
    ['RSV3', { opcode: 2, rsv: 1, payload: 'x' }, 1002],
    ['all of them', { opcode: 1, rsv: 7, payload: 'x' }, 1002],
    ['RSV1 on a ping', { opcode: 9, rsv: 4 }, 1002],
    ['RSV1 on a ping, with compression', { opcode: 9, rsv: 4 }, 1002, DEFLATE],
    ['RSV1 on a Close frame, with compression', { opcode: 8, rsv: 4 }, 1002, DEFLATE],
    [
      'RSV1 on a continuation, with compression',
      [
        { opcode: 1, fin: false, payload: 'x' },
        { opcode: 0, rsv: 4 },
      ],
      1002,
      DEFLATE,
    ],
    ['RSV2, with compression', { opcode: 1, rsv: 2 }, 1002, DEFLATE],
    ['RSV1 and RSV2, with compression', { opcode: 1, rsv: 6 }, 1002, DEFLATE],
  ]);
});

describe('20 reserved opcodes', () => {
  fails([3, 4, 5, 6, 7, 11, 12, 13, 14, 15].map(opcode => [`opcode ${opcode}`, { opcode, payload: 'x' }, 1002]));
  fails([
    ['a reserved opcode inside of a message', [{ opcode: 1, fin: false }, { opcode: 3 }], 1002],
    ['a reserved control opcode inside of a message', [{ opcode: 1, fin: false }, { opcode: 11 }], 1002],
  ]);
});

describe('21 masks', () => {
  fails([
    ['the wrong one', isMasked => frame({ opcode: 1, payload: 'x', isMasked: !isMasked }), 1002],
    ['the wrong one on an empty frame', isMasked => frame({ opcode: 2, isMasked: !isMasked }), 1002],
    ['the wrong one on a Close frame', isMasked => frame({ opcode: 8, isMasked: !isMasked }), 1002],
    [
      'the wrong one on a continuation',
      isMasked =>
        Buffer.concat([frame({ opcode: 1, fin: false, isMasked }), frame({ opcode: 0, isMasked: !isMasked })]),
      1002,
    ],
  ]);
});

describe('22 control frames', () => {
  fails(
    [8, 9, 10].flatMap(opcode => [
      [`opcode ${opcode}: 126 bytes`, { opcode, payload: Buffer.alloc(126, 3) }, 1002] as const,
      [`opcode ${opcode}: 65536 bytes`, { opcode, payload: Buffer.alloc(65536, 3) }, 1002] as const,
      [`opcode ${opcode}: 5 bytes in 16 bits`, { opcode, payload: '\x03\xe8abc', lengthBits: 16 }, 1002] as const,
      [`opcode ${opcode}: 5 bytes in 64 bits`, { opcode, payload: '\x03\xe8abc', lengthBits: 64 }, 1002] as const,
      [`opcode ${opcode}: not final`, { opcode, fin: false }, 1002] as const,
    ]),
  );
});

describe('23 lengths that are not minimal', () => {
  fails([
    ['0 in 16 bits', { opcode: 1, lengthBits: 16 }, 1002],
    ['125 in 16 bits', { opcode: 1, payload: 'a'.repeat(125), lengthBits: 16 }, 1002],
    ['0 in 64 bits', { opcode: 1, lengthBits: 64 }, 1002],
    ['65535 in 64 bits', { opcode: 2, length: 65535, lengthBits: 64 }, 1002],
  ]);
});

describe('24 lengths that nobody can mean: refused by the header, nothing of the payload has to come', () => {
  fails([
    ['2^63', { opcode: 2, length: 2n ** 63n }, 1002],
    ['2^64 - 1', { opcode: 2, length: 2n ** 64n - 1n }, 1002],
    ['2^63 - 1', { opcode: 2, length: 2n ** 63n - 1n }, 1009],
    ['2^53', { opcode: 2, length: 2n ** 53n }, 1009],
    ['2^53 - 1', { opcode: 2, length: 2n ** 53n - 1n }, 1009],
    ['2^32', { opcode: 2, length: 2n ** 32n }, 1009],
    ['2^31 - 1, of text', { opcode: 1, length: 2n ** 31n - 1n }, 1009],
    ['one byte over the limit', { opcode: 2, length: LIMIT + 1 }, 1009],
    [
      'one byte over the limit with what came before',
      [
        { opcode: 2, fin: false, payload: Buffer.alloc(LIMIT) },
        { opcode: 0, length: 1, payload: '' },
      ],
      1009,
    ],
    [
      'two lengths whose sum is beyond 2^53',
      [
        { opcode: 2, fin: false, payload: 'x' },
        { opcode: 0, length: 2n ** 53n - 1n },
      ],
      1009,
    ],
  ]);
  test.each([2n ** 53n, 2n ** 63n - 1n])('%i, with no limit set: still nothing that anybody can mean', async length => {
    await using own = await Arena.open({ options: { maxMessagePayloadSize: 0, maxFramePayloadSize: 0 } });
    expect((await own.attackFrames(frame({ opcode: 2, length }))).closeCode).toBe(1009);
    const options = { maxMessagePayloadSize: 0 };
    const { closeCode } = await attackClient(frame({ opcode: 2, length, isMasked: false }), { options });
    expect(closeCode).toBe(1009);
  });
  test('as much as is allowed comes through', async () => {
    const peer = await arena.openRaw();
    peer.write(frame({ opcode: 2, payload: Buffer.alloc(LIMIT, 7) }));
    await peer.until(() => peer.frames.length > 0);
    expect(peer.frames[0]!.payload).toEqual(Buffer.alloc(LIMIT, 7));
    peer.destroy();
  });
});

describe('25 the order of frames', () => {
  fails([
    ['a continuation first', { opcode: 0, payload: 'x' }, 1002],
    ['a continuation that is not final first', { opcode: 0, fin: false }, 1002],
    ['a continuation after a message', [{ opcode: 1, payload: 'x' }, { opcode: 0 }], 1002],
    ['text inside of text', [{ opcode: 1, fin: false, payload: 'x' }, { opcode: 1 }], 1002],
    ['binary inside of text', [{ opcode: 1, fin: false, payload: 'x' }, { opcode: 2 }], 1002],
    ['text inside of binary, after a ping', [{ opcode: 2, fin: false }, { opcode: 9 }, { opcode: 1 }], 1002],
    ['a continuation after the last', [{ opcode: 2, fin: false }, { opcode: 0 }, { opcode: 0 }], 1002],
  ]);
});

describe('26 what a Close frame must not say', () => {
  const codes = [0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1099, 1100, 2000, 2999, 5000, 65535];
  fails([
    ['one byte', { opcode: 8, payload: '\x03' }, 1002],
    ...codes.map((code): Row => [`code ${code}`, { opcode: 8, payload: closePayload(code) }, 1002]),
    ['a reason that is no UTF-8', { opcode: 8, payload: closePayload(1000, hex('ce ba e1 bd b9 ff')) }, 1007],
    ['a reason cut within a character', { opcode: 8, payload: closePayload(1000, hex('e2 82')) }, 1007],
    ['a reason with a surrogate', { opcode: 8, payload: closePayload(1000, hex('ed a0 80')) }, 1007],
    ['a reason with an overlong slash', { opcode: 8, payload: closePayload(1000, hex('c0 af')) }, 1007],
  ]);
  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999])(
    'code %i is answered by an orderly close',
    async code => {
      const closed = arena.nextClose();
      const { frames } = await arena.attackFrames(frame({ opcode: 8, payload: closePayload(code, 'bye') }));
      expect(frames.map(({ opcode }) => opcode)).toEqual([8]);
      expect(await closed).toMatchObject({ wasClean: true, code, reason: 'bye' });
    },
  );
});

const BAD_TEXT: readonly (readonly [title: string, bytes: string])[] = [
  ['an overlong slash', 'c0 af'],
  ['an overlong slash in three bytes', 'e0 80 af'],
  ['an overlong NUL', 'c0 80'],
  ['an overlong U+FFFF', 'f0 8f bf bf'],
  ['a high surrogate', 'ed a0 80'],
  ['a low surrogate', 'ed bf bf'],
  ['a pair of surrogates', 'ed a0 80 ed b0 80'],
  ['U+110000', 'f4 90 80 80'],
  ['five bytes', 'f8 88 80 80 80'],
  ['a continuation byte alone', '80'],
  ['ff', 'ff'],
  ['c3 at the end of the message', '61 c3'],
  ['three of four bytes at the end', 'f0 9f 98'],
  ['valid text, and then a byte too many', 'e2 82 ac 82'],
];

describe('27 text that is none', () => {
  fails(BAD_TEXT.map(([title, bytes]) => [title, { opcode: 1, payload: hex(bytes) }, 1007]));
  fails([
    [
      'split over frames, with a ping between',
      [{ opcode: 1, fin: false, payload: hex('f0 9f') }, { opcode: 9 }, { opcode: 0, payload: hex('41') }],
      1007,
    ],
    [
      'told before the message has ended: nothing more comes (RFC 6455, 8.1)',
      isMasked => {
        const [bytes, start] = [frame({ opcode: 1, fin: false, payload: Buffer.alloc(1000, 0xff), isMasked }), 4];
        return bytes.subarray(0, start + (isMasked ? 4 : 0) + 1);
      },
      1007,
    ],
    [
      'told when a character cannot end well any more',
      isMasked => frame({ opcode: 1, fin: false, payload: hex('f4 90'), isMasked }),
      1007,
    ],
  ]);
  test.each(BAD_TEXT)('byte by byte over TCP: %s', async (_title, bytes) => {
    const attack = frame({ opcode: 1, payload: hex(bytes) });
    expect((await arena.attackFrames(attack, [], 1)).closeCode).toBe(1007);
    const unmasked = frame({ opcode: 1, payload: hex(bytes), isMasked: false });
    expect((await attackClient(unmasked, { pieceSize: 1 })).closeCode).toBe(1007);
  });
  test('a character split over frames and pieces is text', async () => {
    const peer = await arena.openRaw();
    peer.write(frame({ opcode: 1, fin: false, payload: hex('f0 9f') }));
    peer.write(frame({ opcode: 0, payload: hex('98 80') }));
    await peer.until(() => peer.frames.length > 0);
    expect(peer.frames[0]!.payload.toString()).toBe('😀');
    peer.destroy();
  });
});

describe('28 around the end', () => {
  const bye = frame({ opcode: 8, payload: closePayload(1000) });
  test('S: frames after a Close frame are ignored', async () => {
    const closed = arena.nextClose();
    const after = [frame({ opcode: 1, payload: 'late' }), frame({ opcode: 9 }), frame({ opcode: 3 })];
    const { frames } = await arena.attackFrames(Buffer.concat([bye, ...after]));
    expect(frames.map(({ opcode }) => opcode)).toEqual([8]);
    expect(await closed).toMatchObject({ wasClean: true, code: 1000 });
  });
  test('C: frames after a Close frame are ignored', async () => {
    const frames = [
      frame({ opcode: 8, payload: closePayload(1001), isMasked: false }),
      frame({ opcode: 1, payload: 'x' }),
    ];
    const verdict = await attackClient(Buffer.concat(frames));
    expect(verdict.messages).toEqual([]);
    expect(verdict.info).toMatchObject({ wasClean: true, code: 1001 });
    expect(verdict.frames.map(({ opcode }) => opcode)).toEqual([8]);
  });
  test('S: 10 000 Close frames are answered once', async () => {
    const { frames } = await arena.attackFrames(Buffer.concat(Array(10_000).fill(bye)));
    expect(frames.map(({ opcode }) => opcode)).toEqual([8]);
  });
  test('S: a Close frame, and the connection left open: it is dropped', async () => {
    await using own = await Arena.open({ options: { serverConnectionDropTimeout: 50 } });
    const closed = own.nextClose();
    const peer = await own.openRaw();
    peer.socket.allowHalfOpen = true;
    peer.write(bye);
    expect(await closed).toMatchObject({ wasClean: true, code: 1000 });
    peer.destroy();
  });
  test('S: the end without a Close frame: 1006', async () => {
    const closed = arena.nextClose();
    const peer = await arena.openRaw();
    peer.socket.end();
    expect(await closed).toMatchObject({ wasClean: false, code: 1006, closedBy: 'transport' });
  });
  test('S: a reset in the middle of a frame: 1006, and the cause', async () => {
    const closed = arena.nextClose();
    const peer = await arena.openRaw();
    peer.write(frame({ opcode: 1, payload: 'not all of it' }).subarray(0, 9));
    await new Promise(setImmediate);
    peer.socket.resetAndDestroy();
    expect(await closed).toMatchObject({ wasClean: false, code: 1006 });
  });
  test('S: our Close frame is not answered: dropped after its time', async () => {
    await using own = await Arena.open({
      options: { closeHandshakeTimeout: 50 },
      Protocol: class extends Echo {
        override onMessage(payload: Uint8Array): void {
          if (payload.length === 0) this.sendClose(4000, 'go');
          else super.onMessage(payload, false);
        }
      },
    });
    const closed = own.nextClose();
    const peer = await own.openRaw();
    peer.write(frame({ opcode: 1 }));
    expect(await closed).toMatchObject({ wasClean: false, code: 1006, localCode: 4000, timeout: 'closeHandshake' });
    peer.destroy();
  });
});

/** What a stream of frames makes a server do; in memory, where pieces are not joined on the way. */
function conversation(pieces: readonly Uint8Array[]): string[] {
  const events: string[] = [];
  class Recorder extends Echo {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      events.push(`${isBinary ? 'binary' : 'text'} ${Buffer.from(payload).toString('hex')}`);
    }
    override onPing(payload: Uint8Array): void {
      events.push(`ping ${Buffer.from(payload)}`);
    }
    override onClose(wasClean: boolean, code: number | null, reason: string | null): void {
      events.push(`close ${wasClean} ${code} ${reason}`);
    }
  }
  const platform = { ...nodePlatform, clock: manualClock(), random: seededRandom(1) };
  const factory = new WebSocketServerFactory({}, platform);
  factory.protocol = Recorder;
  const pair = memoryPair({ manual: true, capacity: Number.POSITIVE_INFINITY });
  factory.buildProtocol().attach(pair.a);
  const written: Buffer[] = [];
  pair.b.attach({ onData: bytes => written.push(Buffer.from(bytes)), onDrain() {}, onEnd() {}, onClose() {} });
  for (const piece of pieces) {
    pair.b.write(Uint8Array.from(piece));
    pair.flush();
  }
  pair.b.end();
  pair.flush();
  return [...events, Buffer.concat(written).toString('hex')];
}

const VALID = Buffer.concat([
  request(),
  frame({ opcode: 1, payload: 'Grüße' }),
  frame({ opcode: 2, fin: false, payload: Buffer.alloc(130, 1) }),
  frame({ opcode: 9, payload: 'between' }),
  frame({ opcode: 0, payload: 'end' }),
  frame({ opcode: 10 }),
  frame({ opcode: 8, payload: closePayload(1000, 'bye') }),
]);

describe('29 a valid stream, cut', () => {
  test('anywhere, or byte by byte: the same events, the same bytes', () => {
    const events = everySplit(VALID, conversation);
    expect(events).toHaveLength(5);
    expect(events.at(-2)).toBe('close true 1000 bye');
  });
  test('short, at each byte: what was whole came through, then one end', () => {
    const all = conversation([VALID]).slice(0, -2);
    for (let length = 0; length < VALID.length; length++) {
      const events = conversation([VALID.subarray(0, length)]).slice(0, -1);
      expect(events.at(-1)).toMatch(/^close false 1006 /);
      expect(all.slice(0, events.length - 1)).toEqual(events.slice(0, -1));
    }
  });
  test('byte by byte over TCP', async () => {
    const frames = VALID.subarray(VALID.indexOf('\r\n\r\n') + 4);
    const verdict = await arena.attackFrames(frames, [], 1);
    expect(verdict.frames.map(({ opcode }) => opcode)).toEqual([1, 10, 2, 8]);
  });
});
