import type { Random } from '@ws/types';

/** A pseudo-random source that gives the same numbers in each run. */
export interface SeededRandom extends Random {
  /** Returns an integer from 0 to 2³² − 1. */
  uint32(): number;
  /** Returns an integer from 0 to `limit` − 1. `limit` is at most 2³². */
  below(limit: number): number;
  /** Returns `length` random bytes in new memory. */
  bytes(length: number): Uint8Array;
}

/**
 * Makes a reproducible {@link Random} port: the same seed gives the same bytes on every machine, in calls of any size. For
 * tests only, since the seed reveals every masking key (RFC 6455, 10.3).
 *
 * @param seed any finite number, used as its integer part modulo 2³². Default 1.
 * @throws RangeError when `seed` is not finite
 */
export function seededRandom(seed = 1): SeededRandom {
  if (!Number.isFinite(seed)) throw new RangeError(`seed must be a finite number, not ${seed}`);
  let state = seed >>> 0;
  let left = 0;
  let word = 0;

  // mulberry32: 32 bits of state, one multiplication chain per word, no weak seeds.
  function uint32(): number {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  }

  function fill(target: Uint8Array): void {
    for (let i = 0; i < target.length; i++) {
      // The next call uses the rest of a word, so that two fills of 3 bytes equal one of 6.
      if (left === 0) {
        word = uint32();
        left = 4;
      }
      target[i] = word & 0xff;
      word >>>= 8;
      left--;
    }
  }

  return {
    uint32,
    fill,
    below: limit => Math.floor((uint32() / 0x1_0000_0000) * limit),
    bytes(length) {
      const bytes = new Uint8Array(length);
      fill(bytes);
      return bytes;
    },
  };
}
