import type { Random } from '@ws/types';
import { MAX_ID } from '../checks.ts';

const POOL_SIZE = 64;
const BYTES_PER_ID = 8;

/** A source of ids for sessions, publications and the like: random, from 1 to 2^53. */
export function createIdSource(random: Random): () => number {
  // perf: bytes are drawn for many ids at once; a publication needs one.
  const pool = new DataView(new ArrayBuffer(POOL_SIZE * BYTES_PER_ID));
  let left = 0;
  return () => {
    if (left === 0) {
      random.fill(new Uint8Array(pool.buffer));
      left = POOL_SIZE;
    }
    left--;
    const high = pool.getUint32(left * BYTES_PER_ID) & 0x1f_ffff;
    return (high * 2 ** 32 + pool.getUint32(left * BYTES_PER_ID + 4)) % MAX_ID || 1;
  };
}

const DIGITS = '3456789ABCDEFGHJKLMNPQRSTUVWXY';

/** A name for a session that has none, such as `JX7H-4ELG-XVNN-PQ9A`; not to be guessed. */
export function randomName(random: Random): string {
  const bytes = new Uint8Array(16);
  random.fill(bytes);
  const digits = Array.from(bytes, byte => DIGITS[byte % DIGITS.length]).join('');
  return (digits.match(/.{4}/g) ?? []).join('-');
}
