import { WsError } from '@ws/util';

/** Stable names of what a peer can do wrong when compression is negotiated. */
export type CompressionErrorCode = 'ERR_COMPRESSION_PARAMETER' | 'ERR_COMPRESSION_NOT_OFFERED';

/**
 * The peer's extension parameters break the extension's rules: a server declines that one offer, a client fails the
 * handshake (RFC 7692, 7.1).
 */
export class CompressionError extends WsError<CompressionErrorCode> {
  override readonly name = 'CompressionError';
}
