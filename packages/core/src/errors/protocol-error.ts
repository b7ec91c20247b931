import { WsError } from '@ws/util';
import { codeWords } from '../support/code-words.ts';

/** Stable names of the rules that a peer can break, for `switch (error.code)`. */
export type ProtocolErrorCode =
  | 'ERR_RESERVED_BITS'
  | 'ERR_RESERVED_OPCODE'
  | 'ERR_UNMASKED_FRAME'
  | 'ERR_MASKED_FRAME'
  | 'ERR_FRAGMENTED_CONTROL'
  | 'ERR_CONTROL_TOO_LONG'
  | 'ERR_COMPRESSED_CONTROL'
  | 'ERR_COMPRESSED_CONTINUATION'
  | 'ERR_UNEXPECTED_CONTINUATION'
  | 'ERR_EXPECTED_CONTINUATION'
  | 'ERR_LENGTH_NOT_MINIMAL'
  | 'ERR_LENGTH_NEGATIVE'
  | 'ERR_CLOSE_PAYLOAD'
  | 'ERR_CLOSE_CODE'
  | 'ERR_INVALID_UTF8'
  | 'ERR_COMPRESSED_DATA'
  | 'ERR_FRAME_TOO_BIG'
  | 'ERR_MESSAGE_TOO_BIG'
  | 'ERR_TOO_MANY_FRAGMENTS'
  | 'ERR_BUFFERED_AMOUNT'
  | 'ERR_INTERNAL_ERROR'
  | 'ERR_SUBPROTOCOL_VIOLATION';

/** The close code for each broken rule (RFC 6455, 7.4.1), where it is not 1002. */
const CLOSE_CODES: { readonly [Code in ProtocolErrorCode]?: number } = {
  ERR_INVALID_UTF8: 1007,
  ERR_COMPRESSED_DATA: 1007,
  ERR_TOO_MANY_FRAGMENTS: 1008,
  ERR_BUFFERED_AMOUNT: 1008,
  ERR_FRAME_TOO_BIG: 1009,
  ERR_MESSAGE_TOO_BIG: 1009,
  ERR_INTERNAL_ERROR: 1011,
};

/** The peer broke the protocol, or went past a limit: the connection fails with {@link ProtocolError.closeCode}. */
export class ProtocolError extends WsError<ProtocolErrorCode> {
  override readonly name = 'ProtocolError';
  /** The close code that the connection fails with. */
  readonly closeCode: number;
  constructor(code: ProtocolErrorCode, options?: { readonly cause?: unknown }) {
    super(code, codeWords(code), options);
    this.closeCode = CLOSE_CODES[code] ?? 1002;
  }
}
