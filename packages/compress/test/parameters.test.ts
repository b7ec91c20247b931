import { describe, expect, test } from 'vitest';
import { flagParameter, formatExtension, numberParameter, singleParameters } from '../src/parameters.ts';

const wrong = expect.objectContaining({ name: 'CompressionError', code: 'ERR_COMPRESSION_PARAMETER' });

describe('singleParameters', () => {
  test('gives each value', () => {
    expect([...singleParameters({ a: [true], b: ['x'] }, ['a', 'b', 'c'])]).toEqual([
      ['a', true],
      ['b', 'x'],
    ]);
  });
  test.each([{ unknown: [true] }, { a: [true, true] }, { a: ['1', '2'] }, { a: [] }])(
    'rejects %j: unknown and repeated parameters decline an offer (RFC 7692, 7.1)',
    params => {
      expect(() => singleParameters(params as Record<string, string[]>, ['a'])).toThrow(wrong);
    },
  );
});

describe('flagParameter', () => {
  test('is there or is not', () => {
    expect(flagParameter(new Map([['a', true]]), 'a')).toBe(true);
    expect(flagParameter(new Map(), 'a')).toBe(false);
  });
  test('has no value (RFC 7692, 7.1.1)', () => {
    expect(() => flagParameter(new Map([['a', 'true']]), 'a')).toThrow(wrong);
  });
});

describe('numberParameter', () => {
  test.each([
    ['8', 8],
    ['15', 15],
    ['"10"', 10],
  ])('reads %s', (text, number) => {
    expect(numberParameter(new Map([['a', text]]), 'a', 8, 15)).toBe(number);
  });
  test('is 0 when absent', () => {
    expect(numberParameter(new Map(), 'a', 8, 15)).toBe(0);
  });
  test.each(['', '7', '16', '08', '009', '+9', ' 9', '9 ', '1e1', '0xa', '"9', '9"', '""', 'nine', '-9', '9.0', '100'])(
    'rejects "%s": decimal digits without leading zeros (RFC 7692, 7.1.2)',
    text => {
      expect(() => numberParameter(new Map([['a', text]]), 'a', 8, 15)).toThrow(wrong);
    },
  );
  test('rejects a missing value', () => {
    expect(() => numberParameter(new Map([['a', true]]), 'a', 8, 15)).toThrow(wrong);
  });
});

test('formatExtension leaves out what is false', () => {
  expect(formatExtension('name', ['a', false, 'b=1'])).toBe('name; a; b=1');
  expect(formatExtension('name', [])).toBe('name');
});
