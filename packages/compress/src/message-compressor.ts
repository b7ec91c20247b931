import type { Compressor } from '@ws/types';

/** Compresses the messages of one connection. The compressor is created when the first message is sent. */
export class MessageCompressor {
  readonly #create: () => Compressor;
  #compressor: Compressor | null = null;
  #isClosed = false;

  constructor(create: () => Compressor) {
    this.#create = create;
  }

  /**
   * See `Compressor.compress`.
   *
   * @throws TypeError after `close`
   */
  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    if (this.#isClosed) throw new TypeError('the compression is closed');
    this.#compressor ??= this.#create();
    return this.#compressor.compress(bytes, isFinal);
  }

  close(): void {
    this.#isClosed = true;
    this.#compressor?.close();
    this.#compressor = null;
  }
}
