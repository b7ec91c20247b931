import { DECOMPRESSION_STEP, DecompressionError } from '@ws/types';
import { concatBytes } from '@ws/util/primitives';

/** Collects the output of one call of a codec. */
export class Output {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  length = 0;

  /** @param limit most bytes of output, as `maxLength` of `Decompressor.decompress`; default: no limit */
  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /**
   * Bytes that a decompressor may write next: at most the rest of a step, and at most one byte over the limit, which is enough
   * to know that the limit is exceeded.
   */
  get room(): number {
    return Math.min(DECOMPRESSION_STEP, this.#limit + 1) - this.length;
  }

  /**
   * Adds a piece, which the output owns from now on.
   *
   * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`, before the piece is kept
   */
  push(chunk: Uint8Array): void {
    this.length += chunk.length;
    if (this.length > this.#limit) throw messageTooBig(this.#limit);
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Returns all output without its last `cut` bytes. */
  take(cut = 0): Uint8Array {
    const bytes = concatBytes(this.#chunks);
    return cut === 0 ? bytes : bytes.subarray(0, bytes.length - cut);
  }
}

/** The error for a message that is longer than `limit` bytes. */
export function messageTooBig(limit: number): DecompressionError {
  return new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${limit} bytes after decompression`);
}

/** The error for data that cannot be decompressed. */
export function compressedData(message: string, cause?: unknown): DecompressionError {
  return new DecompressionError('ERR_COMPRESSED_DATA', message, { cause });
}
