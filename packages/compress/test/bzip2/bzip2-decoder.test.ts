import { createRequire } from 'node:module';
import { seededRandom } from '@ws/testkit';
import { DECOMPRESSION_STEP, type Decompressor } from '@ws/types';
import { concatBytes, EMPTY_BYTES, encodeText, equalBytes } from '@ws/util/primitives';
import fc from 'fast-check';
import { describe, expect, inject, test } from 'vitest';
import { portableBzip2 } from '../../src/bzip2/index.ts';
import { bitsOf, HELLO, manyBlocks, withBits, ZEROS } from '../support/bzip2-streams.ts';
import { compressAll, decompressAll, decompressWhole } from '../support/codec.ts';
import { anyMessage, anyPieces, jsonMessage } from '../support/messages.ts';

/** Another decoder, which decodes a stream in one go. */
const oracle = createRequire(import.meta.url)('seek-bzip') as { decode(stream: Uint8Array): Uint8Array };
const tooBig = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_MESSAGE_TOO_BIG' });
const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });

const compress = (bytes: Uint8Array, level = 9): Uint8Array =>
  portableBzip2.compressor({ level }).compress(bytes, true);
const reader = (level = 9): Decompressor => portableBzip2.decompressor({ level });
const decompress = (bytes: Uint8Array, limit?: number, level = 9): Uint8Array =>
  decompressWhole(reader(level), bytes, limit);

/** How many bytes each step of a message yields. */
function stepsOf(bytes: Uint8Array, limit = 1 << 28): number[] {
  const decompressor = reader();
  const lengths = [decompressor.decompress(bytes, true, limit).length];
  while (decompressor.hasMore) lengths.push(decompressor.decompress(EMPTY_BYTES, true, limit).length);
  return lengths;
}

describe('Bzip2Decoder', () => {
  test('gives what another decoder gives, at every level', () => {
    const random = seededRandom(1);
    const messages = Array.from({ length: 20 }, (_, i) => anyMessage(random, i === 0 ? 300_000 : 3000));
    messages.push(new Uint8Array(700_000), jsonMessage(random, 120_000), random.bytes(100_500));
    for (const [i, message] of messages.entries()) {
      const stream = compress(message, 1 + (i % 9));
      expect(equalBytes(decompress(stream), message)).toBe(true);
      expect(equalBytes(oracle.decode(stream), message)).toBe(true);
    }
  });

  test('undoes what was compressed, whatever it is and however it is cut', () => {
    const runs = fc.array(fc.tuple(fc.nat(255), fc.nat(1200)), { maxLength: 20 });
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 600 }),
      runs.map(pairs => concatBytes(pairs.map(([byte, length]) => new Uint8Array(length).fill(byte)))),
    );
    const property = fc.property(bytes, fc.integer({ min: 1, max: 9 }), fc.nat(), (message, level, seed) => {
      const random = seededRandom(seed);
      const stream = compressAll(portableBzip2.compressor({ level }), anyPieces(random, message));
      expect(equalBytes(decompressAll(reader(level), anyPieces(random, stream), message.length), message)).toBe(true);
      expect(equalBytes(oracle.decode(stream), message)).toBe(true);
    });
    fc.assert(property, { numRuns: inject('tier') === 'quick' ? 100 : 2000, seed: inject('seed') });
  });

  test('refuses a stream of several blocks that ends anywhere before its end', () => {
    const message = concatBytes([seededRandom(3).bytes(400), new Uint8Array(9_000_000), encodeText('the end')]);
    const stream = compress(message, 1);
    expect(equalBytes(decompress(stream, message.length), message)).toBe(true);
    for (let length = 0; length < stream.length; length++) {
      expect(() => decompress(stream.subarray(0, length))).toThrow(broken);
    }
  });

  test('takes a stream with any one bit turned as another decoder does', () => {
    const message = jsonMessage(seededRandom(4), 700);
    const stream = compress(message, 1);
    const results = { same: 0, refused: 0 };
    // The other decoder takes any checksum of the stream, in the last 5 bytes, for the right one.
    for (let bit = 0; bit < (stream.length - 5) * 8; bit++) {
      const wrong = stream.slice();
      wrong[bit >> 3]! ^= 0x80 >> (bit & 7);
      const result = outcome(() => decompress(wrong, 1 << 20));
      expect([bit, result]).toEqual([bit, outcome(() => oracle.decode(wrong))]);
      results[result === 'refused' ? 'refused' : 'same']++;
      if (result !== 'refused') expect(result).toBe(Buffer.from(message).toString('hex'));
    }
    expect(results.refused).toBeGreaterThan(stream.length * 7);
    // The level, whose digit becomes another.
    expect(results.same).toBeGreaterThanOrEqual(3);
  });

  function outcome(run: () => Uint8Array): string {
    try {
      return Buffer.from(run()).toString('hex');
    } catch {
      return 'refused';
    }
  }
});

