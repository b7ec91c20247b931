import { describe, expect, test } from 'vitest';
import { ConnectingRequest } from '../src/index.ts';

const defaults = {
  host: 'localhost',
  port: 80,
  resource: '/',
  headers: {},
  useragent: null,
  origin: null,
  protocols: [],
};

describe('ConnectingRequest', () => {
  test('has defaults, for null too', () => {
    const nothing = { host: null, port: null, resource: null, headers: null, useragent: null, origin: null };
    expect({ ...new ConnectingRequest() }).toEqual(defaults);
    expect({ ...new ConnectingRequest({ ...nothing, protocols: null }) }).toEqual(defaults);
  });

  test('has what it is given, header names as they are', () => {
    const fields = {
      host: '::1',
      port: 9000,
      resource: '/ws?a=é b',
      headers: { 'X-A': 'a', 'X-B': ['b', 'c'] },
      useragent: '',
      origin: 'https://example.com',
      protocols: ['chat.v2', 'chat'],
    };
    const request = new ConnectingRequest(fields);
    expect({ ...request }).toEqual(fields);
    expect(JSON.parse(JSON.stringify(request))).toEqual(fields);
    expect(JSON.parse(String(request))).toEqual(fields);
    expect(String(request)).toContain('\n');
  });

  test.each([
    ['host', 1],
    ['port', '80'],
    ['resource', 1],
    ['headers', 'a: b'],
    ['headers', { a: 1 }],
    ['useragent', 1],
    ['origin', {}],
    ['protocols', 'chat'],
    ['protocols', [1]],
  ])('refuses %s of %j with a TypeError', (name, value) => {
    expect(() => new ConnectingRequest({ [name]: value })).toThrow(TypeError);
  });

  test.each([
    ['host', ''],
    ['host', 'a\r\nb'],
    ['port', 0],
    ['port', 65536],
    ['port', 80.5],
    ['resource', ''],
    ['resource', 'ws'],
    ['resource', '/#a'],
    ['resource', '/\r\nHost: evil'],
    ['headers', { 'a b': 'c' }],
    ['headers', { a: 'b\r\nc: d' }],
    ['headers', { a: ['b\0'] }],
    ['useragent', 'a\nb'],
    ['origin', 'a\rb'],
    ['protocols', ['']],
    ['protocols', ['a b']],
    ['protocols', ['a', 'b', 'a']],
  ])('refuses %s of %j with a RangeError (RFC 6455, 4.1)', (name, value) => {
    expect(() => new ConnectingRequest({ [name]: value })).toThrow(RangeError);
  });
});
