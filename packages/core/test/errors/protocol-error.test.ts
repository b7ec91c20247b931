import { WsError } from '@ws/util';
import { expect, test } from 'vitest';
import { ProtocolError, type ProtocolErrorCode } from '../../src/errors/protocol-error.ts';

test.each([
  ['ERR_RESERVED_BITS', 1002],
  ['ERR_RESERVED_OPCODE', 1002],
  ['ERR_UNMASKED_FRAME', 1002],
  ['ERR_MASKED_FRAME', 1002],
  ['ERR_FRAGMENTED_CONTROL', 1002],
  ['ERR_CONTROL_TOO_LONG', 1002],
  ['ERR_COMPRESSED_CONTROL', 1002],
  ['ERR_COMPRESSED_CONTINUATION', 1002],
  ['ERR_UNEXPECTED_CONTINUATION', 1002],
  ['ERR_EXPECTED_CONTINUATION', 1002],
  ['ERR_LENGTH_NOT_MINIMAL', 1002],
  ['ERR_LENGTH_NEGATIVE', 1002],
  ['ERR_CLOSE_PAYLOAD', 1002],
  ['ERR_CLOSE_CODE', 1002],
  ['ERR_INVALID_UTF8', 1007],
  ['ERR_COMPRESSED_DATA', 1007],
  ['ERR_FRAME_TOO_BIG', 1009],
  ['ERR_MESSAGE_TOO_BIG', 1009],
  ['ERR_TOO_MANY_FRAGMENTS', 1008],
  ['ERR_BUFFERED_AMOUNT', 1008],
  ['ERR_INTERNAL_ERROR', 1011],
  ['ERR_SUBPROTOCOL_VIOLATION', 1002],
] as readonly [ProtocolErrorCode, number][])('%s fails with %i (RFC 6455, 7.4.1)', (code, closeCode) => {
  const error = new ProtocolError(code, { cause: 'why' });
  expect(error).toBeInstanceOf(WsError);
  expect(error).toMatchObject({ name: 'ProtocolError', code, closeCode, cause: 'why' });
  // It goes into a Close frame.
  expect(error.message).toMatch(/^[ -~]{5,100}$/);
});
