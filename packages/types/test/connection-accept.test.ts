import { describe, expect, test } from 'vitest';
import { ConnectionAccept } from '../src/index.ts';

describe('ConnectionAccept', () => {
  test('has no subprotocol and no headers by default', () => {
    expect({ ...new ConnectionAccept() }).toEqual({ subprotocol: null, headers: null });
  });

  test('has what it is given', () => {
    const headers = { 'Set-Cookie': ['a=b', 'c=d'], 'X-A': 'a' };
    expect({ ...new ConnectionAccept('chat', headers) }).toEqual({ subprotocol: 'chat', headers });
  });

  test('is safe for hostile header names', () => {
    const { headers } = new ConnectionAccept(null, JSON.parse('{ "__proto__": "a" }'));
    expect(Object.entries(headers!)).toEqual([['__proto__', 'a']]);
  });

  test.each([
    [1, null],
    [undefined as never, 1],
    [null, ['a']],
    [null, { a: 1 }],
    [null, { a: [null] }],
  ])('refuses %j, %j with a TypeError', (subprotocol, headers) => {
    expect(() => new ConnectionAccept(subprotocol as never, headers as never)).toThrow(TypeError);
  });

  test.each([
    ['', null],
    ['a b', null],
    ['a\r\nb', null],
    [null, { 'a:': 'b' }],
    [null, { a: 'b\r\nc: d' }],
    [null, { a: ['b', '\0'] }],
  ])('refuses %j, %j with a RangeError (RFC 9110, 5)', (subprotocol, headers) => {
    expect(() => new ConnectionAccept(subprotocol, headers as never)).toThrow(RangeError);
  });
});
