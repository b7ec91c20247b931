import { equalBytes, portableMasker, portableUtf8 } from '@ws/util/primitives';
import type { Kernel } from './kernel.ts';
import { RECEIVE_SIZE, RECEIVE_START } from './nvx.generated.ts';

const KEY = 0xa1b2c3d4;

/**
 * Whether the kernels give the same results here as the portable code, for text of every kind, incomplete text and invalid
 * text, over all their block sizes. Takes some microseconds.
 *
 * @throws RangeError when the memory is smaller than its buffers, as with a module that is not ours
 */
export function passesSelfTest(kernel: Kernel): boolean {
  const window = new Uint8Array(kernel.memory.buffer, RECEIVE_START, RECEIVE_SIZE);
  const sample = sampleText();
  const passed = [0, 1, 15, 16, 64, 83, 86, 88, sample.length].every(length => {
    const text = sample.subarray(0, length);
    return passes(kernel, window, text);
  });
  window.fill(0);
  return passed;
}

function passes(kernel: Kernel, window: Uint8Array, text: Uint8Array): boolean {
  const end = RECEIVE_START + text.length;
  const state = portableUtf8.validate(text, 0);
  const masked = text.slice();
  portableMasker.mask(masked, 0, masked.length, KEY, 3);

  window.set(text);
  if ((kernel.validate(RECEIVE_START, end, 0) & 15) !== state) return false;
  kernel.mask(RECEIVE_START, end, KEY, 3);
  if (!equalBytes(window.subarray(0, text.length), masked)) return false;
  if ((kernel.unmaskText(RECEIVE_START, end, KEY, 3, 0) & 15) !== state) return false;
  // Invalid text may stay partly masked.
  return state === 1 || equalBytes(window.subarray(0, text.length), text);
}

/** Makes a sample: 80 letters, é (cut by 83), € (cut by 86), U+10FFFF (cut by 88), and a surrogate at the end. */
function sampleText(): Uint8Array {
  const tail = [0x61, 0x61, 0xc3, 0xa9, 0xe2, 0x82, 0xac, 0xf4, 0x8f, 0xbf, 0xbf, 0xed, 0xa0, 0x80];
  const text = new Uint8Array(80 + tail.length).fill(0x61);
  text.set(tail, 80);
  return text;
}
