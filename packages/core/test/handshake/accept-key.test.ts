import { createHash } from 'node:crypto';
import { sha1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { createAcceptKey, isValidKey } from '../../src/handshake/accept-key.ts';

describe('createAcceptKey', () => {
  test.each([
    ['dGhlIHNhbXBsZSBub25jZQ==', 's3pPLMBiTxaQ9kYGzzhZRbK+xOo='],
    ['tXAxWFUqnhi86Ajj7dRY5g==', 'WepFrZJEJS+1RJvZFiK+i+Vcld0='],
    ['6Jid6RgXpH0RVegaNSs/4g==', 'kTCXls2acZ2hWVkFei7eNAEpHLI='],
  ])('answers %s (RFC 6455, 1.3)', (key, accept) => {
    expect(createAcceptKey(key, { sha1 })).toBe(accept);
    const native = { sha1: (bytes: Uint8Array) => new Uint8Array(createHash('sha1').update(bytes).digest()) };
    expect(createAcceptKey(key, native)).toBe(accept);
    const sha1Base64 = (text: string) => createHash('sha1').update(text).digest('base64');
    expect(createAcceptKey(key, { sha1: () => new Uint8Array(20), sha1Base64 })).toBe(accept);
  });
});

describe('isValidKey', () => {
  test.each([
    ['dGhlIHNhbXBsZSBub25jZQ==', true],
    ['AAAAAAAAAAAAAAAAAAAAAA==', true],
    ['++++++++++++++++/////w==', true],
    ['', false],
    ['dGhlIHNhbXBsZSBub25jZQ', false],
    ['dGhlIHNhbXBsZSBub25jZQ=', false],
    ['dGhlIHNhbXBsZSBub25jZR==', false],
    ['dGhlIHNhbXBsZSBub25jZQA=', false],
    ['dGhlIHNhbXBsZSBub25j====', false],
    ['=GhlIHNhbXBsZSBub25jZQ==', false],
    ['dGhlIHNhbXBsZSBub25jZQ==\n', false],
    [' dGhlIHNhbXBsZSBub25jZQ=', false],
    ['dGhl-HNhbXBsZSBub25jZQ==', false],
    ['dGhlIHNhbXBsZSBub25jZQ==, dGhlIHNhbXBsZSBub25jZQ==', false],
  ])('judges %j: %s (RFC 6455, 4.2.1)', (key, expected) => {
    expect(isValidKey(key)).toBe(expected);
  });
});
