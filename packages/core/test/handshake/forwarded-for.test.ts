import { describe, expect, test } from 'vitest';
import { parseForwardedFor } from '../../src/handshake/forwarded-for.ts';

describe('parseForwardedFor', () => {
  const value = '1.2.3.4, 2.3.4.5, 111.222.33.44';
  test.each([
    [value, 1, '111.222.33.44'],
    [value, 2, '2.3.4.5'],
    [value, 3, '1.2.3.4'],
    [value, 9, '1.2.3.4'],
    ['1.2.3.4', 3, '1.2.3.4'],
    [value, 0, null],
    [undefined, 1, null],
    ['', 1, null],
    ['1.2.3.4, ', 1, null],
    ['1.2.3.4, \t\xa0x ', 1, '\xa0x'],
  ])('of %j, trusting %i: %j', (header, trusted, expected) => {
    expect(parseForwardedFor(header, trusted)).toBe(expected);
  });
});
