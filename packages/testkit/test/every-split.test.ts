import { describe, expect, test } from 'vitest';
import { everySplit, hex, toHex } from '../src/index.ts';

const bytes = hex('01 02 03 04 05');

describe('everySplit', () => {
  test('cuts at each position, byte by byte, with empty pieces, and at random', () => {
    const seen = new Set<string>();
    everySplit(bytes, chunks => void seen.add(chunks.map(chunk => toHex(chunk, '')).join('|')));
    expect(seen).toContain('0102030405');
    for (const twoParts of ['|0102030405', '01|02030405', '0102|030405', '010203|0405', '01020304|05', '0102030405|']) {
      expect(seen).toContain(twoParts);
    }
    expect(seen).toContain('01|02|03|04|05');
    expect(seen).toContain('01||02||03||04||05');
    expect(seen.size).toBeGreaterThan(11);
  });

  test('cuts the same way each time, another way with another seed', () => {
    const cuts = (seed: number) => {
      const seen: string[] = [];
      everySplit(bytes, chunks => void seen.push(chunks.map(chunk => toHex(chunk, '')).join('|')), { seed });
      return seen;
    };
    expect(cuts(1)).toEqual(cuts(1));
    expect(cuts(1)).not.toEqual(cuts(2));
  });

  test('returns what the uncut bytes give', () => {
    expect(everySplit(bytes, chunks => chunks.flatMap(chunk => [...chunk]))).toEqual([1, 2, 3, 4, 5]);
  });

  test('finds a decoder that sees the pieces, and names the cut', () => {
    const firstOfEach = (chunks: Uint8Array[]) => chunks.map(chunk => chunk[0] ?? null);
    expect(() => everySplit(bytes, firstOfEach)).toThrow('cut at 0: [null, 1] instead of [1]');
  });

  test('finds a decoder that only empty pieces or many pieces disturb', () => {
    expect(() => everySplit(bytes, chunks => chunks.length > 6)).toThrow('cut at 1, 1, 2, 2');
  });

  test('gives each run bytes of its own', () => {
    expect(
      everySplit(bytes, chunks => chunks.flatMap(chunk => [...chunk]).length + chunks.map(c => c.fill(0)).length * 0),
    ).toBe(5);
    expect(toHex(bytes)).toBe('01 02 03 04 05');
  });

  test('throws what every cut throws', () => {
    const error = Object.assign(new Error('bad'), { code: 'ERR_BAD' });
    expect(() =>
      everySplit(bytes, () => {
        throw error;
      }),
    ).toThrow(error);
  });

  test('finds an error that only one cut gives, with its cause', () => {
    const run = (chunks: Uint8Array[]) => {
      if (chunks[0]?.length === 3) throw new Error('bad');
      return 1;
    };
    expect(() => everySplit(bytes, run)).toThrow(
      expect.objectContaining({ message: 'cut at 3: threw Error: bad instead of 1', cause: new Error('bad') }),
    );
  });

  test('waits for promises', async () => {
    expect(await everySplit(bytes, async chunks => chunks.flatMap(chunk => [...chunk]))).toEqual([1, 2, 3, 4, 5]);
    await expect(everySplit(bytes, async chunks => chunks.length)).rejects.toThrow('cut at 0: 2 instead of 1');
    await expect(
      everySplit(bytes, async () => {
        throw new Error('bad');
      }),
    ).rejects.toThrow('bad');
  });

  test('takes no bytes at all', () => {
    expect(everySplit(new Uint8Array(0), chunks => chunks.flatMap(chunk => [...chunk]))).toEqual([]);
  });
});
