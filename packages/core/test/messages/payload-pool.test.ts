import { describe, expect, test } from 'vitest';
import { PayloadPool } from '../../src/messages/payload-pool.ts';

const source = Uint8Array.from({ length: 20_000 }, (_, i) => i * 7);

function pool() {
  const slabs: ArrayBuffer[] = [];
  const allocate = (length: number): ArrayBuffer => {
    slabs.push(new ArrayBuffer(length));
    return slabs.at(-1)!;
  };
  return { slabs, payloads: new PayloadPool({ allocateSlab: allocate }) };
}

describe('PayloadPool', () => {
  test.each([0, 1, 64, 65, 2048, 2049, 16_384, 16_385])('copies %i bytes', length => {
    for (const { payloads } of [pool(), { payloads: new PayloadPool() }]) {
      const copy = payloads.copy(source, 5, 5 + length);
      expect(copy).toEqual(source.slice(5, 5 + length));
      expect(copy.buffer).not.toBe(source.buffer);
    }
  });

  test.each([
    { length: 64, isShared: false },
    { length: 65, isShared: true },
    { length: 2048, isShared: true },
    { length: 2049, isShared: true },
    { length: 16_384, isShared: true },
    { length: 16_385, isShared: false },
  ])('$length bytes share memory: $isShared', ({ length, isShared }) => {
    const { payloads, slabs } = pool();
    expect(payloads.copy(source, 0, length).byteLength < payloads.copy(source, 0, length).buffer.byteLength).toBe(
      isShared,
    );
    expect(slabs).toHaveLength(isShared ? 1 : 0);
  });

  test('shares nothing where the platform gives no memory for it', () => {
    const copy = new PayloadPool().copy(source, 0, 100);
    expect(copy.buffer.byteLength).toBe(100);
  });

  test('around short ones there is nothing that the memory held before', () => {
    const payloads = new PayloadPool({ allocateSlab: length => new Uint8Array(length).fill(0xa5).buffer });
    expect(new Uint8Array(payloads.copy(new Uint8Array(100), 0, 100).buffer)).not.toContain(0xa5);
  });

  test('payloads do not overlap, and lie as words do', () => {
    const { payloads, slabs } = pool();
    const copies = Array.from({ length: 200 }, (_, i) => payloads.copy(source, i, i + 65 + i));
    copies.forEach((copy, i) => {
      expect(copy.byteOffset % 8).toBe(0);
      expect(copy).toEqual(source.slice(i, i + 65 + i));
      copy.fill(0xee);
    });
    copies.forEach((copy, i) => {
      expect(copy).toEqual(new Uint8Array(65 + i).fill(0xee));
    });
    expect(slabs.length).toBeGreaterThan(1);
  });

  test('short ones share with short ones: a slab is never more than 4 of its longest', () => {
    const { payloads } = pool();
    const [short, medium] = [payloads.copy(source, 0, 2048), payloads.copy(source, 0, 16_384)];
    expect([short.buffer.byteLength, medium.buffer.byteLength]).toEqual([8192, 65_536]);
  });

  test('a slab is filled to its end', () => {
    const { payloads, slabs } = pool();
    for (let i = 0; i < 4; i++) payloads.copy(source, 0, 2048);
    expect(slabs).toHaveLength(1);
    payloads.copy(source, 0, 65);
    expect(slabs).toHaveLength(2);
  });

  test('long payloads, and what others fill, are in memory that is not zeroed, where there is such', () => {
    const given: Uint8Array[] = [];
    const allocateUninitialised = (length: number): ArrayBuffer => {
      given.push(new Uint8Array(length).fill(0xdb));
      return given.at(-1)!.buffer as ArrayBuffer;
    };
    const payloads = new PayloadPool({ allocateUninitialised });
    expect(payloads.copy(source, 1, 3001)).toEqual(source.slice(1, 3001));
    expect(payloads.copy(source, 1, 101)).toEqual(source.slice(1, 101));
    expect(payloads.allocate(10)).toEqual(new Uint8Array(10).fill(0xdb));
    expect(given.map(({ length }) => length)).toEqual([3000, 10]);
    expect(new PayloadPool().allocate(10)).toEqual(new Uint8Array(10));
  });
});
