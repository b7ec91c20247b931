import { describe, expect, test } from 'vitest';
import { parseExtensions } from '../../src/handshake/extensions-header.ts';
import { thrown } from './support.ts';

const plain = (value: string) => parseExtensions(value).map(([name, params]) => [name, { ...params }]);

describe('parseExtensions', () => {
  test.each([
    ['', []],
    [' , ,', []],
    ['permessage-deflate', [['permessage-deflate', {}]]],
    [
      'A; X="1", b; y=1=2;z',
      [
        ['a', { x: ['1'] }],
        ['b', { y: ['1=2'], z: [true] }],
      ],
    ],
    ['a; x=', [['a', { x: [''] }]]],
    ['a; x=""', [['a', { x: [''] }]]],
    ['a; x="', null],
    ['a; x=1; x=2', [['a', { x: ['1', '2'] }]]],
    ['a;', [['a', { '': [true] }]]],
    ['a;;b', [['a', { '': [true], b: [true] }]]],
    [
      'a ; x = 1 ,\tb',
      [
        ['a', { x: ['1'] }],
        ['b', {}],
      ],
    ],
    [
      'a; x="1,2;3", b',
      [
        ['a', { x: ['1,2;3'] }],
        ['b', {}],
      ],
    ],
    [
      String.raw`a; x="1\"2\\", b`,
      [
        ['a', { x: ['1"2\\'] }],
        ['b', {}],
      ],
    ],
    [String.raw`a; x="1\", b`, null],
    ['a; x="1"2"3"', [['a', { x: ['1"2"3'] }]]],
    ['a; x=1"2"', [['a', { x: ['1"2"'] }]]],
  ])('reads %j (RFC 6455, 9.1)', (value, expected) => {
    if (expected === null)
      expect(thrown(() => parseExtensions(value))).toMatchObject({ code: 'ERR_EXTENSIONS', status: 400 });
    else expect(plain(value)).toEqual(expected);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty'])('takes %s for a name like any other', name => {
    const [extension] = parseExtensions(`${name}; ${name}=1; ${name}`);
    const key = name.toLowerCase();
    expect(extension![0]).toBe(key);
    expect(extension![1][key]).toEqual(['1', true]);
    expect(Object.getPrototypeOf(extension![1])).toBe(null);
    expect(({} as Record<string, unknown>)['1']).toBe(undefined);
  });

  test.each([',', ';'])('takes 256 parts between %j, and not one more', separator => {
    for (const part of ['a', 'a="b"']) {
      expect(parseExtensions(Array(256).fill(part).join(separator)).length).toBe(separator === ',' ? 256 : 1);
      const tooMany = Array(257).fill(part).join(separator);
      expect(thrown(() => parseExtensions(tooMany))).toMatchObject({ code: 'ERR_EXTENSIONS', status: 400 });
    }
  });

  // Each of these takes seconds or minutes with a regular expression that goes back.
  test.each([
    ['an open quote and escapes', `a; b="${'\\c'.repeat(32768)}`],
    ['commas', ','.repeat(65536)],
    ['semicolons', ';'.repeat(65536)],
    ['blanks', `a${' '.repeat(65536)}b`],
    ['tabs', `a;${'\t'.repeat(65536)}=`],
    ['quotes', '"'.repeat(65536)],
    ['backslashes', `"${'\\'.repeat(65534)}"`],
    ['equals signs', `a;${'='.repeat(65534)}`],
    ['10,000 offers', 'a;b=1,'.repeat(10_000)],
    ['many names', Array.from({ length: 10_000 }, (_, i) => `;p${i}`).join('')],
  ])('reads 64 KB of %s', (_, value) => {
    try {
      expect(parseExtensions(value).length).toBeLessThanOrEqual(256);
    } catch (error) {
      expect(error).toMatchObject({ code: 'ERR_EXTENSIONS' });
    }
  });
});
