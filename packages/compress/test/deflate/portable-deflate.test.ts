import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { everySplit, hex, seededRandom } from '@ws/testkit';
import { concatBytes, decodeText, EMPTY_BYTES, encodeText, equalBytes } from '@ws/util/primitives';
import { describe, expect, inject, test } from 'vitest';
import { portableDeflate } from '../../src/deflate/index.ts';
import { compressAll, decompressAll } from '../support/codec.ts';
import { messageWithDistance, messageWithDistanceCode } from '../support/deflate-blocks.ts';
import { anyMessage, anyPieces, corrupt, jsonMessage } from '../support/messages.ts';

const TAIL = Uint8Array.of(0, 0, 0xff, 0xff);
const NO_LIMIT = Number.POSITIVE_INFINITY;
const tooBig = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_MESSAGE_TOO_BIG' });
const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });
const decompressor = (windowBits = 15, contextTakeover = true) =>
  portableDeflate.decompressor({ windowBits, contextTakeover });

/** The code of what is thrown, or `none`. */
function codeOf(run: () => unknown): string {
  try {
    run();
    return 'none';
  } catch (error) {
    return String((error as { code?: unknown }).code);
  }
}

describe('portableDeflate and zlib', () => {
  const combinations = [8, 9, 10, 12, 15].flatMap(windowBits => [
    { windowBits, contextTakeover: true },
    { windowBits, contextTakeover: false },
  ]);

  test.each(combinations)('zlib reads what it makes with %j, and it reads that too', parameters => {
    const random = seededRandom(parameters.windowBits);
    const compressor = portableDeflate.compressor({
      ...parameters,
      level: random.below(10),
      memLevel: 1 + random.below(9),
    });
    const reader = portableDeflate.decompressor(parameters);
    const sent: Uint8Array[] = [];
    const stream: Uint8Array[] = [];
    for (let i = 0; i < 300; i++) {
      const message = anyMessage(random, 3000);
      const compressed = compressAll(compressor, anyPieces(random, message));
      expect(equalBytes(decompressAll(reader, anyPieces(random, compressed), message.length), message)).toBe(true);
      sent.push(message);
      stream.push(compressed, TAIL);
    }
    const options = { windowBits: parameters.windowBits, finishFlush: constants.Z_SYNC_FLUSH };
    expect(equalBytes(inflateRawSync(concatBytes(stream), options), concatBytes(sent))).toBe(true);
  });

  test.each([9, 12, 15])('it reads what zlib makes with a window of 2^%i and the messages before', windowBits => {
    const random = seededRandom(windowBits);
    const reader = decompressor(windowBits);
    let history: Uint8Array = EMPTY_BYTES;
    for (let i = 0; i < 300; i++) {
      const message = anyMessage(random, 30_000);
      const dictionary = history.length === 0 ? {} : { dictionary: history };
      const options = { windowBits, finishFlush: constants.Z_SYNC_FLUSH, ...dictionary };
      const compressed = message.length === 0 ? Uint8Array.of(0) : deflateRawSync(message, options).subarray(0, -4);
      expect(equalBytes(decompressAll(reader, anyPieces(random, compressed), message.length), message)).toBe(true);
      history = concatBytes([history, message]).slice(-(1 << windowBits));
    }
  });

  test('connections without context takeover do not disturb each other in mid-message', () => {
    const parameters = { windowBits: 15, contextTakeover: false };
    const [a, b] = [portableDeflate.compressor(parameters), portableDeflate.compressor(parameters)];
    const [c, d] = [decompressor(15, false), decompressor(15, false)];
    const [first, second] = [encodeText('first '.repeat(50)), encodeText('second '.repeat(50))];
    const [a1, b1] = [a.compress(first, false), b.compress(second, false)];
    const [a2, b2] = [a.compress(EMPTY_BYTES, true), b.compress(EMPTY_BYTES, true)];
    const [fromA, fromB] = [concatBytes([a1, a2]), concatBytes([b1, b2])];
    const [c1, d1] = [c.decompress(fromA.subarray(0, 9), false, 999), d.decompress(fromB.subarray(0, 9), false, 999)];
    const [c2, d2] = [c.decompress(fromA.subarray(9), true, 999), d.decompress(fromB.subarray(9), true, 999)];
    expect(decodeText(concatBytes([c1, c2]))).toBe(decodeText(first));
    expect(decodeText(concatBytes([d1, d2]))).toBe(decodeText(second));
  });
});

describe('portableDeflate reads', () => {
  test('messages that are cut anywhere (RFC 7692, 7.2.3)', () => {
    everySplit(hex('f248050000 00ffffcac9c90700'), pieces => {
      expect(decodeText(decompressAll(decompressor(), pieces))).toBe('Hello');
    });
  });
  test('final blocks anywhere, the window staying what it was (7.2.3.4)', () => {
    // "Hello" in a final block, four times, and then a reference to the very first
    const payload = concatBytes([...Array(4).fill(hex('f348cdc9c90700')), hex('f20011 0000')]);
    everySplit(payload, pieces => {
      expect(decodeText(decompressAll(decompressor(), pieces))).toBe('Hello'.repeat(5));
    });
  });
  test('a message that ends with a final block, without the byte that 7.2.3.4 wants', () => {
    const reader = decompressor();
    expect(decodeText(reader.decompress(hex('f348cdc9c90700'), true, 9))).toBe('Hello');
    expect(decodeText(reader.decompress(hex('f200110000'), true, 9))).toBe('Hello');
  });
  test('empty blocks, and nothing at all', () => {
    for (const payload of ['', '00', '000000ffff00', '0200']) {
      expect(decompressor().decompress(hex(payload), true, 0)).toHaveLength(0);
    }
  });
  test('long messages as a whole', () => {
    const random = seededRandom(3);
    const reader = decompressor();
    const compressor = portableDeflate.compressor({ windowBits: 15, contextTakeover: true });
    for (let i = 0; i < 4; i++) {
      const message = jsonMessage(random, 200_000);
      const compressed = compressor.compress(message, true);
      expect(equalBytes(decompressAll(reader, [compressed], message.length), message)).toBe(true);
    }
  });
});

