// Compression, synchronous: a message is compressed or decompressed inside the call (RFC 7692 needs the order anyway).

/** What was agreed for one direction of permessage-deflate, and how to go about it. */
export interface DeflateParameters {
  /** Base-2 logarithm of the window, 8..15. A compressor never refers further back. */
  readonly windowBits: number;
  /** `false`: every message stands alone, so no state is kept between messages. */
  readonly contextTakeover: boolean;
  /** 1..9, default by the codec (zlib's 8 when it has no opinion). */
  readonly memLevel?: number | undefined;
  /** 0..9, default by the codec. */
  readonly level?: number | undefined;
}

/** Compresses whole messages, one at a time. */
export interface Compressor {
  /**
   * One message, or a piece of one. The result is the caller's to keep; it may be empty until the message ends.
   *
   * @param isFinal whether the message ends here: the codec flushes, and for deflate cuts the 4 bytes `00 00 ff ff`
   * (RFC 7692, 7.2.1)
   */
  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array;
  /** Frees what it holds. Nothing may be called afterwards. */
  close(): void;
}

/** Decompresses messages, as their pieces arrive. */
export interface Decompressor {
  /**
   * The next piece of the message, or, while {@link hasMore} is true, more output of the pieces before: the piece is then
   * empty, and `isFinal` is that of the call that began. The result is the caller's to keep; it may be empty until the
   * message ends.
   *
   * A resumable decompressor yields at most {@link DECOMPRESSION_STEP} bytes per call, and does bounded work. It keeps a
   * copy of the input that it has not read.
   *
   * @param isFinal whether the message ends here (for deflate the codec adds `00 00 ff ff`, RFC 7692, 7.2.2)
   * @param maxLength the most bytes that the message may still yield; beyond it a {@link DecompressionError} with code
   * `ERR_MESSAGE_TOO_BIG`, before the bytes are buffered. `Infinity`: no limit.
   * @throws an error with code `ERR_MESSAGE_TOO_BIG` or `ERR_COMPRESSED_DATA`; the decompressor is then unusable
   */
  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array;
  /**
   * Whether the last call has left work undone: call again with an empty piece before anything else. Absent: never, each
   * call does all of its work.
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

/** What was agreed for one direction of permessage-bzip2. */
export interface Bzip2Parameters {
  /** Block size in units of 100,000 bytes, 1..9. */
  readonly level: number;
}

/** bzip2: each message is one complete stream. */
export interface Bzip2Codec {
  compressor(parameters: Bzip2Parameters): Compressor;
  decompressor(parameters: Bzip2Parameters): Decompressor;
}

/** Stable names of what can be wrong with compressed data. */
export type DecompressionErrorCode = 'ERR_MESSAGE_TOO_BIG' | 'ERR_COMPRESSED_DATA';

/** What a {@link Decompressor} throws. */
export class DecompressionError extends Error {
  override readonly name = 'DecompressionError';
  readonly code: DecompressionErrorCode;
  constructor(code: DecompressionErrorCode, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
