import { describe, expect, test } from 'vitest';
import { ConnectionRequest, type ConnectionRequestFields } from '../src/index.ts';

const fields: ConnectionRequestFields = {
  peer: 'tcp4:127.0.0.1:52914',
  headers: { host: 'localhost:9000', Upgrade: 'websocket' },
  host: 'localhost',
  path: '/ws',
  params: { room: ['1', '2'] },
  version: 13,
  origin: null,
  protocols: ['chat'],
  extensions: [['permessage-deflate', { client_max_window_bits: [true] }]],
};

describe('ConnectionRequest', () => {
  test('has what it is given, header names in lower case', () => {
    const request = new ConnectionRequest(fields);
    expect({ ...request }).toEqual({ ...fields, headers: { host: 'localhost:9000', upgrade: 'websocket' } });
  });

  test('has nine fields in JSON, and in its text form', () => {
    const request = new ConnectionRequest(fields);
    const names = 'extensions headers host origin params path peer protocols version'.split(' ');
    expect(Object.keys(request.toJSON()).sort()).toEqual(names);
    expect(JSON.parse(String(request))).toEqual(JSON.parse(JSON.stringify(request)));
    expect(String(request)).toContain('\n  "host": "localhost"');
  });

  test('keeps no map and no list of the caller', () => {
    const protocols = ['a'];
    const params = { a: ['b'] };
    const request = new ConnectionRequest({ ...fields, protocols, params });
    protocols.push('b');
    params.a.push('c');
    expect(request).toMatchObject({ protocols: ['a'], params: { a: ['b'] } });
  });

  test('is safe for hostile names', () => {
    const hostile = JSON.parse('{ "__proto__": "a", "constructor": "b" }');
    const lists = JSON.parse('{ "__proto__": ["a"] }');
    const { headers, params } = new ConnectionRequest({ ...fields, headers: hostile, params: lists });
    expect(Object.entries(headers)).toEqual(Object.entries(hostile));
    expect(Object.entries(params)).toEqual([['__proto__', ['a']]]);
    expect(headers.toString).toBeUndefined();
    expect(Object.getPrototypeOf(headers)).toBeNull();
    expect(Object.getPrototypeOf(params)).toBeNull();
  });

  test('joins lines of one name (RFC 9110, 5.3)', () => {
    const headers = { 'X-A': 'a', 'x-a': 'b', 'x-b': ['c', 'd'] };
    const request = new ConnectionRequest({ ...fields, headers: headers as never });
    expect({ ...request.headers }).toEqual({ 'x-a': 'a, b', 'x-b': 'c, d' });
  });

  test.each([
    ['peer', 1],
    ['headers', null],
    ['headers', []],
    ['headers', { a: 1 }],
    ['host', null],
    ['path', undefined],
    ['params', 'a=b'],
    ['params', { a: 'b' }],
    ['params', { a: [1] }],
    ['version', '13'],
    ['origin', undefined],
    ['protocols', 'chat'],
    ['protocols', [1]],
    ['extensions', {}],
    ['extensions', ['permessage-deflate']],
    ['extensions', [[1, {}]]],
    ['extensions', [['permessage-deflate', null]]],
  ])('refuses %s of %j with a TypeError', (name, value) => {
    expect(() => new ConnectionRequest({ ...fields, [name]: value })).toThrow(TypeError);
  });

  test.each([-1, 256, 13.5])('refuses version %d with a RangeError (RFC 6455, 4.1: 0 to 255)', version => {
    expect(() => new ConnectionRequest({ ...fields, version })).toThrow(RangeError);
  });
});
