import { WsError } from '@ws/util';

/** Stable codes of the errors that a peer can make when compression is negotiated. */
export type CompressionErrorCode = 'ERR_COMPRESSION_PARAMETER' | 'ERR_COMPRESSION_NOT_OFFERED';

/**
 * Thrown when the peer's parameters break the rules of the extension. A server then declines that one offer, a client fails
 * the handshake (RFC 7692, 7.1).
 */
export class CompressionError extends WsError<CompressionErrorCode> {
  override readonly name = 'CompressionError';
}
