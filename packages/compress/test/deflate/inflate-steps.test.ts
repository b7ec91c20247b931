import { constants, deflateRawSync } from 'node:zlib';
import { hex, seededRandom } from '@ws/testkit';
import { DECOMPRESSION_STEP, type Decompressor, type DeflateCodec } from '@ws/types';
import { concatBytes, EMPTY_BYTES, equalBytes } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import {
  END_PROBE,
  exactInflaters,
  type InflaterSource,
  MessageInflater,
  PerMessageDeflate,
  PROBE_ROOM,
  portableDeflate,
} from '../../src/deflate/index.ts';
import { decompressAll, decompressWhole } from '../support/codec.ts';
import { emptyDynamicBlocks } from '../support/deflate-blocks.ts';

const payloadOf = (bytes: Uint8Array): Uint8Array =>
  deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
const reader = (contextTakeover = true): Decompressor =>
  portableDeflate.decompressor({ windowBits: 15, contextTakeover });

/** How many bytes each step of a message yields. */
function stepsOf(payload: Uint8Array, decompressor: Decompressor = reader()): number[] {
  const lengths = [decompressor.decompress(payload, true, Number.POSITIVE_INFINITY).length];
  while (decompressor.hasMore) {
    lengths.push(decompressor.decompress(EMPTY_BYTES, true, Number.POSITIVE_INFINITY).length);
  }
  return lengths;
}

/** Counts what is borrowed and given back, and what each call reads and writes. */
function countingSource(): InflaterSource & { taken: number; given: number; closed: number; calls: number[][] } {
  const inner = exactInflaters(15);
  const source = {
    taken: 0,
    given: 0,
    closed: 0,
    calls: [] as number[][],
    take(window: Parameters<InflaterSource['take']>[0]) {
      source.taken++;
      const inflater = inner.take(window);
      return {
        inputStep: inflater.inputStep,
        get bytesRead() {
          return inflater.bytesRead;
        },
        start: (dictionary: Uint8Array) => inflater.start(dictionary),
        inflate(bytes: Uint8Array, room: number) {
          const result = inflater.inflate(bytes, room);
          source.calls.push([inflater.bytesRead, result.length]);
          return result;
        },
        probe: (room: number) => inflater.probe(room),
        close: () => void source.closed++,
      };
    },
    give: () => void source.given++,
  };
  return source;
}

