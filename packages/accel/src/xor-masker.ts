import type { Masker } from '@ws/types';
import { portableMasker } from '@ws/util/primitives';
import { sharedAccelerator } from './accelerator.ts';
import { MASK_COPY_FROM } from './thresholds.ts';

/** Masks a payload that arrives in pieces (RFC 6455, 5.3). */
export interface XorMasker {
  /** Number of bytes masked since the start or the last {@link XorMasker.reset}. */
  pointer(): number;
  /** Masks the next bytes. The result is a new array; `data` is not changed. */
  process(data: Uint8Array): Uint8Array;
  /** Starts anew: the next byte is masked with the first byte of the key. */
  reset(): void;
}

/**
 * Makes a masker for one payload. Pieces of any size give the same result as the whole. Unmasking is the same operation.
 *
 * @param key the 4 bytes of the masking key
 * @param length of the whole payload in bytes, if known. A short one does not load the kernels.
 * @throws RangeError when the key does not have 4 bytes
 * @example createXorMasker(Uint8Array.of(1, 2, 3, 4)).process(new Uint8Array(5)); // 01 02 03 04 01
 */
export function createXorMasker(key: Uint8Array, length?: number | null): XorMasker {
  if (key.length !== 4) throw new RangeError(`a masking key has 4 bytes, not ${key.length}`);
  const isShort = typeof length === 'number' && length < MASK_COPY_FROM;
  return xorMasker(key, isShort ? portableMasker : sharedAccelerator().masker);
}

/** Makes a masker that uses the given {@link Masker}. @internal */
export function xorMasker(key: Uint8Array, masker: Masker): XorMasker {
  const word = ((key[0]! << 24) | (key[1]! << 16) | (key[2]! << 8) | key[3]!) >>> 0;
  let pointer = 0;
  return {
    pointer: () => pointer,
    process(data) {
      // `slice` of a Node.js Buffer would be a view of the same bytes.
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