describe('steps', () => {
  test.each([
    { name: 'zeros', message: new Uint8Array(3_000_000) },
    { name: 'random bytes', message: seededRandom(5).bytes(210_000) },
    { name: 'JSON', message: jsonMessage(seededRandom(6), 400_000) },
  ])('yield at most 64 KiB each, and together the message: $name', ({ message }) => {
    const stream = compress(message);
    const lengths = stepsOf(stream, message.length);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(DECOMPRESSION_STEP);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(message.length);
    expect(equalBytes(decompress(stream, message.length), message)).toBe(true);
  });

  test('may end within the last run of a message', () => {
    // Runs have 255 bytes: the last one begins before the end of the first step.
    const message = concatBytes([new Uint8Array(200).fill(1), new Uint8Array(257 * 255)]);
    const lengths = stepsOf(compress(message));
    expect(lengths.slice(-2)).toEqual([DECOMPRESSION_STEP - lengths.slice(0, -2).reduce((a, b) => a + b, 0), 199]);
  });

  test('are one for a short message', () => {
    for (const message of [EMPTY_BYTES, encodeText('Hello'), jsonMessage(seededRandom(7), 8000)]) {
      expect(stepsOf(compress(message))).toEqual([message.length]);
    }
  });

  test('are twice as many for twice the message, however little is on the wire', () => {
    const [once, twice] = [1, 2].map(count => stepsOf(compress(new Uint8Array(count * 4_000_000))).length);
    expect(once).toBeGreaterThanOrEqual(4_000_000 / DECOMPRESSION_STEP);
    expect(twice! / once!).toBeCloseTo(2, 0);
    const random = seededRandom(8).bytes(160_000);
    const [half, whole] = [80_000, 160_000].map(length => stepsOf(compress(random.subarray(0, length))).length);
    expect(half).toBeGreaterThan(3);
    expect(Math.abs(whole! - 2 * half!)).toBeLessThanOrEqual(2);
  });

  test('end within a block: 45 bytes that are a full block take several before the first byte comes', () => {
    const lengths = stepsOf(ZEROS);
    expect(lengths.findIndex(length => length > 0)).toBeGreaterThanOrEqual(2);
    expect(lengths.reduce((sum, length) => sum + length)).toBe(45_000_000);
  });

  test('end within the tables: lengths of codes that go up and down again and again', () => {
    // Of Hello: 208 bits to the first table, of which 5 are the first length. Each pair of steps leads back to it.
    const at = bitsOf(HELLO).length - 8;
    const tables = 32 + 48 + 32 + 1 + 24 + 16 + 2 * 16 + 3 + 15 + 1;
    const stream = withBits(HELLO, tables + 5, at - tables - 5, '1011'.repeat(100_000));
    const decompressor = reader();
    let steps = 1;
    expect(() => {
      decompressor.decompress(stream, true, 1 << 20);
      for (; decompressor.hasMore; steps++) decompressor.decompress(EMPTY_BYTES, true, 1 << 20);
    }).toThrow(broken);
    expect(steps).toBeGreaterThanOrEqual(8);
    expect(decompressor.hasMore).toBe(false);
  });
});

