import type { Random } from '@ws/types';
import { readUint32 } from './frame-header.ts';

const POOL_SIZE = 4096;

/**
 * Draws a fresh, unpredictable masking key for each frame (RFC 6455, 5.3 and 10.3).
 *
 * perf: drawn from a pool, since asking the system for 4 bytes costs more than masking a short message
 * (packages/core/bench/encoder.mjs). Each byte of the pool is used once and then wiped.
 */
export class MaskingKeys {
  readonly #random: Random;
  readonly #pool = new Uint8Array(POOL_SIZE);
  #position = POOL_SIZE;

  constructor(random: Random) {
    this.#random = random;
  }

  /** The next key: an unsigned 32-bit integer, its highest byte first on the wire. */
  next(): number {
    if (this.#position === POOL_SIZE) {
      this.#random.fill(this.#pool);
      this.#position = 0;
    }
    const pool = this.#pool;
    const at = this.#position;
    this.#position = at + 4;
    const key = readUint32(pool, at);
    pool.fill(0, at, at + 4);
    return key;
  }
}