describe('a message', () => {
  test('of less than a step takes one', () => {
    for (const length of [0, 1, 1000, DECOMPRESSION_STEP - PROBE_ROOM]) {
      expect(stepsOf(payloadOf(new Uint8Array(length)))).toEqual([length]);
    }
  });

  test('of 100 MB of zeros takes as many steps as it has 64 KiB, each of just that', () => {
    const [once, twice] = [100, 200].map(count => stepsOf(payloadOf(new Uint8Array(count * DECOMPRESSION_STEP))));
    expect(once).toEqual([...Array(100).fill(DECOMPRESSION_STEP), 0]);
    expect(twice).toEqual([...Array(200).fill(DECOMPRESSION_STEP), 0]);
  });

  test('that yields nothing is read in steps all the same', () => {
    const [once, twice] = [2000, 4000].map(count => stepsOf(emptyDynamicBlocks(count)).length);
    expect(once).toBeGreaterThan(4);
    expect(Math.abs(twice! - 2 * once!)).toBeLessThanOrEqual(1);
    const source = countingSource();
    stepsOf(emptyDynamicBlocks(2000), new MessageInflater(15, true, source));
    expect(Math.max(...source.calls.map(([read]) => read!))).toBe(4096);
  });

  test('of final blocks starts the inflater anew a few times in each step', () => {
    expect(stepsOf(concatBytes([hex('0300'.repeat(64)), hex('00')])).length).toBeGreaterThanOrEqual(16);
  });

  test('keeps its window over steps, for a block behind a final one (RFC 7692, 7.2.3.4)', () => {
    const random = seededRandom(7).bytes(150_000);
    const dictionary = random.subarray(-32_768);
    const final = deflateRawSync(EMPTY_BYTES);
    // zlib looks back a little less than its window.
    const last = dictionary.subarray(-30_000);
    const repeated = deflateRawSync(last, { dictionary, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    expect(repeated.length).toBeLessThan(1000);
    const start = deflateRawSync(random, { finishFlush: constants.Z_SYNC_FLUSH });
    for (const contextTakeover of [true, false]) {
      const whole = decompressWhole(reader(contextTakeover), concatBytes([start, final, repeated]));
      expect(equalBytes(whole, concatBytes([random, last]))).toBe(true);
    }
  });

  test('that leaves no room for what its tail may complete takes a step more, which yields nothing', () => {
    expect(END_PROBE.length * 4 * 258).toBeLessThan(PROBE_ROOM);
    for (const length of [DECOMPRESSION_STEP - PROBE_ROOM + 1, DECOMPRESSION_STEP]) {
      expect(stepsOf(payloadOf(new Uint8Array(length)))).toEqual([length, 0]);
    }
  });
});

describe('between two steps', () => {
  test('a message keeps the inflater that it has borrowed, and gives it back at its end', () => {
    const source = countingSource();
    const decompressor = new MessageInflater(15, false, source);
    const payload = payloadOf(new Uint8Array(3 * DECOMPRESSION_STEP));
    for (let round = 1; round <= 3; round++) {
      decompressor.decompress(payload, true, Number.POSITIVE_INFINITY);
      expect([source.taken, source.given]).toEqual([round, round - 1]);
      while (decompressor.hasMore) decompressor.decompress(EMPTY_BYTES, true, Number.POSITIVE_INFINITY);
      expect([source.taken, source.given]).toEqual([round, round]);
    }
  });

  test('close() frees the inflater, once, and there is no more', () => {
    const source = countingSource();
    const decompressor = new MessageInflater(15, true, source);
    decompressor.decompress(payloadOf(new Uint8Array(200_000)), true, Number.POSITIVE_INFINITY);
    expect(decompressor.hasMore).toBe(true);
    decompressor.close();
    decompressor.close();
    expect([decompressor.hasMore, source.closed, source.given]).toEqual([false, 1, 0]);
  });

  test('another piece is refused', () => {
    const decompressor = reader();
    const payload = payloadOf(new Uint8Array(200_000));
    decompressor.decompress(payload, true, Number.POSITIVE_INFINITY);
    expect(() => decompressor.decompress(payload, true, Number.POSITIVE_INFINITY)).toThrow(TypeError);
  });

  test('many connections are in the middle of a message at once', () => {
    const random = seededRandom(5);
    const messages = Array.from({ length: 30 }, () => concatBytes([random.bytes(90_000), new Uint8Array(90_000)]));
    const readers = messages.map((_, i) => reader(i % 2 === 0));
    const parts = messages.map((message, i) => [readers[i]!.decompress(payloadOf(message), true, message.length)]);
    while (readers.some(({ hasMore }) => hasMore)) {
      for (const [i, one] of readers.entries()) {
        if (one.hasMore) parts[i]!.push(one.decompress(EMPTY_BYTES, true, messages[i]!.length));
      }
    }
    for (const [i, message] of messages.entries()) expect(equalBytes(concatBytes(parts[i]!), message)).toBe(true);
  });
});

describe('PerMessageDeflate', () => {
  const client = (): PerMessageDeflate => new PerMessageDeflate({ isServer: false });
  const server = (codec: DeflateCodec = portableDeflate, maxMessageSize = 0): PerMessageDeflate =>
    new PerMessageDeflate({ isServer: true, maxMessageSize }, codec);

  test('says whether there is more, of its own limit as well, and not between messages', () => {
    const message = new Uint8Array(200_000);
    for (const [limit, isAllowed] of [
      [0, true],
      [200_000, true],
      [199_999, false],
    ] as const) {
      const receiver = server(portableDeflate, limit);
      expect(receiver.hasMore).toBe(false);
      // Twice: the limit is one on each message.
      const run = (): void => {
        const sender = client();
        for (let i = 0; i < 2; i++) decompressWhole(receiver, sender.compress(message, true), 1 << 20);
      };
      if (isAllowed) run();
      else expect(run).toThrow(expect.objectContaining({ code: 'ERR_MESSAGE_TOO_BIG' }));
      expect(receiver.hasMore).toBe(false);
      receiver.close();
      expect(receiver.hasMore).toBe(false);
    }
  });

  test('gives a piece as a whole to those who ask for no steps', () => {
    const payload = client().compress(new Uint8Array(300_000), true);
    const receiver = server();
    receiver.startDecompressMessage();
    const parts = [receiver.decompressMessageData(payload), receiver.endDecompressMessage()];
    expect(concatBytes(parts)).toEqual(new Uint8Array(300_000));
  });

  test('takes a codec that does not work in steps', () => {
    const whole: DeflateCodec = {
      ...portableDeflate,
      decompressor: parameters => {
        const inner = portableDeflate.decompressor(parameters);
        return {
          decompress: (bytes, isFinal, maxLength) =>
            decompressAll(inner, isFinal ? [bytes] : [bytes, EMPTY_BYTES], maxLength),
          close: () => inner.close(),
        };
      },
    };
    const receiver = server(whole);
    expect(receiver.decompress(client().compress(new Uint8Array(100_000), true), true, 1 << 20)).toHaveLength(100_000);
    expect(receiver.hasMore).toBe(false);
  });
});
