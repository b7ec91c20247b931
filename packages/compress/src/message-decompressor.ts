import { DecompressionError, type Decompressor } from '@ws/types';

/**
 * Decompresses the messages of one connection, and limits the decompressed size of each. The decompressor is created when the
 * first message arrives, and freed at the first error.
 */
export class MessageDecompressor {
  readonly #limit: number;
  readonly #create: () => Decompressor;
  #decompressor: Decompressor | null = null;
  #isClosed = false;
  #length = 0;

  /** @param limit most bytes of a decompressed message; 0: no limit */
  constructor(limit: number, create: () => Decompressor) {
    this.#limit = limit === 0 ? Number.POSITIVE_INFINITY : limit;
    this.#create = create;
  }

  /** See `Decompressor.hasMore`. */
  get hasMore(): boolean {
    return this.#decompressor?.hasMore ?? false;
  }

  /** See `Decompressor.decompress`. */
  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (this.#isClosed) throw new DecompressionError('ERR_COMPRESSED_DATA', 'the connection has failed before');
    this.#decompressor ??= this.#create();
    try {
      const limit = Math.min(maxLength, this.#limit - this.#length);
      const result = this.#decompressor.decompress(bytes, isFinal, limit);
      this.#length = isFinal && !this.hasMore ? 0 : this.#length + result.length;
      return result;
    } catch (error) {
      this.close();
      throw error;
    }
  }

  close(): void {
    this.#isClosed = true;
    this.#decompressor?.close();
    this.#decompressor = null;
  }
}
