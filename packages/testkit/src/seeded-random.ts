import type { Random } from '@ws/types';

/** Numbers that look random and are the same in each run. */
export interface SeededRandom extends Random {
  /** An integer from 0 to 2³² − 1. */
  uint32(): number;
  /** An integer from 0 to `limit` − 1; `limit` is at most 2³². */
  below(limit: number): number;
  /** New bytes. */
  bytes(length: number): Uint8Array;
}

/**
 * A {@link Random} port that repeats itself: the same seed gives the same bytes, on every machine and however they are
 * asked for. For tests only: whoever knows the seed knows every masking key (RFC 6455, 10.3).
 *
 * @param seed any finite number; its integer part modulo 2³² counts
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
      // What a call leaves of a word, the next one uses: two fills of 3 bytes are one of 6.
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
