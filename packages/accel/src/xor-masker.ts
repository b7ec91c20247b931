import type { Masker } from '@ws/types';
import { portableMasker } from '@ws/util/primitives';
import { sharedAccelerator } from './accelerator.ts';
import { MASK_COPY_FROM } from './thresholds.ts';

/** Masks a payload that comes in pieces (RFC 6455, 5.3). */
export interface XorMasker {
  /** How many bytes were masked since the start or the last {@link XorMasker.reset}. */
  pointer(): number;
  /** The next bytes, masked. They are new; `data` stays as it is. */
  process(data: Uint8Array): Uint8Array;
  /** The next byte meets the first byte of the key again. */
  reset(): void;
}

/**
 * A masker for one payload. Fed with pieces of any size, it gives the same as for the whole. Unmasking is the same.
 *
 * @param key the 4 bytes of the masking key
 * @param length of the whole payload in bytes, if known: a short one does not ask for the kernels
 * @throws RangeError when the key has not 4 bytes
 * @example createXorMasker(Uint8Array.of(1, 2, 3, 4)).process(new Uint8Array(5)); // 01 02 03 04 01
 */
export function createXorMasker(key: Uint8Array, length?: number | null): XorMasker {
  if (key.length !== 4) throw new RangeError(`a masking key has 4 bytes, not ${key.length}`);
  const isShort = typeof length === 'number' && length < MASK_COPY_FROM;
  return xorMasker(key, isShort ? portableMasker : sharedAccelerator().masker);
}

/** The masker over any {@link Masker}. @internal */
export function xorMasker(key: Uint8Array, masker: Masker): XorMasker {
  const word = ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0;
  let pointer = 0;
  return {
    pointer: () => pointer,
    process(data) {
      // Not `slice`: of a Node.js Buffer that is a view of the same bytes.
      const masked = new Uint8Array(data);
      masker.mask(masked, 0, masked.length, word, pointer);
      pointer += masked.length;
      return masked;
    },
    reset() {
      pointer = 0;
    },
  };
}
