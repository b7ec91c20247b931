import type { Bzip2Codec, Bzip2Parameters, Compressor, Decompressor } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { Bzip2Decoder } from './bzip2-decoder.ts';
import { Bzip2Encoder } from './bzip2-encoder.ts';
import { longerThan } from './errors.ts';

/**
 * bzip2 in plain JavaScript, with no API of the platform. It keeps no state between messages, and gives no output before the
 * message is complete.
 */
export const portableBzip2: Bzip2Codec = {
  compressor: ({ level }: Bzip2Parameters): Compressor => new Bzip2Compressor(level),
  decompressor: ({ level }: Bzip2Parameters): Decompressor => new Bzip2Decompressor(level),
};

class Bzip2Compressor implements Compressor {
  readonly #level: number;
  #encoder: Bzip2Encoder | null = null;

  constructor(level: number) {
    this.#level = level;
  }

  compress(bytes: Uint8Array, isFinal: boolean): Uint8Array {
    this.#encoder ??= new Bzip2Encoder(this.#level);
    this.#encoder.push(bytes);
    if (!isFinal) return EMPTY_BYTES;
    const result = this.#encoder.finish();
    this.#encoder = null;
    return result;
  }

  close(): void {
    this.#encoder = null;
  }
}

/**
 * Gathers the pieces of a message and decodes it once it is complete. A peer that stops in the middle of a message thus costs
 * only the bytes that it has sent, and not the memory of a block.
 */
class Bzip2Decompressor implements Decompressor {
  readonly #level: number;
  #pieces: Uint8Array[] = [];
  #length = 0;
  /** Decoder of a message that is complete but not fully decoded; `null`: there is none. */
  #decoder: Bzip2Decoder | null = null;

  constructor(level: number) {
    this.#level = level;
  }

  get hasMore(): boolean {
    return this.#decoder !== null;
  }

  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (this.#decoder !== null) {
      if (bytes.length > 0) throw new TypeError('a piece was given before the one before was decompressed (hasMore)');
      return this.#step(this.#decoder, maxLength);
    }
    this.#length += bytes.length;
    // bzip2 adds at most one percent and 600 bytes, so longer input exceeds the limit and need not be gathered.
    if (this.#length > maxLength * 1.01 + 600) {
      this.close();
      throw longerThan(maxLength);
    }
    if (bytes.length > 0) this.#pieces.push(bytes.slice());
    if (!isFinal) return new Uint8Array(0);
    const decoder = new Bzip2Decoder(this.#pieces, { maxLevel: this.#level, maxLength });
    this.#pieces = [];
    this.#length = 0;
    return this.#step(decoder, maxLength);
  }

  close(): void {
    this.#pieces = [];
    this.#length = 0;
    this.#decoder = null;
  }

  #step(decoder: Bzip2Decoder, maxLength: number): Uint8Array {
    // Dropped first, so that after an error no more output is announced.
    this.#decoder = null;
    const result = decoder.step(maxLength);
    if (!decoder.isDone) this.#decoder = decoder;
    return result;
  }
}
