import fc from 'fast-check';
import { expect, test } from 'vitest';
import { equalBytes, portableMasker } from '../src/primitives.ts';

/** RFC 6455, 5.3, to the letter. */
function transformed(bytes: Uint8Array, start: number, end: number, key: number, offset: number): Uint8Array {
  const keyBytes = [key >>> 24, (key >>> 16) & 255, (key >>> 8) & 255, key & 255];
  return bytes.map((byte, i) => (i < start || i >= end ? byte : byte ^ keyBytes[(offset + i - start) % 4]!));
}

test('masks any part of any bytes, wherever the payload stands (RFC 6455, 5.3)', () => {
  const piece = fc.record({
    length: fc.nat(400),
    from: fc.nat(9),
    until: fc.nat(9),
    shift: fc.nat(7),
    key: fc.integer({ min: 0, max: 0xffff_ffff }),
    offset: fc.oneof(fc.nat(9), fc.integer({ min: 2 ** 31, max: 2 ** 53 - 1000 })),
  });
  fc.assert(
    fc.property(piece, ({ length, from, until, shift, key, offset }) => {
      const bytes = Uint8Array.from({ length }, (_, i) => i * 31);
      const start = Math.min(from, bytes.length);
      const end = Math.max(start, bytes.length - until);
      const expected = transformed(bytes, start, end, key, offset);
      const placed = new Uint8Array(new ArrayBuffer(bytes.length + shift), shift);
      placed.set(bytes);
      portableMasker.mask(placed, start, end, key, offset);
      expect(equalBytes(placed, expected)).toBe(true);
    }),
    { numRuns: 1000 },
  );
});

test.each([0, 1, 3, 4, 5, 127, 128, 129, 135, 4096])('masks %i bytes in two parts as in one', length => {
  for (const cut of [0, 1, 2, 3, length >> 1, length]) {
    const whole = Uint8Array.from({ length }, (_, i) => i);
    const parts = whole.slice();
    const at = Math.min(cut, length);
    portableMasker.mask(whole, 0, length, 0x37fa213d, 0);
    portableMasker.mask(parts, 0, at, 0x37fa213d, 0);
    portableMasker.mask(parts, at, length, 0x37fa213d, at);
    expect(parts).toEqual(whole);
  }
});

test('masks Hello (RFC 6455, 5.7)', () => {
  const bytes = Uint8Array.of(0x48, 0x65, 0x6c, 0x6c, 0x6f);
  portableMasker.mask(bytes, 0, 5, 0x37fa213d, 0);
  expect([...bytes]).toEqual([0x7f, 0x9f, 0x4d, 0x51, 0x58]);
});
