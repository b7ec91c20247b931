import { describe, expect, test } from 'vitest';
import { allocateSlab, allocateUninitialised } from '../src/payload-memory.ts';

describe('allocateSlab', () => {
  test('gives zeroed memory, however much was given before', () => {
    const zeroes = Buffer.alloc(65_536);
    for (let index = 0; index < 600; index++) {
      const slab = Buffer.from(allocateSlab(zeroes.length));
      if (!slab.equals(zeroes)) throw new Error(`slab ${index} is not zeroed`);
      slab.fill(1);
    }
  });

  test('gives memory that cannot be transferred from under others', () => {
    const slab = allocateSlab(1024);
    try {
      // Node 20 makes a copy, later ones throw a DataCloneError.
      structuredClone(slab, { transfer: [slab] });
    } catch {}
    expect(slab.byteLength).toBe(1024);
  });
});

describe('allocateUninitialised', () => {
  test.each([1, 100, 20_000, 1 << 20])('gives memory of %i bytes that nobody shares', length => {
    const memory = allocateUninitialised(length);
    expect(memory.byteLength).toBe(length);
    expect(structuredClone(memory, { transfer: [memory] }).byteLength).toBe(length);
  });
});
