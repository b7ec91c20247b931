import { describe, expect, test } from 'vitest';
import { createUrl, type UrlTarget } from '../src/index.ts';

const localhost = { hostname: 'localhost' };

describe('createUrl', () => {
  test.each<[url: string, target: UrlTarget]>([
    ['ws://localhost:80/', localhost],
    ['ws://localhost:8090/', { ...localhost, port: 8090 }],
    ['ws://localhost:65535/', { ...localhost, port: 65535 }],
    ['wss://localhost:443/', { ...localhost, isSecure: true }],
    ['wss://localhost:80/', { ...localhost, isSecure: true, port: 80 }],
    ['ws://localhost:80/ws', { ...localhost, path: 'ws' }],
    ['ws://localhost:80/ws', { ...localhost, path: '/ws' }],
    ['ws://localhost:80/ws/foobar', { ...localhost, path: '/ws/foobar' }],
    ['ws://localhost:80', { ...localhost, path: '' }],
    ['ws://localhost:80/a%20b/c%2520d', { ...localhost, path: '/a b/c%20d' }],
    ['ws://localhost:80/a%3Fb%23c', { ...localhost, path: '/a?b#c' }],
    ['ws://localhost:80/%3A%40%21%2A%27%28%29-._~', { ...localhost, path: "/:@!*'()-._~" }],
    [
      'wss://localhost:9090/ws?foo=bar',
      { ...localhost, isSecure: true, port: 9090, path: 'ws', params: { foo: 'bar' } },
    ],
    ['ws://localhost:80/?foo=bar&moo=23', { ...localhost, params: { foo: 'bar', moo: 23 } }],
    ['ws://localhost:80/?a+b=c%26d%3D%C3%A9%2F~%2A', { ...localhost, params: { 'a b': 'c&d=é/~*' } }],
    ['ws://localhost:80/', { ...localhost, params: {} }],
    ['ws://localhost:80/', { ...localhost, path: null, params: null, port: null, udsPath: null, resource: null }],
    ['ws://[::1]:9000/ws', { hostname: '[::1]', port: 9000, path: '/ws' }],
    ['ws://subsub1.sub1.something.com:80/ws', { hostname: 'subsub1.sub1.something.com', path: 'ws' }],
  ])('makes %s of %j', (url, target) => {
    expect(createUrl(target)).toBe(url);
  });

  test.each<[url: string, target: UrlTarget]>([
    ['ws://[::1]:80/ws', { hostname: '::1', path: 'ws' }],
    ['ws://[fe80::1%25eth0]:80/', { hostname: 'fe80::1%25eth0' }],
  ])('puts IPv6 in brackets: %s', (url, target) => {
    expect(createUrl(target)).toBe(url);
  });

  test('repeats the name of a list, leaves out null, spells booleans as in JSON', () => {
    const params = { moo: [23, '44'], no: null, not: undefined, some: [null, 1n], yes: true, never: [] };
    expect(createUrl({ ...localhost, params })).toBe('ws://localhost:80/?moo=23&moo=44&some=1&yes=true');
  });

  test('takes a resource verbatim, instead of path and params', () => {
    const target = { ...localhost, path: '/no', params: { no: 1 } };
    expect(createUrl({ ...target, resource: '/a b%zz?x=%FF&y' })).toBe('ws://localhost:80/a b%zz?x=%FF&y');
    expect(createUrl({ ...target, resource: '?x' })).toBe('ws://localhost:80?x');
    expect(createUrl({ ...target, resource: '' })).toBe('ws://localhost:80');
  });

  test.each<[url: string, target: Omit<UrlTarget, 'hostname'>]>([
    ['ws://unix:/tmp/file.sock', { udsPath: '/tmp/file.sock' }],
    ['wss://unix:/tmp/file.sock', { udsPath: '/tmp/file.sock', isSecure: true }],
    ['ws://unix:tmp/file.sock', { udsPath: 'tmp/file.sock' }],
    ['ws://unix:/tmp/file.sock?a=1', { udsPath: '/tmp/file.sock', params: { a: 1 } }],
    ['ws://unix:/tmp/file.sock?a=1', { udsPath: '/tmp/file.sock', resource: '/tmp/file.sock?a=1' }],
    ['ws://unix:/tmp/file.sock:/ws', { udsPath: '/tmp/file.sock', path: '/ws' }],
    ['ws://unix:/tmp/file.sock:/ws', { udsPath: '/tmp/file.sock', path: 'ws' }],
    ['ws://unix:/tmp/file.sock:/', { udsPath: '/tmp/file.sock', resource: '/' }],
    ['ws://unix:/tmp/file.sock:/tmp/file.socket', { udsPath: '/tmp/file.sock', resource: '/tmp/file.socket' }],
    ['ws://unix:/tmp/c:d.sock:/ws?a=b', { udsPath: '/tmp/c:d.sock', path: '/ws', params: { a: 'b' } }],
    ['ws://unix:/tmp/c%3A/d.sock', { udsPath: '/tmp/c:/d.sock' }],
    ['ws://unix:%00name%40x%20%3F%23%25%F0%9F%98%80', { udsPath: '\0name@x ?#%😀' }],
  ])('makes %s of a Unix socket %j', (url, target) => {
    expect(createUrl({ hostname: 'unix', ...target })).toBe(url);
  });

  test.each<[name: string, target: unknown]>([
    ['no hostname', {}],
    ['a text', 'localhost'],
    ['a port as text', { ...localhost, port: '80' }],
    ['a port that is a boolean', { ...localhost, port: true }],
    ['isSecure that is no boolean', { ...localhost, isSecure: 1 }],
    ['a path that is no text', { ...localhost, path: 1 }],
    ['a resource that is no text', { ...localhost, resource: 1 }],
    ['params that are no object', { ...localhost, params: 'a=1' }],
    ['an object as a parameter', { ...localhost, params: { a: {} } }],
    ['a list in a list', { ...localhost, params: { a: [[1]] } }],
    ['a symbol as a parameter', { ...localhost, params: { a: Symbol('a') } }],
    ['unix without a socket', { hostname: 'unix' }],
    ['a socket that is no text', { hostname: 'unix', udsPath: 80 }],
  ])('refuses %s with a TypeError', (_name, target) => {
    expect(() => createUrl(target as UrlTarget)).toThrow(TypeError);
  });

  test.each<[name: string, target: UrlTarget]>([
    ['port 0', { ...localhost, port: 0 }],
    ['port 65536', { ...localhost, port: 65536 }],
    ['port -1', { ...localhost, port: -1 }],
    ['port 80.5', { ...localhost, port: 80.5 }],
    ['port NaN', { ...localhost, port: Number.NaN }],
    ['an empty hostname', { hostname: '' }],
    ['a hostname with a port', { hostname: 'localhost:80' }],
    ['a name in brackets', { hostname: '[localhost]' }],
    ['a hostname with a slash', { hostname: 'a/b' }],
    ['a hostname with user information', { hostname: 'a@b' }],
    ['a hostname with a line end', { hostname: 'a\r\nb' }],
    ['a fragment', { ...localhost, resource: '/#a' }],
    ['a resource with a line end', { ...localhost, resource: '/\r\nHost: evil' }],
    ['a resource without a slash', { ...localhost, resource: 'ws' }],
    ['half a surrogate pair', { ...localhost, path: '/\ud800' }],
    ['half a surrogate pair in a parameter', { ...localhost, params: { '\udc00': 1 } }],
    ['an empty socket', { hostname: 'unix', udsPath: '' }],
    ['half a surrogate pair in a socket', { hostname: 'unix', udsPath: '/\ud800' }],
    ['a socket and a port', { hostname: 'UNIX', udsPath: '/a', port: 80 }],
    ['a socket and a hostname', { ...localhost, udsPath: '/a' }],
  ])('refuses %s with a RangeError', (_name, target) => {
    expect(() => createUrl(target)).toThrow(RangeError);
  });
});
