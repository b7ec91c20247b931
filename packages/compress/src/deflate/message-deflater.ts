import type { Compressor } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { Output } from './output.ts';
import { SYNC_TAIL } from './trailer.ts';

/** Makes raw deflate data (RFC 1951). */
export interface RawDeflater {
  /** Compresses `bytes` into `output`. With `flush` all pending output is written too, ending with {@link SYNC_TAIL}. */
  deflate(bytes: Uint8Array, flush: boolean, output: Output): void;
  close(): void;
}

/** Lends a {@link MessageDeflater} one deflater per message. */
export interface DeflaterSource {
  /** @param length of the message, or of its first piece, in bytes */
  take(length: number): RawDeflater;
  /** Gives back the deflater after the message. */
  give(deflater: RawDeflater): void;
  /** Called with the input of each call, after it was compressed. */
  sent?(bytes: Uint8Array): void;
  /** Frees the resources that the source holds for the connection. */
  close?(): void;
}

/** Compresses messages by RFC 7692, 7.2.1, in pieces of any size. */
export class MessageDeflater implements Compressor {
  readonly #source: DeflaterSource;
  /** Taken from the source in the middle of a message, else `null`. */
  #deflater: RawDeflater | null = null;

  constructor(source: DeflaterSource) {
    this.#source = source;
  }

  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    if (this.#deflater === null) {
      // zlib gives no output when flushed twice in a row. By 7.2.3.6 an empty message is a single byte, 0.
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
