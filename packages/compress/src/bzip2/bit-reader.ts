import { brokenStream } from './errors.ts';

/** Most bytes of input that the buffer holds at a time. */
const BUFFER_SIZE = 8192;
/** Most bytes that may be taken between two calls of {@link BitReader.settle}. Bytes behind the end of the input are zeros. */
const PADDING = 256;

/** Reads bits, highest first, from input that is complete but in pieces. Joining the pieces would copy all of them at once. */
export class BitReader {
  readonly #pieces: Uint8Array[];
  /** Offset of the next unread byte in the current piece. */
  #offset = 0;
  // perf: the loop over symbols keeps these in variables of its own (bench/portable-bzip2.bench.ts).
  /** The buffered input, the position of its next byte, and its end. The bytes of the buffer behind the end are zeros. */
  readonly bytes: Uint8Array;
  position = 0;
  #end = 0;
  /** The lowest {@link count} bits of this number were taken from the input and are not read yet. */
  bits = 0;
  count = 0;

  /** @param pieces the input; the reader owns them from now on */
  constructor(pieces: readonly Uint8Array[]) {
    const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
    this.bytes = new Uint8Array(Math.min(length, BUFFER_SIZE) + PADDING);
    this.#pieces = [...pieces].reverse();
    this.#fill();
  }

  /** Whether all bytes were taken. Bits of the last byte may still be unread. */
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

  /** Reads 32 bits as a signed integer. */
  readInt32(): number {
    return (this.read(16) << 16) | this.read(16);
  }

  /**
   * Gives back the whole bytes that were taken ahead, and refills the buffer for the next reads.
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
