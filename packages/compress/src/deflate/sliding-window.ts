import { EMPTY_BYTES } from '@ws/util/primitives';

const FIRST_CAPACITY = 1024;

/**
 * The last bytes of one direction. They are all the state that context takeover needs (RFC 7692, 7.1.1), since zlib and its
 * ports can be primed with them. The memory grows with the traffic, so a connection with little traffic owns little.
 */
export class SlidingWindow {
  readonly #size: number;
  /** A quarter more than the window, so that bytes are moved down only once in many messages. */
  readonly #maxCapacity: number;
  #bytes: Uint8Array = EMPTY_BYTES;
  #end = 0;

  /** @param size of the window in bytes */
  constructor(size: number) {
    this.#size = size;
    this.#maxCapacity = size + (size >> 2);
  }

  /** Number of bytes in the window. */
  get length(): number {
    return Math.min(this.#end, this.#size);
  }

  /** The last bytes: at most the size of the window, and at most `limit`. Valid until the next {@link append}. */
  last(limit: number = this.#size): Uint8Array {
    const length = Math.min(this.#end, this.#size, limit);
    return this.#bytes.subarray(this.#end - length, this.#end);
  }

  /** Appends bytes. */
  append(bytes: Uint8Array): void {
    const added = bytes.length > this.#size ? bytes.subarray(bytes.length - this.#size) : bytes;
    if (this.#end + added.length > this.#bytes.length) this.#makeRoom(added.length);
    this.#bytes.set(added, this.#end);
    this.#end += added.length;
  }

  /** Forgets all bytes and frees the memory. */
  clear(): void {
    this.#bytes = EMPTY_BYTES;
    this.#end = 0;
  }

  #makeRoom(length: number): void {
    const needed = this.#end + length;
    if (needed <= this.#maxCapacity) {
      const capacity = Math.max(FIRST_CAPACITY, 2 ** Math.ceil(Math.log2(needed)));
      const bytes = new Uint8Array(Math.min(capacity, this.#maxCapacity));
      bytes.set(this.#bytes.subarray(0, this.#end));
      this.#bytes = bytes;
      return;
    }
    const kept = Math.min(this.#size - length, this.#end);
    const source = this.#bytes.subarray(this.#end - kept, this.#end);
    if (this.#bytes.length < this.#maxCapacity) this.#bytes = new Uint8Array(this.#maxCapacity);
    this.#bytes.set(source, 0);
    this.#end = kept;
  }
}
