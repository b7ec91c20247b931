import { EMPTY_BYTES } from '@ws/util/primitives';

/** Up to this many bytes an engine keeps a typed array without memory of its own outside its heap: cheap by itself. */
const TINY = 64;

/** Up to so many bytes payloads share memory; longer ones get memory of their own. */
const SHORT = 2048;
const MEDIUM = 16_384;

/** Of the longest there is room for so many in a slab: one that is kept keeps no more than that. */
const SHARERS = 4;

/** Memory that payloads share, filled up to a position. */
interface Slab {
  bytes: Uint8Array;
  position: number;
}

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
 * perf: memory outside the engine's heap costs far more to get, and to collect, than to fill, so payloads share it,
 * where the platform gives such that may be shared (bench/decoder.mjs; the server bench, `echo-16k`).
 */
export class PayloadPool {
  /** For those who fill it themselves. */
  readonly allocate: (length: number) => Uint8Array;
  readonly #allocateSlab: Allocate | undefined;
  readonly #short: Slab = { bytes: EMPTY_BYTES, position: 0 };
  readonly #medium: Slab = { bytes: EMPTY_BYTES, position: 0 };

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
    const allocateSlab = this.#allocateSlab;
    if (length > MEDIUM || (length > SHORT && allocateSlab === undefined)) {
      const copy = this.allocate(length);
      copy.set(source.subarray(start, end));
      return copy;
    }
    if (length <= TINY || allocateSlab === undefined) return source.slice(start, end);
    const isShort = length <= SHORT;
    const slab = isShort ? this.#short : this.#medium;
    if (slab.position + length > slab.bytes.length) {
      slab.bytes = new Uint8Array(allocateSlab(SHARERS * (isShort ? SHORT : MEDIUM)));
      // Whoever looks at all of it sees payloads, and nothing else. Medium ones stay as they are, like
      // those of Node's own pool: each payload would cost its length once more.
      if (isShort) slab.bytes.fill(0);
      slab.position = 0;
    }
    const { bytes, position } = slab;
    bytes.set(source.subarray(start, end), position);
    // Words of a payload lie as they would in memory of its own.
    slab.position = (position + length + 7) & ~7;
    return new Uint8Array(bytes.buffer, position, length);
  }
}
