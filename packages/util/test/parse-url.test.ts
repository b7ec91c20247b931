import { describe, expect, test } from 'vitest';
import { parseUrl, type UrlParts } from '../src/index.ts';

function parts(
  isSecure: boolean,
  hostname: string,
  portOrPath: number | string,
  resource: string,
  path: string,
  params: Record<string, string[]> = {},
): UrlParts {
  const port = typeof portOrPath === 'number' ? portOrPath : null;
  const udsPath = typeof portOrPath === 'string' ? portOrPath : null;
  return { isSecure, hostname, port, udsPath, resource, path, params };
}

describe('parseUrl', () => {
  test.each<[url: string, parts: UrlParts]>([
    ['ws://localhost', parts(false, 'localhost', 80, '/', '/')],
    ['wss://localhost', parts(true, 'localhost', 443, '/', '/')],
    ['ws://localhost:9000', parts(false, 'localhost', 9000, '/', '/')],
    ['wss://localhost:443', parts(true, 'localhost', 443, '/', '/')],
    ['ws://localhost:80/ws', parts(false, 'localhost', 80, '/ws', '/ws')],
    ['wss://localhost/ws?foo=bar', parts(true, 'localhost', 443, '/ws?foo=bar', '/ws', { foo: ['bar'] })],
    [
      'wss://localhost/ws?foo=bar&moo=23&moo=44',
      parts(true, 'localhost', 443, '/ws?foo=bar&moo=23&moo=44', '/ws', { foo: ['bar'], moo: ['23', '44'] }),
    ],
    ['ws://LOCALHOST:8080/Path', parts(false, 'localhost', 8080, '/Path', '/Path')],
    ['WS://localhost', parts(false, 'localhost', 80, '/', '/')],
    ['WsS://localhost', parts(true, 'localhost', 443, '/', '/')],
    ['ws://localhost/a%20b', parts(false, 'localhost', 80, '/a%20b', '/a b')],
    ['ws://localhost/a%2Fb', parts(false, 'localhost', 80, '/a%2Fb', '/a/b')],
    ['ws://localhost/%C3%A9', parts(false, 'localhost', 80, '/%C3%A9', '/é')],
    ['ws://localhost/%zz', parts(false, 'localhost', 80, '/%zz', '/%zz')],
    ['ws://localhost/a b', parts(false, 'localhost', 80, '/a b', '/a b')],
    ['ws://localhost/ws?a=1;b=2', parts(false, 'localhost', 80, '/ws?a=1;b=2', '/ws', { a: ['1;b=2'] })],
    ['ws://localhost/ws?a=', parts(false, 'localhost', 80, '/ws?a=', '/ws')],
    ['ws://localhost/ws?a', parts(false, 'localhost', 80, '/ws?a', '/ws')],
    ['ws://localhost/ws?a=b%20c+d', parts(false, 'localhost', 80, '/ws?a=b%20c+d', '/ws', { a: ['b c d'] })],
    ['ws://localhost/ws?x=%FF', parts(false, 'localhost', 80, '/ws?x=%FF', '/ws', { x: ['\ufffd'] })],
    ['ws://localhost/ws?', parts(false, 'localhost', 80, '/ws', '/ws')],
    ['ws://localhost/ws;p=1?x=y', parts(false, 'localhost', 80, '/ws;p=1?x=y', '/ws', { x: ['y'] })],
    ['ws://localhost/a;b/ws;p;q', parts(false, 'localhost', 80, '/a;b/ws;p;q', '/a;b/ws')],
    ['ws://localhost/;p', parts(false, 'localhost', 80, '/;p', '/')],
    ['ws://localhost?x=1', parts(false, 'localhost', 80, '/?x=1', '/', { x: ['1'] })],
    ['ws://localhost//a//b', parts(false, 'localhost', 80, '//a//b', '//a//b')],
    ['ws://[::1]:9000/ws', parts(false, '::1', 9000, '/ws', '/ws')],
    ['ws://[::1]/ws', parts(false, '::1', 80, '/ws', '/ws')],
    ['ws://127.0.0.1:8090/ws', parts(false, '127.0.0.1', 8090, '/ws', '/ws')],
    ['ws://user:pw@host:81/x', parts(false, 'host', 81, '/x', '/x')],
    ['ws://localhost:', parts(false, 'localhost', 80, '/', '/')],
    ['ws://localhost:65535', parts(false, 'localhost', 65535, '/', '/')],
    ['ws://localhost/#', parts(false, 'localhost', 80, '/', '/')],
    [' \tws://local\r\nhost/\tws', parts(false, 'localhost', 80, '/ws', '/ws')],
  ])('takes %j apart', (url, expected) => {
    expect(parseUrl(url)).toEqual(expected);
  });

  test.each<[url: string, parts: UrlParts]>([
    ['ws://unix:/tmp/file.sock', parts(false, 'unix', '/tmp/file.sock', '/tmp/file.sock', '/tmp/file.sock')],
    ['wss://unix:/tmp/file.sock', parts(true, 'unix', '/tmp/file.sock', '/tmp/file.sock', '/tmp/file.sock')],
    ['ws://unix:tmp/file.sock', parts(false, 'unix', 'tmp/file.sock', '/file.sock', '/file.sock')],
    ['ws://unix:../file.sock', parts(false, 'unix', '../file.sock', '/file.sock', '/file.sock')],
    ['ws://unix:file.sock', parts(false, 'unix', 'file.sock', '/', '/')],
    [
      'ws://unix:/tmp/file.sock?a=1',
      parts(false, 'unix', '/tmp/file.sock', '/tmp/file.sock?a=1', '/tmp/file.sock', { a: ['1'] }),
    ],
    ['ws://unix:/tmp/c:d.sock', parts(false, 'unix', '/tmp/c:d.sock', '/tmp/c:d.sock', '/tmp/c:d.sock')],
    ['ws://unix:8080/x', parts(false, 'unix', '8080/x', '/x', '/x')],
    ['ws://user@UNIX:/tmp/x', parts(false, 'unix', '/tmp/x', '/tmp/x', '/tmp/x')],
    ['ws://unix:/tmp/x:/ws/a?b=c', parts(false, 'unix', '/tmp/x', '/ws/a?b=c', '/ws/a', { b: ['c'] })],
    ['ws://unix:/tmp/x:/ws;p=1?b=c', parts(false, 'unix', '/tmp/x', '/ws;p=1?b=c', '/ws', { b: ['c'] })],
    ['ws://unix:/tmp/x;y', parts(false, 'unix', '/tmp/x;y', '/tmp/x;y', '/tmp/x')],
    ['ws://unix:x.sock:/', parts(false, 'unix', 'x.sock', '/', '/')],
    ['ws://unix:/a%3A/b:/c', parts(false, 'unix', '/a:/b', '/c', '/c')],
  ])('takes the Unix socket %j apart', (url, expected) => {
    expect(parseUrl(url)).toEqual(expected);
  });

  test.each([
    ['http://localhost', 'not a ws'],
    ['https://localhost', 'not a ws'],
    ['http://localhost#frag1', 'not a ws'],
    ['rs://localhost', 'not a ws'],
    ['localhost', 'not a ws'],
    ['', 'not a ws'],
    ['ws://', 'no hostname'],
    ['wss://', 'no hostname'],
    ['ws:localhost', 'no hostname'],
    ['ws://:80', 'no hostname'],
    ['ws://::1:80/ws', 'no hostname'],
    ['ws://[]', 'hostname'],
    ['ws://[::1', 'hostname'],
    ['ws://[localhost]', 'hostname'],
    ['ws://a b', 'hostname'],
    ['ws://a.example\\@b.example', 'hostname'],
    ['ws://user\\:x@b.example', 'hostname'],
    ['ws://localhost#f', 'fragment'],
    ['ws://localhost/x#frag', 'fragment'],
    ['ws://localhost:0', 'port'],
    ['ws://localhost:65536', 'port'],
    ['ws://localhost:abc', 'port'],
    ['ws://localhost:-1', 'port'],
    ['ws://localhost:8:0', 'port'],
    ['ws://[::1]80', 'hostname'],
    ['ws://unix', 'no socket path'],
    ['ws://unix:', 'no socket path'],
    ['ws://unix/x', 'no socket path'],
    ['ws://unix::/x', 'no socket path'],
    ['ws://localhost/\0', 'control'],
  ])('refuses %j: %s', (url, message) => {
    expect(() => parseUrl(url)).toThrow(RangeError);
    expect(() => parseUrl(url)).toThrow(message);
  });

  test('refuses what is no text with a TypeError', () => {
    expect(() => parseUrl(null as unknown as string)).toThrow(TypeError);
  });

  test('is safe for hostile parameter names', () => {
    const { params } = parseUrl('ws://localhost/?__proto__=a&constructor=b&__proto__=c');
    expect(Object.getPrototypeOf(params)).toBeNull();
    expect(Object.entries(params)).toEqual([
      ['__proto__', ['a', 'c']],
      ['constructor', ['b']],
    ]);
  });
});
