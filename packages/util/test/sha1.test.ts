import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeBase64, encodeText, sha1 } from '../src/primitives.ts';

test('gives the accept key of the RFC (RFC 6455, 1.3)', () => {
  const key = 'dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11';
  expect(encodeBase64(sha1(encodeText(key)))).toBe('s3pPLMBiTxaQ9kYGzzhZRbK+xOo=');
});

test('agrees with the platform at every length up to three blocks (FIPS 180-4, 5.1.1)', () => {
  for (let length = 0; length <= 192; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => i * 7 + length);
    expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
  }
});

test('agrees with the platform on any bytes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 1000, size: 'max' }), bytes => {
      expect(Buffer.from(sha1(bytes)).toString('hex')).toBe(createHash('sha1').update(bytes).digest('hex'));
    }),
  );
});
