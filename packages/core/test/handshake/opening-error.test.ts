import type { CloseInfo } from '@ws/types';
import { describe, expect, test } from 'vitest';
import { HandshakeError } from '../../src/errors/handshake-error.ts';
import { openingError } from '../../src/handshake/opening-error.ts';

const info: CloseInfo = {
  wasClean: false,
  code: 1006,
  reason: 'lost',
  closedBy: 'transport',
  stage: 'connecting',
  localCode: null,
  localReason: null,
  timeout: null,
  error: null,
};

describe('why a connection never opened', () => {
  test('is the error of the handshake, when there was one', () => {
    const error = new HandshakeError('ERR_KEY');
    expect(openingError({ ...info, error })).toBe(error);
  });

  test('is the timeout', () => {
    expect(openingError({ ...info, timeout: 'openHandshake' })).toMatchObject({ code: 'ERR_HANDSHAKE_TIMEOUT' });
  });

  test('is the loss of the transport, with its error as the cause', () => {
    const error = new Error('reset');
    expect(openingError({ ...info, error })).toMatchObject({ code: 'ERR_HANDSHAKE_ENDED', cause: error });
    expect('cause' in (openingError(info) as Error)).toBe(false);
  });
});
