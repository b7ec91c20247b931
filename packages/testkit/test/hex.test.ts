import { describe, expect, test } from 'vitest';
import { hex, toHex } from '../src/index.ts';

describe('hex', () => {
  test.each([
    ['', []],
    ['81 05', [0x81, 5]],
    ['03e9\n 62\t7965', [3, 0xe9, 0x62, 0x79, 0x65]],
    ['FF fF', [255, 255]],
  ])('reads %j', (text, bytes) => {
    expect(hex(text)).toEqual(Uint8Array.from(bytes));
  });

  test.each(['8', '81 0', '8x', '0x81', '…'])('refuses %j', text => {
    expect(() => hex(text)).toThrow(RangeError);
  });
});

describe('toHex', () => {
  test('writes what hex reads', () => {
    expect(toHex(Uint8Array.of(0x81, 5, 255))).toBe('81 05 ff');
    expect(toHex(Uint8Array.of(0x81, 5), '')).toBe('8105');
    expect(toHex(new Uint8Array(0))).toBe('');
  });
});
