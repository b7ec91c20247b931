import { EMPTY_BYTES } from '@ws/util/primitives';

/** How many bytes are reserved at once for a payload of which nothing has arrived yet. */
const FIRST_CAPACITY = 65536;

/** Times the arrived bytes that may be reserved for a known length: a peer must send 1/16 of what it makes us hold. */
const GROWTH = 16;

/**
 * Joins pieces into one payload. Memory is taken as bytes arrive, not as they are announced; many tiny pieces cost
 * their bytes, and nothing more for each piece.
 */
export class GrowingBuffer {
  readonly #allocate: (length: number) => Uint8Array;
  #bytes: Uint8Array = EMPTY_BYTES;
  #length = 0;

  /** @param allocate gives memory, which need not be zeroed */
  constructor(allocate: (length: number) => Uint8Array = allocateZeroed) {
    this.#allocate = allocate;
  }

  get length(): number {
    return this.#length;
  }

  /** Appends a copy of `source[start, end)`. @param expected length of the whole payload; 0: not known */
  append(source: Uint8Array, start: number, end: number, expected: number): void {
    const length = this.#length + end - start;
    if (length > this.#bytes.length) this.#grow(length, expected);
    this.#bytes.set(start === 0 && end === source.length ? source : source.subarray(start, end), this.#length);
    this.#length = length;
  }

  /** The last `count` bytes, or all bytes if there are fewer; good until the next call. */
  tail(count: number): Uint8Array {
    return this.#bytes.subarray(Math.max(0, this.#length - count), this.#length);
  }

  /** Hands out the joined payload and empties the buffer. */
  take(): Uint8Array {
    const bytes = this.#bytes;
    const length = this.#length;
    this.#bytes = EMPTY_BYTES;
    this.#length = 0;
    if (length > 0 && length === bytes.length) return bytes;
    // A payload that the application keeps should not hold on to much more memory than it shows. The rest of its buffer
    // is zeroed, since the application can look at all of it, and the memory may have held anything before.
    return length * 2 > bytes.length ? bytes.fill(0, length).subarray(0, length) : bytes.slice(0, length);
  }

  #grow(needed: number, expected: number): void {
    const held = this.#bytes.length;
    const capacity =
      expected >= needed
        ? Math.max(needed, Math.min(expected, Math.max(FIRST_CAPACITY, needed * GROWTH)))
        : Math.max(needed, held * 2, 64);
    const bytes = this.#allocate(capacity);
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
  }
}

function allocateZeroed(length: number): Uint8Array {
  return new Uint8Array(length);
}
