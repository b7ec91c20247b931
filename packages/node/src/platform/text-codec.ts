// Encodes and decodes text with the methods that `Buffer` itself uses.

import type { TextCodec } from '@ws/types';
import { decodeText } from '@ws/util/primitives';

/** Methods of `Buffer` that work on any Uint8Array, though Node's types declare them for buffers only. */
interface Utf8Methods {
  utf8Write(this: Uint8Array, text: string, offset: number): number;
  utf8Slice(this: Uint8Array, start: number, end: number): string;
}

const { utf8Write, utf8Slice } = Buffer.prototype as unknown as Utf8Methods;

/**
 * perf: no view of the memory for each text, and no options to look at for each call: a fourth and half of the time
 * (apps/bench, `ours-pull`).
 */
const codec: Required<TextCodec> = {
  encodeInto: (text, target, offset) => utf8Write.call(target, text, offset),
  decode(bytes) {
    const text = utf8Slice.call(bytes, 0, bytes.length);
    // U+FFFD is in the text itself, or replaces bytes that are not UTF-8: `decodeText` finds out.
    return text.includes('\ufffd') ? decodeText(bytes) : text;
  },
  decodeValid: (bytes, start, end) => utf8Slice.call(bytes, start, end),
};

/** The codec, or `null` where it does not work on any Uint8Array, which Node does not promise. */
export const nodeTextCodec: TextCodec | null = works(codec) ? codec : null;

function works({ encodeInto, decode, decodeValid }: typeof codec): boolean {
  const text = '\ufeffabcdefghijklmnopqrstuvwxyz \u00e9\u20ac\u{1f600}';
  const memory = new Uint8Array(4 + text.length * 3);
  try {
    const end = 4 + encodeInto(text, memory, 4);
    const isRead = decode(memory.subarray(4, end)) === text && decodeValid(memory, 4, end) === text;
    return isRead && memory[3] === 0 && memory[4] === 0xef;
  } catch {
    return false;
  }
}
