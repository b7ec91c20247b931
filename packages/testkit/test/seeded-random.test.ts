import { describe, expect, test } from 'vitest';
import { seededRandom, toHex } from '../src/index.ts';

describe('seededRandom', () => {
  test('gives the same bytes for the same seed, on every machine', () => {
    expect(toHex(seededRandom(1).bytes(12))).toBe('f3 ea 87 a0 c9 49 b3 00 eb c4 06 87');
    expect(seededRandom(2).bytes(12)).not.toEqual(seededRandom(1).bytes(12));
    expect(seededRandom().bytes(12)).toEqual(seededRandom(1).bytes(12));
  });

  test('gives the same bytes however they are asked for', () => {
    const random = seededRandom(9);
    const pieces = [1, 3, 0, 2, 6].flatMap(length => [...random.bytes(length)]);
    expect(pieces).toEqual([...seededRandom(9).bytes(12)]);
  });

  test('gives integers below a limit, each of them', () => {
    const random = seededRandom(3);
    const drawn = new Set(Array.from({ length: 200 }, () => random.below(5)));
    expect([...drawn].sort()).toEqual([0, 1, 2, 3, 4]);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses the seed %d', seed => {
    expect(() => seededRandom(seed)).toThrow(RangeError);
  });
});
