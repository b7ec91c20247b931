import { hex, seededRandom, toHex } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { createXorMasker } from '../src/index.ts';
import { xorMasker } from '../src/xor-masker.ts';
import { ACCELERATORS, maskByte } from './support/ports.ts';

const KEY = hex('01 02 03 04');

describe('createXorMasker (RFC 6455, 5.3)', () => {
  test('goes on with the key where the last piece ended, and begins anew after reset', () => {
    const masker = createXorMasker(KEY);
    expect(toHex(masker.process(new Uint8Array(5)))).toBe('01 02 03 04 01');
    expect(masker.pointer()).toBe(5);
    expect(toHex(masker.process(new Uint8Array(3)))).toBe('02 03 04');
    expect(masker.pointer()).toBe(8);
    masker.reset();
    expect(masker.pointer()).toBe(0);
    expect(toHex(masker.process(new Uint8Array(2)))).toBe('01 02');
  });

  test.each([undefined, null, 0, 127, 128, 100_000])('is the same for a payload of length %s', length => {
    const data = seededRandom(2).bytes(1000);
    const masked = createXorMasker(hex('f1 02 c3 84'), length).process(data);
    expect(masked).toEqual(data.map((byte, i) => maskByte(byte, 0xf102c384, i)));
  });

  test('leaves what it is given as it is, a Buffer too', () => {
    for (const data of [new Uint8Array(300), Buffer.alloc(300)]) {
      const masked = createXorMasker(KEY).process(data);
      expect(masked.length).toBe(300);
      expect(data.every(byte => byte === 0)).toBe(true);
    }
  });

  test('takes no key but one of 4 bytes', () => {
    for (const length of [0, 3, 5]) expect(() => createXorMasker(new Uint8Array(length))).toThrow(RangeError);
  });
});

describe.each(ACCELERATORS)('an XOR masker over %s', (_, { masker }) => {
  test('masks pieces of any size as the whole, and unmasks by masking', () => {
    const random = seededRandom(4);
    const data = random.bytes(20_000);
    const whole = xorMasker(KEY, masker).process(data);
    const pieces = xorMasker(KEY, masker);
    const parts: Uint8Array[] = [];
    for (let at = 0; at < data.length; ) {
      const next = Math.min(data.length, at + random.below(700));
      parts.push(pieces.process(data.subarray(at, next)));
      at = next;
    }
    expect(Buffer.concat(parts).equals(whole)).toBe(true);
    expect(xorMasker(KEY, masker).process(whole)).toEqual(data);
  });
});
