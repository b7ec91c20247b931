import { describe, expect, test } from 'vitest';
import { allocateSlab, allocateUninitialised } from '../../src/native/payload-memory.ts';

describe('allocateSlab', () => {
  test('gives memory that cannot be transferred from under others', () => {
    const slab = allocateSlab(1024);
    expect(slab.byteLength).toBe(1024);
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
