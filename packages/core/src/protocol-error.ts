import { WsError } from '@ws/util';

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
  | 'ERR_HOOK_FAILED'
  | 'ERR_SUBPROTOCOL_VIOLATION';

/** The close code that answers each rule (RFC 6455, 7.4.1), and what we say of it. */
const RULES: Readonly<Record<ProtocolErrorCode, readonly [closeCode: number, message: string]>> = {
  ERR_RESERVED_BITS: [1002, 'a reserved bit is set'],
  ERR_RESERVED_OPCODE: [1002, 'reserved opcode'],
  ERR_UNMASKED_FRAME: [1002, 'a client must mask its frames'],
  ERR_MASKED_FRAME: [1002, 'a server must not mask its frames'],
  ERR_FRAGMENTED_CONTROL: [1002, 'fragmented control frame'],
  ERR_CONTROL_TOO_LONG: [1002, 'control frame of more than 125 bytes'],
  ERR_COMPRESSED_CONTROL: [1002, 'compressed control frame'],
  ERR_COMPRESSED_CONTINUATION: [1002, 'RSV1 on a continuation frame'],
  ERR_UNEXPECTED_CONTINUATION: [1002, 'continuation frame outside of a message'],
  ERR_EXPECTED_CONTINUATION: [1002, 'new message inside of a message'],
  ERR_LENGTH_NOT_MINIMAL: [1002, 'payload length is not encoded minimally'],
  ERR_LENGTH_NEGATIVE: [1002, 'payload length with its highest bit set'],
  ERR_CLOSE_PAYLOAD: [1002, 'close frame with a 1-byte payload'],
  ERR_CLOSE_CODE: [1002, 'close code that must not be sent'],
  ERR_INVALID_UTF8: [1007, 'text is not valid UTF-8'],
  ERR_COMPRESSED_DATA: [1007, 'compressed data is corrupt'],
  ERR_FRAME_TOO_BIG: [1009, 'frame is too big'],
  ERR_MESSAGE_TOO_BIG: [1009, 'message is too big'],
  ERR_TOO_MANY_FRAGMENTS: [1008, 'message has too many fragments'],
  ERR_BUFFERED_AMOUNT: [1008, 'peer reads too slowly'],
  ERR_HOOK_FAILED: [1011, 'internal error'],
  ERR_SUBPROTOCOL_VIOLATION: [1002, 'subprotocol violated'],
};

/** The peer broke the protocol, or went past a limit: the connection fails with {@link ProtocolError.closeCode}. */
export class ProtocolError extends WsError<ProtocolErrorCode> {
  override readonly name = 'ProtocolError';
  /** What the connection fails with. */
  readonly closeCode: number;
  constructor(code: ProtocolErrorCode, options?: { readonly cause?: unknown }) {
    const [closeCode, message] = RULES[code];
    super(code, message, options);
    this.closeCode = closeCode;
  }
}
