import { describe, expect, test } from 'vitest';
import { parseRequestTarget } from '../../src/handshake/request-target.ts';
import { thrown } from './support.ts';

describe('parseRequestTarget', () => {
  test.each([
    ['/', '/', '/', {}],
    ['/ws?a=b%20c+d&a=2&e=&f', '/ws', '/ws?a=b%20c+d&a=2&e=&f', { a: ['b c d', '2'] }],
    ['/a%20b/%zz', '/a%20b/%zz', '/a%20b/%zz', {}],
    ['/ws;p=1?x=%FF', '/ws', '/ws;p=1?x=%FF', { x: ['\ufffd'] }],
    ['/ws;p;q', '/ws', '/ws;p;q', {}],
    ['//ws;p', '/ws', '/ws;p', {}],
    ['//;p', '/', '/;p', {}],
    ['/a;b/c', '/a;b/c', '/a;b/c', {}],
    ['/ws?', '/ws', '/ws', {}],
    ['/?a=1;b=2', '/', '/?a=1;b=2', { a: ['1;b=2'] }],
    ['/?x=http://y/?z', '/', '/?x=http://y/?z', { x: ['http://y/?z'] }],
    ['http://other/ws?x=1', '/ws', '/ws?x=1', { x: ['1'] }],
    ['WSS://other:99?x=1', '/', '/?x=1', { x: ['1'] }],
    ['ws://user@other', '/', '/', {}],
    ['//evil', '/evil', '/evil', {}],
    ['///evil//x', '/evil//x', '/evil//x', {}],
    ['http://h//evil', '/evil', '/evil', {}],
    ['/..;/x\\', '/..;/x\\', '/..;/x\\', {}],
  ])('reads %s (RFC 9112, 3.2)', (target, path, resource, params) => {
    const parsed = parseRequestTarget(target);
    expect({ ...parsed, params: { ...parsed.params } }).toEqual({ path, resource, params });
  });

  test.each([
    '',
    '*',
    '?x',
    'ws',
    'host:80',
    'http:',
    'http://',
    'http:///x',
    'ftp://h/x',
    '/a#b',
    '/?a#b',
    '/#',
    '/ x',
    '/\r\nx',
    '/é',
    '/?\n',
  ])('rejects %j', target => {
    expect(thrown(() => parseRequestTarget(target))).toMatchObject({ code: 'ERR_REQUEST_TARGET', status: 400 });
  });

  test('gives parameters without a prototype', () => {
    const { params } = parseRequestTarget('/?__proto__=1&constructor=2');
    expect(params.__proto__).toEqual(['1']);
    expect(params.constructor).toEqual(['2']);
    expect(Object.getPrototypeOf(params)).toBe(null);
  });

  test.each([`/${';'.repeat(60_000)}/`, '/'.repeat(60_000), `/?${'&='.repeat(30_000)}`, `/?${'%41'.repeat(20_000)}`])(
    'is linear: %.6s…',
    target => {
      expect(parseRequestTarget(target).path[0]).toBe('/');
    },
  );
});
