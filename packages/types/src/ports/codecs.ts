// Synchronous compression: a message is compressed or decompressed within the call. RFC 7692 needs that order anyway.

/** Negotiated parameters of one direction of permessage-deflate, and local settings of the codec. */
export interface DeflateParameters {
  /** Base-2 logarithm of the window, 8..15. A compressor never refers further back. */
  readonly windowBits: number;
  /** Whether a message may refer to earlier ones. `false`: no state is kept between messages. */
  readonly contextTakeover: boolean;
  /** zlib's `memLevel`, 1..9. Default: chosen by the codec, else zlib's 8. */
  readonly memLevel?: number | undefined;
  /** Compression level, 0..9. Default: chosen by the codec. */
  readonly level?: number | undefined;
}

/** Compresses whole messages, one at a time. */
export interface Compressor {
  /**
   * Compresses a message or a piece of one. The result belongs to the caller; it may be empty until the message ends.
   *
   * @param isFinal whether the message ends here: the codec flushes, and for deflate cuts the 4 bytes `00 00 ff ff`
   * (RFC 7692, 7.2.1)
   */
  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array;
  /** Frees the resources. No method may be called afterwards. */
  close(): void;
}

/** Decompresses messages as their pieces arrive. */
export interface Decompressor {
  /**
   * Decompresses the next piece of the message. While {@link hasMore} is true it continues with the pieces before: `bytes` must
   * then be empty, and `isFinal` the same as in the call that began. The result belongs to the caller; it may be empty until
   * the message ends.
   *
   * A resumable decompressor yields at most {@link DECOMPRESSION_STEP} bytes per call and does bounded work. It keeps a copy of
   * the input that it has not read.
   *
   * @param isFinal whether the message ends here (for deflate the codec adds `00 00 ff ff`, RFC 7692, 7.2.2)
   * @param maxLength the most bytes that the message may still yield. Beyond it a {@link DecompressionError} with code
   * `ERR_MESSAGE_TOO_BIG` is thrown, before the bytes are buffered. `Infinity`: no limit.
   * @throws an error with code `ERR_MESSAGE_TOO_BIG` or `ERR_COMPRESSED_DATA`; the decompressor is then unusable
   */
  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array;
  /**
   * Whether the last call has left work undone. If so, `decompress` must be called with an empty piece before anything else.
   * Absent: each call does all of its work.
   */
  readonly hasMore?: boolean;
  close(): void;
}

/** The most bytes that one call of a resumable {@link Decompressor} yields. */
export const DECOMPRESSION_STEP = 65_536;

/** Raw deflate (RFC 1951) as permessage-deflate uses it (RFC 7692). */
export interface DeflateCodec {
  compressor(parameters: DeflateParameters): Compressor;
  decompressor(parameters: DeflateParameters): Decompressor;
}

/** Negotiated parameters of one direction of permessage-bzip2. */
export interface Bzip2Parameters {
  /** Block size in units of 100,000 bytes, 1..9. */
  readonly level: number;
}

/** bzip2 as permessage-bzip2 uses it: each message is one complete stream. */
export interface Bzip2Codec {
  compressor(parameters: Bzip2Parameters): Compressor;
  decompressor(parameters: Bzip2Parameters): Decompressor;
}

/** Stable codes of decompression errors. */
export type DecompressionErrorCode = 'ERR_MESSAGE_TOO_BIG' | 'ERR_COMPRESSED_DATA';

/** The error that a {@link Decompressor} throws. */
export class DecompressionError extends Error {
  override readonly name = 'DecompressionError';
  readonly code: DecompressionErrorCode;
  constructor(code: DecompressionErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
