import { expect, test } from 'vitest';
import { isControlOpcode, isKnownOpcode } from '../../src/frames/opcode.ts';

const all = [...Array(16).keys()];

test('3 to 7 and 11 to 15 are reserved (RFC 6455, 5.2)', () => {
  expect(all.filter(isKnownOpcode)).toEqual([0, 1, 2, 8, 9, 10]);
});

test('8 and above are control frames (RFC 6455, 5.5)', () => {
  expect(all.filter(isControlOpcode)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
});
