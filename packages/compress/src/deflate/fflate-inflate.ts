import { DecompressionError } from '@ws/types';
import { Inflate } from 'fflate';
import { Output } from './output.ts';

/**
 * What stands behind the payload: the tail of 7.2.2, and a stored block of four bytes. Only behind a complete message
 * does the inflater get to that block.
 */
const MARKED_TAIL = /* @__PURE__ */ Uint8Array.of(0, 0, 0xff, 0xff, 0, 4, 0, 0xfb, 0xff, 0x57, 0xa5, 0x3c, 0xe9);
const MARKER_LENGTH = 4;
/** What one byte of deflate data can become at most: 258 bytes for every 2 bits. */
const MAX_EXPANSION = 1032;
const MIN_SLICE = 512;
/** fflate sets 128 KiB aside for every slice: what is short is left to the exact inflater, which is faster there. */
const MIN_LENGTH = 4096;

/**
 * Inflates one whole message by fflate, the window being 2^15.
 *
 * fflate has no limit of its own: it is given slices that cannot yield much more than what is allowed, and its output
 * is counted as it comes.
 *
 * @returns `null` when this is a case for an exact inflater: the message is short, broken or cut off, or has a final
 * block in it
 * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`
 */
export function inflateWhole(bytes: Uint8Array, dictionary: Uint8Array, maxLength: number): Uint8Array | null {
  if (bytes.length < MIN_LENGTH) return null;
  const input = new Uint8Array(bytes.length + MARKED_TAIL.length);
  input.set(bytes);
  input.set(MARKED_TAIL, bytes.length);
  const output = new Output(maxLength, MARKER_LENGTH);
  const inflate = new Inflate({ dictionary }, chunk => output.push(chunk));
  try {
    for (let start = 0; start < input.length; ) {
      const length = Math.max(MIN_SLICE, Math.floor(output.remaining / MAX_EXPANSION));
      inflate.push(input.subarray(start, start + length));
      start += length;
    }
  } catch (error) {
    if (error instanceof DecompressionError) throw error;
    return null;
  }
  const result = output.take();
  return isMarked(result) ? result.subarray(0, result.length - MARKER_LENGTH) : null;
}

function isMarked(bytes: Uint8Array): boolean {
  const start = bytes.length - MARKER_LENGTH;
  for (let i = 0; i < MARKER_LENGTH; i++) {
    if (bytes[start + i] !== MARKED_TAIL[MARKED_TAIL.length - MARKER_LENGTH + i]) return false;
  }
  return true;
}
