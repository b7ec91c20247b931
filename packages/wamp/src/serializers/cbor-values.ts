// Text and half floats of CBOR.

import { decodeTextLossy } from '@ws/util/primitives';

/** Below this many bytes a loop beats the call into the engine's decoder. */
const SHORT_TEXT = 24;

/** The text of the bytes `[start, end)`, which have to be there. What is not UTF-8 becomes U+FFFD. */
export function decodeShortText(bytes: Uint8Array, start: number, end: number): string {
  // perf: bench/cbor.bench.ts
  if (end - start < SHORT_TEXT) {
    let text = '';
    for (let at = start; at < end; at++) {
      const byte = bytes[at]!;
      if (byte >= 0x80) return decodeTextLossy(bytes.subarray(start, end));
      text += ASCII[byte];
    }
    return text;
  }
  return decodeTextLossy(bytes.subarray(start, end));
}

const ASCII: readonly string[] = /* @__PURE__ */ Array.from({ length: 0x80 }, (_, code) => String.fromCharCode(code));

/** The number that 16 bits stand for (RFC 8949, appendix D). */
export function readHalfFloat(half: number): number {
  const exponent = (half >> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : Number.NaN;
  return sign * (fraction + 0x400) * 2 ** (exponent - 25);
}
