import { describe, expect, test } from 'vitest';
import { formatHost, parseHost } from '../../src/handshake/host-header.ts';
import { thrown } from './support.ts';

describe('parseHost', () => {
  test.each([
    ['example.com', 'example.com', null],
    ['Example.com:9000', 'Example.com', 9000],
    ['127.0.0.1:80', '127.0.0.1', 80],
    ['[::1]:9000', '[::1]', 9000],
    ['[::1]', '[::1]', null],
    ['my_host:0', 'my_host', 0],
  ])('reads %s (RFC 9110, 7.2)', (value, host, port) => {
    expect(parseHost(value)).toEqual({ host, port });
  });

  test.each([
    undefined,
    '',
    ':80',
    'host:',
    'host:x',
    'host:65536',
    'host:-1',
    'a:b:80',
    '::1',
    '[::1',
    '[::1]x',
    '[host]',
    'host/path',
    'host?x',
    'host#x',
    'user@host',
    'a b',
    'a, b',
    'a\\b',
  ])('rejects %j', value => {
    expect(thrown(() => parseHost(value))).toMatchObject({ code: 'ERR_HOST', status: 400 });
  });
});

describe('formatHost', () => {
  test.each([
    ['example.com', null, 'example.com'],
    ['example.com', 9000, 'example.com:9000'],
    ['::1', 9000, '[::1]:9000'],
    ['[::1]', null, '[::1]'],
  ])('writes %s and %s (RFC 3986, 3.2.2)', (host, port, expected) => {
    expect(formatHost(host, port)).toBe(expected);
  });

  test.each([
    ['', null],
    ['a\r\nb', 80],
    ['host:81', null],
    ['[::1]:81', null],
    ['[::1]:81', 81],
    ['host:81', 80],
    ['a/b', 80],
    ['user@host', 80],
    ['h', 65536],
    ['h', -1],
    ['h', 1.5],
    ['h', Number.NaN],
  ])('rejects %j and %s', (host, port) => {
    expect(() => formatHost(host, port)).toThrow(RangeError);
  });
});
