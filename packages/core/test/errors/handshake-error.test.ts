import { WsError } from '@ws/util';
import { describe, expect, test } from 'vitest';
import { ConnectionRejected, ConnectionTimeout, HandshakeError } from '../../src/errors/handshake-error.ts';

describe('HandshakeError', () => {
  test('has the status, the message and the reason of its code', () => {
    const error = new HandshakeError('ERR_ORIGIN');
    expect(error).toBeInstanceOf(WsError);
    expect(error).toMatchObject({
      name: 'HandshakeError',
      code: 'ERR_ORIGIN',
      status: 400,
      message: 'handshake failed: origin',
      reason: 'handshake failed: origin',
      headers: null,
      body: null,
    });
    expect('cause' in error).toBe(false);
  });

  test('takes all of them from the options', () => {
    const cause = new Error('why');
    const options = { message: 'm', status: 404, reason: 'r', headers: { a: 'b' }, cause };
    expect(new HandshakeError('ERR_STATUS', options)).toMatchObject(options);
    expect(new HandshakeError('ERR_STATUS', options).cause).toBe(cause);
  });

  test('has no status where the option says so', () => {
    expect(new HandshakeError('ERR_HTTP_SYNTAX', { status: null }).status).toBe(null);
  });

  test('speaks of itself with the given message', () => {
    expect(new HandshakeError('ERR_DENIED', { message: 'go away' })).toMatchObject({ reason: 'go away', status: 403 });
  });
});

test('a timeout says how long it was, where that is known', () => {
  const cause = new Error('late');
  const known = new ConnectionTimeout(50, { cause });
  expect(known).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT', message: 'no connection within 50 ms', cause });
  expect(new ConnectionTimeout(null)).toMatchObject({ message: 'handshake failed: handshake timeout', status: null });
});

test('a rejection has the status and the headers of the answer', () => {
  const headers = { 'x-a': 'b' };
  const rejected = new ConnectionRejected({ status: 404, headers, message: 'the server answered 404' });
  expect(rejected).toBeInstanceOf(HandshakeError);
  expect(rejected).toMatchObject({
    name: 'ConnectionRejected',
    code: 'ERR_STATUS',
    statusCode: 404,
    headers,
    body: null,
  });
});
