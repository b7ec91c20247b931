import { DecompressionError } from '@ws/types';
import Bunzip from 'seek-bzip';
import { countBlocks, mostBlocks } from './blocks.ts';

const FIRST_CAPACITY = 1024;

/** Where the level stands, as a digit. */
const LEVEL_AT = 3;
const LEVEL_ZERO = 0x30;

/**
 * Decompresses one bzip2 stream by seek-bzip, and adds what that lacks: limits, an error for what is cut off within
 * the footer, and one for anything behind it. The checksums are seek-bzip's to check.
 *
 * @param maxLevel of the blocks' size, in units of 100,000 bytes
 * @throws {@link DecompressionError}
 */
export function bunzip(bytes: Uint8Array, maxLength: number, maxLevel = 9): Uint8Array {
  if (bytes[LEVEL_AT]! > LEVEL_ZERO + maxLevel) {
    throw new DecompressionError('ERR_COMPRESSED_DATA', `larger blocks than those of level ${maxLevel}`);
  }
  // Each costs 4 bytes of memory for every byte that it may have: many that are next to empty are an attack.
  if (countBlocks(bytes) > mostBlocks(maxLength)) {
    throw new DecompressionError('ERR_COMPRESSED_DATA', `more blocks than ${maxLength} bytes can have`);
  }
  const input = new ByteReader(bytes);
  const output = new ByteCollector(maxLength);
  try {
    withBuffer(() => Bunzip.decode(input, output));
  } catch (error) {
    if (error instanceof DecompressionError) throw error;
    throw new DecompressionError('ERR_COMPRESSED_DATA', 'not a bzip2 stream, or a broken one', { cause: error });
  }
  if (input.hasMore) throw new DecompressionError('ERR_COMPRESSED_DATA', 'something follows the bzip2 stream');
  return output.take();
}

/** Has no `eof`: with that, seek-bzip takes any end for the right one. */
class ByteReader {
  readonly #bytes: Uint8Array;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  get hasMore(): boolean {
    return this.#position < this.#bytes.length;
  }

  readByte(): number {
    const byte = this.#bytes[this.#position++];
    if (byte === undefined) throw new DecompressionError('ERR_COMPRESSED_DATA', 'the bzip2 stream is cut off');
    return byte;
  }

  read(target: Uint8Array, offset: number, length: number): number {
    for (let i = 0; i < length; i++) target[offset + i] = this.readByte();
    return length;
  }
}

class ByteCollector {
  readonly #maxLength: number;
  #bytes: Uint8Array = new Uint8Array(FIRST_CAPACITY);
  #length = 0;

  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  writeByte(byte: number): void {
    if (this.#length >= this.#maxLength) {
      throw new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${this.#maxLength} bytes after decompression`);
    }
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }

  take(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }
}

/** What seek-bzip uses of Node's `Buffer`: an array of zeros, and hexadecimal. */
class HexBytes extends Uint8Array {
  override toString(): string {
    return Array.from(this, byte => byte.toString(16).padStart(2, '0')).join('');
  }
}

/**
 * Lends seek-bzip a global `Buffer` where there is none (browsers), for the length of the call: nobody else gets to see
 * it.
 */
function withBuffer(run: () => void): void {
  const scope = globalThis as { Buffer?: unknown };
  if (scope.Buffer !== undefined) {
    run();
    return;
  }
  scope.Buffer = HexBytes;
  try {
    run();
  } finally {
    delete scope.Buffer;
  }
}
