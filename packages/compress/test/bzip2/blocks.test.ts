import { seededRandom } from '@ws/testkit';
import { concatBytes, encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { countBlocks, mostBlocks } from '../../src/bzip2/blocks.ts';
import { portableBzip2 } from '../../src/bzip2/index.ts';

const FOOTER = 0x177245385090n.toString(2).padStart(48, '0');

const bitsOf = (bytes: Uint8Array): string => Array.from(bytes, byte => byte.toString(2).padStart(8, '0')).join('');

/** A stream of `count` blocks of one byte each: the one that the encoder makes, over and over. */
function manyBlocks(count: number): Uint8Array {
  const bits = bitsOf(portableBzip2.compressor({ level: 9 }).compress(encodeText('A'), true));
  const block = bits.slice(32, bits.indexOf(FOOTER, 32));
  const checksum = Number.parseInt(block.slice(48, 80), 2);
  let combined = 0;
  for (let i = 0; i < count; i++) combined = (((combined << 1) | (combined >>> 31)) ^ checksum) >>> 0;
  const all = bits.slice(0, 32) + block.repeat(count) + FOOTER + combined.toString(2).padStart(32, '0');
  return Uint8Array.from({ length: Math.ceil(all.length / 8) }, (_, i) =>
    Number.parseInt(all.slice(i * 8, i * 8 + 8).padEnd(8, '0'), 2),
  );
}

const decompress = (bytes: Uint8Array, limit: number, level = 9): Uint8Array =>
  portableBzip2.decompressor({ level }).decompress(bytes, true, limit);
const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });

describe('blocks', () => {
  test('are counted wherever they begin', () => {
    for (const count of [0, 1, 2, 9, 40]) expect(countBlocks(manyBlocks(count))).toBe(count);
    expect(countBlocks(new Uint8Array(0))).toBe(0);
  });

  test('of what an encoder makes are within the limit', () => {
    const random = seededRandom(3);
    const message = concatBytes([random.bytes(250_000), new Uint8Array(400_000)]);
    for (const level of [1, 5, 9]) {
      const stream = portableBzip2.compressor({ level }).compress(message, true);
      expect(countBlocks(stream)).toBeLessThanOrEqual(mostBlocks(message.length));
      expect(decompress(stream, message.length)).toEqual(message);
    }
  });

  test('more than the longest message can have are refused before any is looked at', () => {
    expect(decompress(manyBlocks(20), 1_000_000).length).toBe(20);
    expect(() => decompress(manyBlocks(30), 1_000_000)).toThrow(broken);
  });

  test('larger than agreed on are refused', () => {
    const stream = portableBzip2.compressor({ level: 2 }).compress(encodeText('abc'), true);
    expect(decompress(stream, 1000, 2)).toEqual(encodeText('abc'));
    expect(() => decompress(stream, 1000, 1)).toThrow(broken);
  });
});
