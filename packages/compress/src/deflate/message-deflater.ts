import type { Compressor } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { Output } from './output.ts';
import { SYNC_TAIL } from './trailer.ts';

/** A way to make raw deflate data (RFC 1951). */
export interface RawDeflater {
  /** Compresses `bytes` into `output`. With `flush` everything so far comes out, and ends with {@link SYNC_TAIL}. */
  deflate(bytes: Uint8Array, flush: boolean, output: Output): void;
  close(): void;
}

/** Where a {@link MessageDeflater} has its deflaters from: one for each message. */
export interface DeflaterSource {
  /** @param length bytes of the message, or of its first piece */
  take(length: number): RawDeflater;
  /** Gives back what was taken, after a message. */
  give(deflater: RawDeflater): void;
  /** Hears of what was compressed. */
  sent?(bytes: Uint8Array): void;
  /** Frees what it keeps for the connection. */
  close?(): void;
}

/** Compresses messages as RFC 7692, 7.2.1 says, in pieces of any size. */
export class MessageDeflater implements Compressor {
  readonly #source: DeflaterSource;
  /** Taken while a message is under way. */
  #deflater: RawDeflater | null = null;

  constructor(source: DeflaterSource) {
    this.#source = source;
  }

  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    if (this.#deflater === null) {
      // zlib gives nothing when it is flushed twice in a row; 7.2.3.6 has an empty block for the empty message.
      if (bytes.length === 0) return isFinal ? Uint8Array.of(0) : EMPTY_BYTES;
      this.#deflater = this.#source.take(bytes.length);
    }
    const output = new Output();
    this.#deflater.deflate(bytes, isFinal, output);
    this.#source.sent?.(bytes);
    if (!isFinal) return output.take();
    this.#source.give(this.#deflater);
    this.#deflater = null;
    return output.take(SYNC_TAIL.length);
  }

  close(): void {
    this.#deflater?.close();
    this.#deflater = null;
    this.#source.close?.();
  }
}
