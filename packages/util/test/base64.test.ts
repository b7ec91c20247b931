import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { decodeBase64, encodeBase64 } from '../src/primitives.ts';

test('encodes as the platform does, and decodes that (RFC 4648, 4)', () => {
  fc.assert(
    fc.property(fc.uint8Array(), bytes => {
      const text = encodeBase64(bytes);
      expect(text).toBe(Buffer.from(bytes).toString('base64'));
      expect(decodeBase64(text)).toEqual(bytes);
    }),
  );
});

test.each([
  ['', ''],
  ['f', 'Zg=='],
  ['fo', 'Zm8='],
  ['foo', 'Zm9v'],
  ['foob', 'Zm9vYg=='],
  ['fooba', 'Zm9vYmE='],
  ['foobar', 'Zm9vYmFy'],
])('%j is %j (RFC 4648, 10)', (text, expected) => {
  expect(encodeBase64(Buffer.from(text))).toBe(expected);
});

test.each([
  ['no padding', 'Zg'],
  ['too little padding', 'Zg='],
  ['too much padding', 'Zg==='],
  ['padding of nothing', '===='],
  ['padding within', 'Zg==Zg=='],
  ['one digit', 'Z==='],
  ['unused bits that are set', 'Zh=='],
  ['more unused bits that are set', 'Zm9='],
  ['a blank', 'Zm 9v'],
  ['a line end', 'Zm9v\n'],
  ['the URL alphabet', 'Zm_-'],
  ['a character beyond Latin', 'Zm9é'],
])('decodeBase64 refuses %s (RFC 4648, 3)', (_name, text) => {
  expect(() => decodeBase64(text)).toThrow(RangeError);
});

test('decodeBase64 accepts what the platform would encode, and nothing else', () => {
  const digits = fc.constantFrom(...'AQgwZz09+/=');
  fc.assert(
    fc.property(fc.array(digits, { maxLength: 8 }), characters => {
      const text = characters.join('');
      const isCanonical = Buffer.from(text, 'base64').toString('base64') === text;
      if (isCanonical) expect(Buffer.from(decodeBase64(text)).toString('base64')).toBe(text);
      else expect(() => decodeBase64(text)).toThrow(RangeError);
    }),
    { numRuns: 1000 },
  );
});
