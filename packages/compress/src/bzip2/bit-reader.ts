import { brokenStream } from './errors.ts';

/** How far behind the end of the input there are zeros, for readers that look at the end once in many bits. */
export const PADDING = 256;

/** Reads bits, highest first, of input that is there as a whole. */
export class BitReader {
  /** The input, and {@link PADDING} zeros behind it. */
  readonly bytes: Uint8Array;
  readonly #length: number;
  // perf: the loop over symbols keeps these in variables of its own (bench/portable-bzip2.bench.ts).
  /** Where the next byte is. */
  position = 0;
  /** Its lowest {@link count} bits were taken from the input and are not read yet. */
  bits = 0;
  count = 0;

  /** @param length of the input in `bytes`, without the zeros */
  constructor(bytes: Uint8Array, length: number) {
    this.bytes = bytes;
    this.#length = length;
  }

  /** Whether all bytes were read. Of the last there may be bits left. */
  get isAtEnd(): boolean {
    return this.position >= this.#length;
  }

  /**
   * @param count 1..24
   * @throws {@link DecompressionError} at the end of the input
   */
  read(count: number): number {
    while (this.count < count) {
      if (this.isAtEnd) throw cutOff();
      this.bits = (this.bits << 8) | this.bytes[this.position++]!;
      this.count += 8;
    }
    this.count -= count;
    return (this.bits >>> this.count) & ((1 << count) - 1);
  }

  /** 32 bits, as a signed integer. */
  readInt32(): number {
    return (this.read(16) << 16) | this.read(16);
  }

  /**
   * Gives back the whole bytes that were taken ahead.
   *
   * @throws {@link DecompressionError} when bits behind the end of the input were read
   */
  settle(): void {
    while (this.count >= 8) {
      this.bits >>= 8;
      this.count -= 8;
      this.position--;
    }
    if (this.position > this.#length) throw cutOff();
  }
}

function cutOff(): Error {
  return brokenStream('the bzip2 stream is cut off');
}
