import { everySplit, hex } from '@ws/testkit';
import { concatBytes, decodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { MAX_FINAL_BLOCKS, portableDeflate } from '../../src/deflate/index.ts';
import { decompressAll } from '../support/codec.ts';

const broken = expect.objectContaining({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA' });
const decompressor = (contextTakeover = true) => portableDeflate.decompressor({ windowBits: 15, contextTakeover });

/** "Hello" in a block with BFINAL, and the byte that RFC 7692, 7.2.3.4 puts behind it. */
const HELLO = hex('f348cdc9c9070000');

/** A message of so many empty blocks with BFINAL, and that byte. */
const finalBlocks = (count: number): Uint8Array => concatBytes([hex('0300'.repeat(count)), hex('00')]);

describe('blocks with BFINAL (RFC 7692, 7.2.3.4)', () => {
  test('may be 64 in one message, and not one more', () => {
    expect(MAX_FINAL_BLOCKS).toBe(64);
    everySplit(finalBlocks(64), pieces => {
      expect(decompressAll(decompressor(), pieces)).toHaveLength(0);
    });
    everySplit(finalBlocks(65), pieces => {
      expect(() => decompressAll(decompressor(), pieces)).toThrow(broken);
    });
  });

  test.each([
    { how: 'whole', cut: HELLO.length },
    { how: 'in two pieces', cut: 3 },
  ])('may end each message of a connection, however many there are, $how', ({ cut }) => {
    for (const contextTakeover of [true, false]) {
      const reader = decompressor(contextTakeover);
      for (let i = 0; i < 3 * MAX_FINAL_BLOCKS; i++) {
        const pieces = [HELLO.subarray(0, cut), HELLO.subarray(cut)];
        expect(decodeText(decompressAll(reader, pieces))).toBe('Hello');
      }
      reader.close();
    }
  });
});