describe('limits', () => {
  test('are met exactly, and exceeded by one byte, in the first step and in later ones', () => {
    for (const length of [1, 4, 5, 259, 65_535, 65_536, 65_537, 200_000]) {
      for (const message of [new Uint8Array(length), seededRandom(9).bytes(length)]) {
        const stream = compress(message);
        expect(equalBytes(decompress(stream, length), message)).toBe(true);
        expect(() => decompress(stream, length - 1)).toThrow(tooBig);
      }
    }
  });

  test('are seen before a block is decoded that exceeds them', () => {
    const decompressor = reader();
    expect(() => decompressor.decompress(ZEROS, true, 100_000)).toThrow(tooBig);
    expect(decompressor.hasMore).toBe(false);
  });

  test('of what an encoder makes allow for its blocks; many that are next to empty are refused', () => {
    const message = concatBytes([seededRandom(3).bytes(250_000), new Uint8Array(400_000)]);
    for (const level of [1, 5, 9]) expect(decompress(compress(message, level), message.length)).toEqual(message);
    expect(decompress(manyBlocks(20), 1_000_000)).toHaveLength(20);
    expect(() => decompress(manyBlocks(30), 1_000_000)).toThrow(broken);
    expect(decompress(manyBlocks(30), Number.POSITIVE_INFINITY)).toHaveLength(30);
  });

  test('of the level: larger blocks than agreed on are refused', () => {
    const stream = compress(encodeText('abc'), 2);
    expect(decompress(stream, 1000, 2)).toEqual(encodeText('abc'));
    expect(() => decompress(stream, 1000, 1)).toThrow(broken);
  });

  test('of the memory: it grows with what a block holds', () => {
    const streams = Array.from({ length: 200 }, () => compress(encodeText('a short message')));
    const readers = streams.map(() => reader());
    const before = process.memoryUsage().arrayBuffers;
    for (const [i, stream] of streams.entries()) readers[i]!.decompress(stream, true, 1 << 20);
    // A full block of level 9 would be 3.6 MB for each.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(200 * 30_000);
  });
});

describe('a block', () => {
  const ORIGIN = 32 + 48 + 32 + 1;
  const MAP = ORIGIN + 24;
  // 5 bytes of Hello: H, e, l, o lie in two sixteenths.
  const TABLES = MAP + 16 + 2 * 16;

  test.each([
    { name: 'that is randomised', at: ORIGIN - 1, bits: '1' },
    { name: 'that begins behind its end', at: ORIGIN, bits: '000000000000000000000101' },
    { name: 'without bytes', at: MAP, bits: '0'.repeat(16) },
    { name: 'of one table', at: TABLES, bits: '001' },
    { name: 'of seven tables', at: TABLES, bits: '111' },
    { name: 'without selectors', at: TABLES + 3, bits: '0'.repeat(15) },
    { name: 'with a selector of a table that there is not', at: TABLES + 18, bits: '11' },
    { name: 'with a code of no bits', at: TABLES + 19, bits: '00000' },
    { name: 'with a code of 21 bits', at: TABLES + 19, bits: '10101' },
    { name: 'of another kind', at: 32, bits: '1' },
    { name: 'with another checksum', at: 32 + 48, bits: '1' },
  ])('$name is refused', ({ at, bits }) => {
    expect(() => decompress(withBits(HELLO, at, bits.length, bits))).toThrow(broken);
  });
});

test('a decoder refuses a piece while it has more, and has nothing more after an error or when it is closed', () => {
  const stream = compress(new Uint8Array(1_000_000));
  const decompressor = reader();
  expect(decompressor.decompress(stream.subarray(0, 9), false, 1 << 20)).toHaveLength(0);
  expect(decompressor.hasMore).toBe(false);
  decompressor.decompress(stream.subarray(9), true, 1 << 20);
  expect(decompressor.hasMore).toBe(true);
  expect(() => decompressor.decompress(stream, true, 1 << 20)).toThrow(TypeError);
  decompressor.close();
  expect(decompressor.hasMore).toBe(false);
  expect(decompress(stream, 1_000_000)).toHaveLength(1_000_000);
});
