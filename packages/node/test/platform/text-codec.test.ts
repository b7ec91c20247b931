import type { TextCodec } from '@ws/types';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nodeTextCodec } from '../../src/platform/text-codec.ts';

const codec = nodeTextCodec as Required<TextCodec>;

/** Any UTF-16, halves of surrogate pairs too. */
const anyText = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.integer({ min: 0xd7f0, max: 0xe010 }).map(unit => String.fromCharCode(unit)),
      fc.constantFrom('\ufeff', '\ufffd'),
    ),
  )
  .map(pieces => pieces.join(''));

test('writes what TextEncoder writes, where it should, and nothing else (RFC 3629)', () => {
  fc.assert(
    fc.property(anyText, fc.nat(9), (text, offset) => {
      const expected = new TextEncoder().encode(text);
      const target = new Uint8Array(offset + text.length * 3 + 1).fill(0xaa);
      expect(codec.encodeInto(text, target, offset)).toBe(expected.length);
      expect(target.slice(offset, offset + expected.length)).toEqual(expected);
      expect(target.slice(0, offset).every(byte => byte === 0xaa)).toBe(true);
      expect(target.slice(offset + expected.length).every(byte => byte === 0xaa)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

test('reads what TextDecoder reads, byte order marks included, and throws where it throws', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  const outcome = (decode: () => string): string | undefined => {
    try {
      return decode();
    } catch (error) {
      expect(error).toBeInstanceOf(TypeError);
      return undefined;
    }
  };
  const bytes = fc.oneof(
    anyText.map(text => new TextEncoder().encode(text)),
    fc.uint8Array(),
  );
  fc.assert(
    fc.property(bytes, input => {
      const view = new Uint8Array([0xff, ...input, 0xff]).subarray(1, -1);
      expect(outcome(() => codec.decode(view))).toBe(outcome(() => decoder.decode(input)));
    }),
    { numRuns: 500 },
  );
});

test('reads what is valid as TextDecoder does, from where it lies', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
  fc.assert(
    fc.property(anyText, fc.nat(9), (text, start) => {
      const valid = new TextEncoder().encode(text);
      const memory = new Uint8Array(start + valid.length + 1).fill(0xff);
      memory.set(valid, start);
      expect(codec.decodeValid(memory, start, start + valid.length)).toBe(decoder.decode(valid));
    }),
    { numRuns: 500 },
  );
});
