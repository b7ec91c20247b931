import { WsError } from '@ws/util';
import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';

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
