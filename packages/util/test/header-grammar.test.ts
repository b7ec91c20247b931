import { describe, expect, test } from 'vitest';
import { checkHeaderValue, checkToken, flattenHeaders, isHeaderValue, isToken, trimBlanks } from '../src/primitives.ts';

describe('tokens (RFC 9110, 5.6.2)', () => {
  test('are made of just these characters', () => {
    const characters = Array.from({ length: 0x180 }, (_, code) => String.fromCharCode(code))
      .filter(isToken)
      .join('');
    const signs = "!#$%&'*+-.^_`|~";
    expect([...characters].sort().join('')).toBe(
      [...`${signs}0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz`].sort().join(''),
    );
  });

  test.each(['', 'a b', 'a\n', 'a:', 'é', 'a,b', '"a"'])('%j is none', text => {
    expect(isToken(text)).toBe(false);
    expect(() => checkToken('subprotocol', text)).toThrow(RangeError);
    expect(() => checkToken('subprotocol', text)).toThrow('subprotocol is not an HTTP token');
  });

  test('are texts', () => {
    expect(() => checkToken('name', 1 as unknown as string)).toThrow(TypeError);
    expect(() => checkToken('name', 'chat.v2')).not.toThrow();
  });
});

describe('header values (RFC 9110, 5.5)', () => {
  test('have no control character but tab, and nothing beyond U+00FF', () => {
    const refused = Array.from({ length: 0x102 }, (_, code) => code).filter(
      code => !isHeaderValue(`a${String.fromCharCode(code)}`),
    );
    const controls = Array.from({ length: 32 }, (_, code) => code).filter(code => code !== 9);
    expect(refused).toEqual([...controls, 0x7f, 0x100, 0x101]);
  });

  test('may be empty', () => {
    expect(isHeaderValue('')).toBe(true);
  });

  test('are checked by the name that is given', () => {
    expect(() => checkHeaderValue('origin', 'a\r\nb')).toThrow('origin is not a header value: "a\\r\\nb"');
    expect(() => checkHeaderValue('origin', 'a\n')).toThrow(RangeError);
    expect(() => checkHeaderValue('origin', null as unknown as string)).toThrow(TypeError);
  });
});

describe('trimBlanks', () => {
  test.each([
    ['', ''],
    [' \t', ''],
    ['\t a\tb \t', 'a\tb'],
    ['\xa0a\xa0', '\xa0a\xa0'],
    [' Voil\xc3\xa0 ', 'Voil\xc3\xa0'],
    ['\ufeffa\v', '\ufeffa\v'],
  ])('of %j leaves %j (RFC 9110, 5.6.3)', (text, trimmed) => {
    expect(trimBlanks(text)).toBe(trimmed);
  });

  test('is linear', () => {
    const text = `a${'\t'.repeat(200_000)}b`;
    expect(trimBlanks(` ${text} `)).toBe(text);
  });
});

describe('flattenHeaders', () => {
  test('makes one line per value, in order, names as they are', () => {
    expect(flattenHeaders({ 'X-One': 'a', 'set-cookie': ['b', 'c'], none: [] })).toEqual([
      ['X-One', 'a'],
      ['set-cookie', 'b'],
      ['set-cookie', 'c'],
    ]);
    expect(flattenHeaders(null)).toEqual([]);
    expect(flattenHeaders(JSON.parse('{ "__proto__": "a" }'))).toEqual([['__proto__', 'a']]);
  });

  test.each([
    ['a text', 'a: b'],
    ['a list', [['a', 'b']]],
    ['a number as value', { a: 1 }],
    ['a number in a list', { a: ['b', 1] }],
    ['nothing as value', { a: undefined }],
  ])('refuses %s with a TypeError', (_name, headers) => {
    expect(() => flattenHeaders(headers as never)).toThrow(TypeError);
  });

  test.each([
    ['a name that is no token', { 'a b': 'c' }],
    ['an empty name', { '': 'c' }],
    ['a line end in a value', { a: 'b\r\nc: d' }],
    ['a line end in a list', { a: ['b', 'c\n'] }],
    ['a character beyond U+00FF', { a: '€' }],
  ])('refuses %s with a RangeError', (_name, headers) => {
    expect(() => flattenHeaders(headers)).toThrow(RangeError);
  });
});
