/** Up to this many bytes an engine keeps a typed array without memory of its own outside its heap: cheap by itself. */
const TINY = 64;

/** Longer payloads get memory of their own, so that one that is kept does not keep much more. */
const SHORT = 2048;

const SLAB_SIZE = 8192;

/** Gives memory. */
export type Allocate = (length: number) => ArrayBuffer;

/** Where payloads get their memory. */
export interface PayloadMemory {
  /** Memory to share; `undefined`: none is shared. */
  readonly allocateSlab?: Allocate | undefined;
  /** Memory that is not zeroed; `undefined`: all is. */
  readonly allocateUninitialised?: Allocate | undefined;
}

/**
 * Copies payloads for the application.
 *
 * perf: memory outside the engine's heap costs far more to get than to fill, so short payloads share it, where the
 * platform gives such that may be shared (bench/decoder.mjs).
 */
export class PayloadPool {
  /** For those who fill it themselves. */
  readonly allocate: (length: number) => Uint8Array;
  readonly #allocateSlab: Allocate | undefined;
  #slab: Uint8Array = new Uint8Array(0);
  #position = 0;

  constructor({ allocateSlab, allocateUninitialised }: PayloadMemory = {}) {
    this.#allocateSlab = allocateSlab;
    this.allocate =
      allocateUninitialised === undefined
        ? length => new Uint8Array(length)
        : length => new Uint8Array(allocateUninitialised(length));
  }

  /** A copy of `source[start, end)`, the receiver's to keep and to change. */
  copy(source: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length > SHORT) {
      const copy = this.allocate(length);
      copy.set(source.subarray(start, end));
      return copy;
    }
    if (length <= TINY || this.#allocateSlab === undefined) return source.slice(start, end);
    if (this.#position + length > this.#slab.length) {
      this.#slab = new Uint8Array(this.#allocateSlab(SLAB_SIZE));
      this.#position = 0;
    }
    const position = this.#position;
    const slab = this.#slab;
    slab.set(source.subarray(start, end), position);
    // Words of a payload lie as they would in memory of its own.
    this.#position = (position + length + 7) & ~7;
    return new Uint8Array(slab.buffer, position, length);
  }
}
