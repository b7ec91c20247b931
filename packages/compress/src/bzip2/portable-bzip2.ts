import {
  type Bzip2Codec,
  type Bzip2Parameters,
  type Compressor,
  DecompressionError,
  type Decompressor,
} from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { bunzip } from './bunzip.ts';
import { Bzip2Encoder } from './bzip2-encoder.ts';

/**
 * bzip2 without any API of the platform: an encoder of our own, and seek-bzip. There is no state between messages, and
 * a message comes out as a whole at its end.
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

/** Gathers the pieces of a message: seek-bzip reads a stream in one go. */
class Bzip2Decompressor implements Decompressor {
  readonly #level: number;
  #pieces: Uint8Array[] = [];
  #length = 0;

  constructor(level: number) {
    this.#level = level;
  }

  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    this.#length += bytes.length;
    // bzip2 makes nothing longer than by a hundredth and 600 bytes: what is longer need not be gathered.
    if (this.#length > maxLength * 1.01 + 600) {
      this.close();
      throw new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${maxLength} bytes after decompression`);
    }
    if (!isFinal) {
      this.#pieces.push(bytes.slice());
      return new Uint8Array(0);
    }
    const stream = concatBytes([...this.#pieces, bytes]);
    this.close();
    return bunzip(stream, maxLength, this.#level);
  }

  close(): void {
    this.#pieces = [];
    this.#length = 0;
  }
}
