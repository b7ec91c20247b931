/** Up to this many bytes an engine keeps a typed array without memory of its own outside its heap: cheap by itself. */
const TINY = 64;

/** Longer payloads get memory of their own, so that one that is kept does not keep much more. */
const SHORT = 2048;

const SLAB_SIZE = 8192;

/**
 * Copies payloads for the application.
 *
 * perf: memory outside the engine's heap costs far more to get than to fill, so short payloads share it, where the
 * platform gives such that may be shared (bench/decoder.bench.ts).
 */
export class PayloadPool {
  readonly #allocate: ((length: number) => ArrayBuffer) | undefined;
  #slab: Uint8Array = new Uint8Array(0);
  #position = 0;

  /** @param allocate memory to share; `undefined`: none is shared */
  constructor(allocate: ((length: number) => ArrayBuffer) | undefined) {
    this.#allocate = allocate;
  }

  /** A copy of `source[start, end)`, the receiver's to keep and to change. */
  copy(source: Uint8Array, start: number, end: number): Uint8Array {
    const length = end - start;
    if (length <= TINY || length > SHORT || this.#allocate === undefined) return source.slice(start, end);
    if (this.#position + length > this.#slab.length) {
      this.#slab = new Uint8Array(this.#allocate(SLAB_SIZE));
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