describe('portableDeflate refuses (with the code that closes with 1007)', () => {
  test.each([
    ['the block type that does not exist', '0600'],
    ['a stored block whose length is not repeated', '000500faf048656c6c6f00'],
    ['a message that is cut off in a stored block', '000500faff4865'],
    ['a message that is cut off in a block with fixed codes', 'f248cd'],
    ['a message that is cut off in the header of a block', '05c081'],
    ['a reference to before the first byte', 'f20011 0000'],
    ['more final blocks than anyone would make', '0300'.repeat(70)],
  ])('%s', (_name, payload) => {
    expect(everySplit(hex(payload), pieces => codeOf(() => decompressAll(decompressor(), pieces)))).toBe(
      'ERR_COMPRESSED_DATA',
    );
    expect(() => decompressAll(decompressor(), [hex(payload)], NO_LIMIT)).toThrow(broken);
  });

  test.each([30, 31])('the distance code %i', code => {
    expect(() => decompressAll(decompressor(), [messageWithDistanceCode(code)], NO_LIMIT)).toThrow(broken);
  });

  test.each([8, 9, 10, 11, 12, 13, 14, 15])('distances beyond a window of 2^%i (RFC 7692, 7.1.2)', windowBits => {
    const size = 1 << windowBits;
    const stored = seededRandom(windowBits).bytes(size + 10);
    const within = decompressAll(decompressor(windowBits), [messageWithDistance(stored, size)], NO_LIMIT);
    expect(within).toEqual(concatBytes([stored, stored.subarray(10, 13)]));
    if (windowBits === 15) return; // no code goes further
    expect(() => decompressAll(decompressor(windowBits), [messageWithDistance(stored, size + 1)], NO_LIMIT)).toThrow(
      broken,
    );
    // and beyond it into the message before
    const reader = decompressor(windowBits);
    decompressAll(reader, [messageWithDistance(stored, 1)], NO_LIMIT);
    expect(() => decompressAll(reader, [messageWithDistance(stored.subarray(0, 20), size + 1)], NO_LIMIT)).toThrow(
      broken,
    );
  });

  test('a reference to the message before where every message stands alone', () => {
    const reader = decompressor(15, false);
    decompressAll(reader, [hex('f248cdc9c90700')], NO_LIMIT);
    expect(() => decompressAll(reader, [hex('f200110000')], NO_LIMIT)).toThrow(broken);
  });
});

describe('portableDeflate counts', () => {
  test('a message of exactly the limit is right, one byte more is too big', () => {
    for (const length of [1, 100, 16_384, 16_385, 1_200_000]) {
      const bytes = jsonMessage(seededRandom(1), length);
      const compressed = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
      expect(decompressAll(decompressor(), [compressed], length)).toHaveLength(length);
      expect(() => decompressAll(decompressor(), [compressed], length - 1)).toThrow(tooBig);
      expect(() => decompressAll(decompressor(), [compressed, EMPTY_BYTES], length - 1)).toThrow(tooBig);
    }
  });

  test('100 MB behind 100 KB stop within 1 MiB of the limit', () => {
    const bomb = deflateRawSync(new Uint8Array(100e6), { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    expect(bomb.length).toBeLessThan(110_000);
    for (const isWhole of [true, false]) {
      const before = process.memoryUsage().arrayBuffers;
      const reader = decompressor();
      expect(() => decompressAll(reader, isWhole ? [bomb] : [bomb, EMPTY_BYTES], 1 << 20)).toThrow(tooBig);
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(4e6);
    }
  });
});

const corrupted = inject('tier') === 'quick' ? 2000 : 20_000;
test(`${corrupted} corrupted messages give a message or an error of the two kinds, and nothing else`, () => {
  const random = seededRandom(inject('seed'));
  const compressor = portableDeflate.compressor({ windowBits: 15, contextTakeover: false });
  const originals = Array.from({ length: 100 }, (_, index) =>
    compressor.compress(jsonMessage(random, index === 0 ? 30_000 : 10 + random.below(600)), true),
  );
  const codes = new Map<string, number>();
  for (let i = 0; i < corrupted; i++) {
    // The long one, which takes several steps, now and then
    const input = corrupt(random, originals[i % 50 === 0 ? 0 : 1 + random.below(99)]!);
    const reader = decompressor(random.below(2) === 0 ? 15 : 10, random.below(2) === 0);
    const code = codeOf(() => decompressAll(reader, anyPieces(random, input), 5000));
    reader.close();
    codes.set(code, (codes.get(code) ?? 0) + 1);
  }
  expect([...codes.keys()].sort()).toEqual(['ERR_COMPRESSED_DATA', 'ERR_MESSAGE_TOO_BIG', 'none']);
  expect(codes.get('ERR_COMPRESSED_DATA')).toBeGreaterThan(corrupted / 4);
}, 30_000);
