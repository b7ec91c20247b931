import type { Masker } from '@ws/types';
import { portableMasker } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { maskerContract } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

maskerContract('portableMasker', () => portableMasker, { describe, test });

/** Byte by byte, with the key's octet as a mutant would have it, from and to where it would. */
function plain(octetOf: (position: number, offset: number) => number, from = 0, to = 0): Masker {
  return {
    mask(bytes, start, end, key, offset) {
      for (let i = start + from; i < end + to; i++) {
        const octet = octetOf(i - start, offset);
        bytes[i] = (bytes[i] ?? 0) ^ ((key >>> (24 - 8 * octet)) & 0xff);
      }
    },
  };
}

const right = (position: number, offset: number) => (position + offset) % 4;

const broken: Record<string, Masker> = {
  'does nothing': { mask() {} },
  'turns the key around': plain((position, offset) => 3 - right(position, offset)),
  'forgets the offset': plain(position => position % 4),
  'loses the offset beyond 32 bits': plain((position, offset) => (position + Math.min(offset, 2 ** 32)) % 4),
  'masks one byte too many': plain(right, 0, 1),
  'masks one byte too few': plain(right, 0, -1),
  'starts one byte early': plain(right, -1),
  'takes the key for signed': {
    mask: (bytes, start, end, key, offset) => portableMasker.mask(bytes, start, end, Math.min(key, 0x7fffffff), offset),
  },
  'takes the place in memory for the place in the message': {
    mask: (bytes, start, end, key, offset) => portableMasker.mask(bytes, start, end, key, offset + (start % 4)),
  },
  'forgets where the view begins': {
    mask: (bytes, start, end, key, offset) =>
      portableMasker.mask(new Uint8Array(bytes.buffer), start, end, key, offset),
  },
  'leaves the tail of long payloads': {
    mask(bytes, start, end, key, offset) {
      const length = end - start;
      portableMasker.mask(bytes, start, length > 64 ? start + (length & ~15) : end, key, offset);
    },
  },
};

describe('maskerContract finds a masker that', () => {
  test.each(Object.entries(broken))('%s', async (_, masker) => {
    expect(await firstBrokenRule(runner => maskerContract('broken', () => masker, runner))).not.toBe(null);
  });
});
