import { describe, expect, test } from 'vitest';
import { compileOriginPatterns, isOriginAllowed, parseOrigin } from '../../src/handshake/origin.ts';
import { thrown } from './support.ts';

const allows = (pattern: string | readonly string[], origin: string | null, allowNullOrigin = false): boolean =>
  isOriginAllowed(origin, compileOriginPatterns([pattern].flat()), allowNullOrigin);

describe('parseOrigin', () => {
  test.each([
    ['http://example.com', 'http', 'example.com', 80],
    ['HTTPS://Example.COM', 'https', 'example.com', 443],
    ['https://example.com:8443', 'https', 'example.com', 8443],
    ['http://example.com/path?q#f', 'http', 'example.com', 80],
    ['http://example.com/;x', 'http', 'example.com', 80],
    ['http://user:pw@example.com:81', 'http', 'example.com', 81],
    ['http://example.com:80@evil.com', 'http', 'evil.com', 80],
    ['//example.com', '', 'example.com', null],
    ['chrome-extension://abc', 'chrome-extension', 'abc', null],
    ['constructor://abc', 'constructor', 'abc', null],
    ['http://[::1]:9000', 'http', '[::1]', 9000],
    ['http://[::1]', 'http', '[::1]', 80],
  ])('reads %s (RFC 6454, 4)', (text, scheme, host, port) => {
    expect(parseOrigin(text)).toEqual({ scheme, host, port });
  });

  test.each(['null', 'NULL', 'file:', 'file:///etc/passwd', 'File://x'])('takes %s for the opaque origin', text => {
    expect(parseOrigin(text)).toBe(null);
  });

  test.each([
    '',
    'example.com',
    'http:',
    'http://',
    'http://:80',
    'http:example.com',
    'http://example.com:x',
    'http://example.com:65536',
    'http://example.com:80.evil.com',
    'http://evil.com\\@example.com',
    'http://a b',
    'http://a http://b',
    'http://[::1',
    'http://[evil.com]',
    '1http://example.com',
  ])('rejects %j', text => {
    expect(thrown(() => parseOrigin(text))).toMatchObject({ code: 'ERR_ORIGIN', status: 400 });
  });
});

describe('isOriginAllowed', () => {
  test.each([
    ['*', 'http://example.com', true],
    ['*', 'chrome-extension://abc', true],
    ['http://example.com', 'http://example.com', true],
    ['http://example.com', 'http://example.com:80', true],
    ['http://example.com', 'http://example.com:81', false],
    ['http://example.com', 'https://example.com', false],
    ['http://example.com', 'http://www.example.com', false],
    ['http://example.com', 'http://example.org', false],
    ['HTTP://Example.com', 'http://example.com', true],
    ['https://example.com:443', 'https://example.com', true],
    ['https://example.com', 'http://example.com:443', false],
    ['http://example.com:80', 'http://example.com', true],
    ['http://example.com:80', 'http://example.com:81', false],
    ['http://example.com:80', 'https://example.com', false],
    ['example.com', 'http://example.com', false],
    ['example.com:*', 'http://example.com', false],
    ['*://*.example.com:*', 'https://a.b.example.com:9', true],
    ['*://*.example.com:*', 'http://www.example.com', true],
    ['*://*.example.com:*', 'https://example.com', false],
    ['*://*.example.com', 'https://www.example.com', true],
    ['*://*.example.com', 'https://www.example.com:8443', false],
    ['*example.com:*', 'http://badexample.com', true],
    ['127.0.0.1:*', 'http://127.0.0.1', false],
    ['*://127.0.0.1:*', 'http://127.0.0.1', true],
    ['*://127.0.0.1:*', 'http://127a0b0c1', false],
    ['https://*.example.com:443', 'https://www.example.com', true],
    ['https://good.example', 'https://good.example.evil.com', false],
    ['*://good.example:*', 'https://good.example.evil.com', false],
    ['http://example.(com|org)', 'http://example.com', false],
    ['http://[::1]:*', 'http://[::1]:9', true],
    ['chrome-extension://abc', 'chrome-extension://abc', true],
    ['chrome-extension://abc', 'chrome-extension://abcd', false],
    ['a*a', 'a://a', true],
    ['http://e*e', 'http://e', false],
    ['http://a*b*b', 'http://ab', false],
    ['*b*', 'http://a', false],
  ])('%s, and %s: %s (RFC 6455, 10.2)', (pattern, origin, expected) => {
    expect(allows(pattern, origin)).toBe(expected);
  });

  test.each([
    'http://example.com',
    'http://example.com:80',
    'http://example.com/path',
    'http://example.com/;x',
    '//example.com/',
    'http://user:pw@example.com',
  ])('lets %s through *example.com:*', origin => {
    expect(allows('*example.com:*', origin)).toBe(true);
  });

  test('allows what has no origin: it is no browser', () => {
    expect(allows([], null)).toBe(true);
  });

  test('needs one pattern of several, and allows nobody without any', () => {
    expect(allows(['http://a', 'http://b'], 'http://b')).toBe(true);
    expect(allows([], 'http://b')).toBe(false);
  });

  test.each(['null', 'file:///x'])('allows %s by its option only', origin => {
    expect(allows(['*', 'null'], origin)).toBe(false);
    expect(allows([], origin, true)).toBe(true);
  });

  test('rejects a malformed one, even where all are allowed', () => {
    expect(thrown(() => allows('*', 'nonsense'))).toMatchObject({ status: 400 });
  });

  test('is linear: a pattern of many stars and a long origin', () => {
    expect(allows(`*${'a*'.repeat(20)}b`, `http://${'a'.repeat(60_000)}`)).toBe(false);
  });
});
