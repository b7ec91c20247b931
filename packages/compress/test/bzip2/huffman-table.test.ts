import { describe, expect, test } from 'vitest';
import { HuffmanTable } from '../../src/bzip2/huffman-table.ts';

/** The symbol that a text of bits begins with, and how many of them it takes. */
function decode(table: HuffmanTable, bits: string): readonly [symbol: number, length: number] {
  const window = Number.parseInt(bits.padEnd(20, '0'), 2);
  const code = table.lookup[window >>> (20 - table.width)] || table.find(window);
  return [code >>> 5, code & 31];
}

describe('HuffmanTable', () => {
  test('gives codes in the order of length, then of symbol', () => {
    const table = new HuffmanTable(Uint8Array.of(2, 1, 3, 3));
    expect(table.width).toBe(3);
    expect(['0', '10', '110', '111'].map(bits => decode(table, bits))).toEqual([
      [1, 1],
      [0, 2],
      [2, 3],
      [3, 3],
    ]);
  });

  test('looks up 10 bits and searches longer codes, up to 20 bits', () => {
    const table = new HuffmanTable(Uint8Array.from({ length: 21 }, (_, i) => Math.min(i + 1, 20)));
    expect(table.width).toBe(10);
    for (let i = 0; i < 20; i++) expect(decode(table, `${'1'.repeat(i)}0`)).toEqual([i, i + 1]);
    expect(decode(table, '1'.repeat(20))).toEqual([20, 20]);
  });

  test('of too few codes refuses the others', () => {
    for (const lengths of [Uint8Array.of(2, 2, 2), Uint8Array.of(1, 12, 12)]) {
      const table = new HuffmanTable(lengths);
      expect(() => decode(table, '1'.repeat(20))).toThrow(expect.objectContaining({ code: 'ERR_COMPRESSED_DATA' }));
    }
  });

  test('of too many codes never gets to those that do not fit, as the program', () => {
    for (const last of [2, 15]) {
      const table = new HuffmanTable(Uint8Array.of(1, 1, 1, last, last));
      expect(decode(table, '0')).toEqual([0, 1]);
      expect(decode(table, '1')).toEqual([1, 1]);
    }
  });
});
