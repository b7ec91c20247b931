import { brokenStream } from './errors.ts';

/** How much of the input is in the buffer at a time. */
const BUFFER_SIZE = 8192;
/** How many bytes may be taken between two calls of {@link BitReader.settle}. Behind the end of the input they are zeros. */
const PADDING = 256;

/** Reads bits, highest first, of input that is there as a whole, though in pieces. Joined they would be copied in one go. */
export class BitReader {
  readonly #pieces: Uint8Array[];
  /** Where the input goes on in the first of the pieces. */
  #offset = 0;
  // perf: the loop over symbols keeps these in variables of its own (bench/portable-bzip2.bench.ts).
  /** Some of the input; where the next byte is in it; and where it ends, behind which there are zeros. */
  readonly bytes: Uint8Array;
  position = 0;
  #end = 0;
  /** Its lowest {@link count} bits were taken from the input and are not read yet. */
  bits = 0;
  count = 0;

  /** @param pieces of the input, which the reader owns from now on */
  constructor(pieces: readonly Uint8Array[]) {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.bytes = new Uint8Array(Math.min(length, BUFFER_SIZE) + PADDING);
    this.#pieces = [...pieces].reverse();
    this.#fill();
  }

  /** Whether all bytes were read. Of the last there may be bits left. */
  get isAtEnd(): boolean {
    if (this.position === this.#end) this.#fill();
    return this.position === this.#end;
  }

  /**
   * @param count 1..24
   * @throws {@link DecompressionError} at the end of the input
   */
  read(count: number): number {
    while (this.count < count) {
      if (this.position === this.#end && this.isAtEnd) throw cutOff();
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
   * Gives back the whole bytes that were taken ahead, and makes sure that the next ones are in the buffer.
   *
   * @throws {@link DecompressionError} when bits behind the end of the input were read
   */
  settle(): void {
    while (this.count >= 8) {
      this.bits >>= 8;
      this.count -= 8;
      this.position--;
    }
    if (this.position > this.#end) throw cutOff();
    if (this.#end - this.position < PADDING) this.#fill();
  }

  #fill(): void {
    if (this.#pieces.length === 0) return;
    this.bytes.copyWithin(0, this.position, this.#end);
    this.#end -= this.position;
    this.position = 0;
    const capacity = this.bytes.length - PADDING;
    while (this.#pieces.length > 0 && this.#end < capacity) {
      const piece = this.#pieces.at(-1)!;
      const part = piece.subarray(this.#offset, this.#offset + capacity - this.#end);
      this.bytes.set(part, this.#end);
      this.#end += part.length;
      this.#offset += part.length;
      if (this.#offset < piece.length) break;
      this.#pieces.pop();
      this.#offset = 0;
    }
    this.bytes.fill(0, this.#end);
  }
}

function cutOff(): Error {
  return brokenStream('the bzip2 stream is cut off');
}
