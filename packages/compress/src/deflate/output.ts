import { DECOMPRESSION_STEP, DecompressionError } from '@ws/types';
import { concatBytes } from '@ws/util/primitives';

/** Collects what one call of a codec gives. */
export class Output {
  readonly #limit: number;
  readonly #chunks: Uint8Array[] = [];
  length = 0;

  /** @param limit bytes, as `maxLength` of `Decompressor.decompress` */
  constructor(limit: number = Number.POSITIVE_INFINITY) {
    this.#limit = limit;
  }

  /**
   * How many bytes a decompressor may write next: no more than a step yields, and one byte more than the limit, which is
   * enough to know that the limit is exceeded.
   */
  get room(): number {
    return Math.min(DECOMPRESSION_STEP, this.#limit + 1) - this.length;
  }

  /**
   * Adds a piece, which belongs to the output from now on.
   *
   * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`, before the piece is kept
   */
  push(chunk: Uint8Array): void {
    this.length += chunk.length;
    if (this.length > this.#limit) throw messageTooBig(this.#limit);
    if (chunk.length > 0) this.#chunks.push(chunk);
  }

  /** Everything, without the last `cut` bytes. */
  take(cut = 0): Uint8Array {
    const bytes = concatBytes(this.#chunks);
    return cut === 0 ? bytes : bytes.subarray(0, bytes.length - cut);
  }
}

/** The error of a message that is longer than `limit` bytes. */
export function messageTooBig(limit: number): DecompressionError {
  return new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${limit} bytes after decompression`);
}

/** The error of data that cannot be decompressed. */
export function compressedData(message: string, cause?: unknown): DecompressionError {
  return new DecompressionError('ERR_COMPRESSED_DATA', message, { cause });
}
