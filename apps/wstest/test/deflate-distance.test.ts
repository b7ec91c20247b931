import { constants, deflateRawSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { farthestDistance } from '../src/wire/deflate-distance.ts';

function compress(data: Buffer, options: object = {}): Buffer {
  return deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);
}

/** Unlike bytes, the first ones again at the end: the only match reaches back over all of them. */
function withEcho(distance: number): Buffer {
  const bytes = Buffer.alloc(distance);
  for (let i = 0, state = 1; i < distance; i++) {
    state = (state * 48271) % 0x7fffffff;
    bytes[i] = state >> 8;
  }
  return Buffer.concat([bytes, bytes.subarray(0, 64)]);
}

describe('farthestDistance (RFC 1951)', () => {
  test.each([300, 1000, 20_000])('finds a reference %i bytes back', distance => {
    expect(farthestDistance(compress(withEcho(distance), { level: 9 }))).toBeGreaterThanOrEqual(distance);
  });

  test.each([9, 10, 12, 15])('never finds more than a window of %i bits', windowBits => {
    const data = Buffer.from('the same words again, '.repeat(4000));
    expect(farthestDistance(compress(data, { windowBits }))).toBeLessThanOrEqual(1 << windowBits);
  });

  test('finds none in stored, fixed and empty data', () => {
    expect(farthestDistance(compress(Buffer.from('Hello'), { level: 0 }))).toBe(0);
    expect(farthestDistance(compress(Buffer.from('Hello'), { strategy: constants.Z_FIXED }))).toBe(0);
    expect(farthestDistance(Buffer.from([0]))).toBe(0);
  });

  test.each([
    ['the reserved block type', '07'],
    ['data that ends early', 'f2'],
  ])('throws for %s', (_, hex) => {
    expect(() => farthestDistance(Buffer.from(hex, 'hex'))).toThrow(RangeError);
  });
});
