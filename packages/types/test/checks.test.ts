import { describe, expect, test } from 'vitest';
import { checkHeaderValue, checkToken } from '../src/checks.ts';

/** Every character of Latin-1, and the first two beyond. */
const CHARACTERS: readonly string[] = Array.from({ length: 0x102 }, (_, code) => String.fromCharCode(code));

/** The characters that a check takes in the middle of a text, as ranges of their codes in hex. */
function taken(check: (title: string, value: unknown) => void): string {
  const ranges: [first: number, last: number][] = [];
  for (const [code, character] of CHARACTERS.entries()) {
    try {
      check('text', `a${character}b`);
    } catch (error) {
      expect(error).toBeInstanceOf(RangeError);
      continue;
    }
    const range = ranges.at(-1);
    if (range?.[1] === code - 1) range[1] = code;
    else ranges.push([code, code]);
  }
  return ranges.map(range => [...new Set(range)].map(code => code.toString(16)).join('-')).join(' ');
}

describe('checkHeaderValue', () => {
  test('takes tabs, blanks, visible characters and what is beyond ASCII, and no control character (RFC 9110, 5.5)', () => {
    expect(taken(checkHeaderValue)).toBe('9 20-7e 80-ff');
  });

  test.each(['a\n', '\na', 'a\x7f', '\x7f'])('refuses %j', value => {
    expect(() => checkHeaderValue('header x', value)).toThrow(
      new RangeError(`header x is not a header value: ${JSON.stringify(value)}`),
    );
  });

  test('takes the empty text', () => {
    checkHeaderValue('header x', '');
  });
});

describe('checkToken', () => {
  test('takes what RFC 9110, 5.6.2 names', () => {
    expect(taken(checkToken)).toBe('21 23-27 2a-2b 2d-2e 30-39 41-5a 5e-7a 7c 7e');
  });

  test.each(['', 'a\n', '\na'])('refuses %j', value => {
    expect(() => checkToken('name', value)).toThrow(RangeError);
  });
});
