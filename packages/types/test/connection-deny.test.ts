import { describe, expect, test } from 'vitest';
import { ConnectionDeny, reasonPhrase } from '../src/index.ts';

describe('ConnectionDeny', () => {
  test('is an error with an HTTP status', () => {
    const deny = new ConnectionDeny(ConnectionDeny.NOT_FOUND, 'no such room');
    expect(deny).toBeInstanceOf(Error);
    expect(deny).toMatchObject({
      name: 'ConnectionDeny',
      code: 404,
      reason: 'no such room',
      message: '404 no such room',
    });
  });

  test.each([
    ['BAD_REQUEST', 400],
    ['FORBIDDEN', 403],
    ['NOT_FOUND', 404],
    ['NOT_ACCEPTABLE', 406],
    ['REQUEST_TIMEOUT', 408],
    ['INTERNAL_SERVER_ERROR', 500],
    ['NOT_IMPLEMENTED', 501],
    ['SERVICE_UNAVAILABLE', 503],
  ] as const)('%s is %d, whose phrase is the default reason (RFC 9110, 15)', (name, code) => {
    expect(ConnectionDeny[name]).toBe(code);
    const { reason } = new ConnectionDeny(code);
    expect(reason.toUpperCase().replaceAll(' ', '_')).toBe(name);
    expect(new ConnectionDeny(code, null).reason).toBe(reason);
  });

  test('may have an empty reason', () => {
    expect(new ConnectionDeny(400, '').reason).toBe('');
  });

  test.each([['403'], [true], [null], [undefined]])('refuses the code %j with a TypeError', code => {
    expect(() => new ConnectionDeny(code as never)).toThrow(TypeError);
  });

  test('refuses a reason that is no text with a TypeError', () => {
    expect(() => new ConnectionDeny(400, 1 as never)).toThrow(TypeError);
  });

  test.each([99, 600, 400.5, -400, Number.NaN])('refuses the code %d with a RangeError', code => {
    expect(() => new ConnectionDeny(code)).toThrow(RangeError);
  });

  test('refuses 101, which would accept (RFC 6455, 4.1)', () => {
    expect(() => new ConnectionDeny(101)).toThrow(RangeError);
  });

  test.each(['a\r\nSet-Cookie: b', 'a\nb', 'a\0', '€'])('refuses the reason %j with a RangeError', reason => {
    expect(() => new ConnectionDeny(400, reason)).toThrow(RangeError);
  });
});

test.each([
  [426, 'Upgrade Required'],
  [302, 'Found'],
  [199, 'Informational'],
  [299, 'OK'],
  [399, 'Redirection'],
  [499, 'Client Error'],
  [599, 'Server Error'],
])('reasonPhrase of %d is %s, for unknown codes that of the class (RFC 9110, 15)', (status, phrase) => {
  expect(reasonPhrase(status)).toBe(phrase);
});
