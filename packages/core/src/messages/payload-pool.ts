import { EMPTY_BYTES } from '@ws/util/primitives';

/** JavaScript engines keep typed arrays of up to this many bytes inside their heap, where they are cheap anyway. */
const TINY = 64;

/** Payloads of up to so many bytes share memory, short ones and medium ones apart; longer ones get their own. */
const SHORT = 2048;
const MEDIUM = 16_384;

/** A slab has room for so many payloads of the greatest length, which limits how much memory one kept payload keeps. */
const SHARERS = 4;

/** Memory that payloads share, filled up to a position. */
interface Slab {
  bytes: Uint8Array;
  position: number;
}

/** Allocates memory. */
export type Allocate = (length: number) => ArrayBuffer;

/** Where payloads get their memory. */
export interface PayloadMemory {
  /** Allocates memory that payloads share; `undefined`: payloads share none. */
  readonly allocateSlab?: Allocate | undefined;
  /** Allocates memory that is not zeroed; `undefined`: all memory is zeroed. */
  readonly allocateUninitialised?: Allocate | undefined;
}

/**
 * Copies payloads for the application.
 *
 * perf: memory outside the engine's heap costs far more to get, and to collect, than to fill, so payloads share it,
 * where the platform gives such that may be shared (packages/core/bench/decoder.mjs; apps/bench, `echo-16k`).
 */
export class PayloadPool {
  /** Allocates memory for callers that fill it themselves. */
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

  /** Copies `source[start, end)`. The application may keep and change the copy. */
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
      // A short slab is zeroed, so that an application that looks at all of its buffer sees payloads and nothing else.
      // A medium slab is not, like Node's own pool: zeroing would cost each payload its length once more.
      if (isShort) slab.bytes.fill(0);
      slab.position = 0;
    }
    const { bytes, position } = slab;
    bytes.set(source.subarray(start, end), position);
    // Each payload begins at a multiple of 8, so that its words are aligned as in memory of its own.
    slab.position = (position + length + 7) & ~7;
    return new Uint8Array(bytes.buffer, position, length);
  }
}
