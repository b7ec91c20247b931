import { Buffer } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeLatin1,
  decodeText,
  decodeTextLossy,
  encodeLatin1,
  encodeText,
  encodeTextInto,
  textByteLength,
  truncateText,
} from '../src/primitives.ts';

// Any UTF-16, halves of surrogate pairs too, on both sides of the length where another way is taken.
const anyText = fc
  .array(fc.oneof(fc.string({ unit: 'binary' }), fc.integer({ min: 0xd7f0, max: 0xe010 }).map(toUnit)), {
    maxLength: 24,
  })
  .map(pieces => pieces.join(''));

function toUnit(unit: number): string {
  return String.fromCharCode(unit);
}

describe('encoding text', () => {
  test('gives the UTF-8 of the platform, whole, in place and as a length (RFC 3629)', () => {
    fc.assert(
      fc.property(anyText, fc.nat(9), (text, offset) => {
        const expected = Buffer.from(text);
        expect(Buffer.from(encodeText(text))).toEqual(expected);
        expect(textByteLength(text)).toBe(expected.length);
        const target = new Uint8Array(offset + text.length * 3 + 1).fill(0xaa);
        expect(encodeTextInto(text, target, offset)).toBe(expected.length);
        expect(Buffer.from(target.subarray(offset, offset + expected.length))).toEqual(expected);
        expect(target.subarray(0, offset).every(byte => byte === 0xaa)).toBe(true);
        expect(target[offset + expected.length]).toBe(0xaa);
      }),
      { numRuns: 500 },
    );
  });

  test.each([
    ['', ''],
    ['a\0\x7f', '61007f'],
    ['é߿', 'c3a9dfbf'],
    ['€\uffff', 'e282acefbfbf'],
    ['😀\u{10ffff}', 'f09f9880f48fbfbf'],
    ['\ud800', 'efbfbd'],
    ['\udc00\ud800', 'efbfbdefbfbd'],
    ['\ud800a', 'efbfbd61'],
  ])('of %j', (text, bytes) => {
    const target = new Uint8Array(text.length * 3);
    const length = encodeTextInto(text, target, 0);
    expect(Buffer.from(target.subarray(0, length)).toString('hex')).toBe(bytes);
    expect(textByteLength(text)).toBe(length);
  });
});

describe('truncateText', () => {
  test.each([
    ['ééé', 3, 'é'],
    ['€€', 4, '€'],
    ['€€', 6, '€€'],
    ['abc', 2, 'ab'],
    ['abc', 3, 'abc'],
    ['abc', 0, ''],
    ['😀', 3, ''],
    ['a😀', 2, 'a'],
    ['', 5, ''],
  ])('cuts %j at %i bytes to %j', (text, limit, expected) => {
    expect(decodeText(truncateText(text, limit))).toBe(expected);
  });

  test('gives the longest start that fits and ends between code points', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.nat(40), (text, limit) => {
        let expected = '';
        for (const character of text) {
          if (Buffer.byteLength(expected + character) > limit) break;
          expected += character;
        }
        expect(decodeText(truncateText(text, limit))).toBe(expected);
      }),
    );
  });
});

describe('decoding text', () => {
  test('gives back what was encoded, a byte order mark too', () => {
    expect(decodeText(encodeText('\ufeffaé€😀'))).toBe('\ufeffaé€😀');
    expect(decodeTextLossy(encodeText('\ufeffa'))).toBe('\ufeffa');
  });

  test('refuses what is not UTF-8, or replaces it', () => {
    const bytes = Uint8Array.of(0x61, 0xff, 0x62);
    expect(() => decodeText(bytes)).toThrow(TypeError);
    expect(decodeTextLossy(bytes)).toBe('a\ufffdb');
  });
});

describe('ISO 8859-1', () => {
  test('maps each byte to the character of the same number, 0x80 to 0x9f too', () => {
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i);
    const text = String.fromCharCode(...bytes);
    expect(decodeLatin1(bytes)).toBe(text);
    expect(encodeLatin1(text)).toEqual(bytes);
    expect(decodeLatin1(bytes, 65, 68)).toBe('ABC');
    expect(decodeLatin1(bytes, 254)).toBe('þÿ');
    expect(decodeLatin1(bytes, 3, 3)).toBe('');
  });

  test('takes texts of any length', () => {
    const bytes = new Uint8Array(300_001).fill(0xe9);
    expect(decodeLatin1(bytes)).toBe('é'.repeat(300_001));
  });

  test('has no character beyond U+00FF', () => {
    expect(() => encodeLatin1('Ā')).toThrow(RangeError);
  });
});
