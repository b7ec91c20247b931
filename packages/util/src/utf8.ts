import { UTF8_ACCEPT, UTF8_REJECT, type Utf8Validator } from '@ws/types';

// For each state inside a code point: the lowest and the highest next byte, and the state after it. States: 2: one more byte;
// 3: two more; 4: after E0; 5: after ED; 6: after F0; 7: three more; 8: after F4.
const LOWEST = /* @__PURE__ */ new Uint8Array([0, 0, 0x80, 0x80, 0xa0, 0x80, 0x90, 0x80, 0x80]);
const HIGHEST = /* @__PURE__ */ new Uint8Array([0, 0, 0xbf, 0xbf, 0xbf, 0x9f, 0xbf, 0xbf, 0x8f]);
const FOLLOWING = /* @__PURE__ */ new Uint8Array([0, 1, 0, 2, 2, 2, 3, 3, 3]);

/**
 * UTF-8 validation in plain JavaScript, by the grammar of RFC 3629: no overlong forms, no surrogates, nothing above U+10FFFF.
 * A text is rejected at the first byte that makes it invalid.
 */
export const portableUtf8: Utf8Validator = { validate };

function validate(bytes: Uint8Array, state: number, start = 0, end: number = bytes.length): number {
  let i = start;
  while (i < end && state !== UTF8_REJECT) {
    if (state === UTF8_ACCEPT) {
      i = skipWhole(bytes, i, end);
      if (i < end) state = lead(bytes[i++]!);
    } else {
      const byte = bytes[i++]!;
      state = byte >= LOWEST[state]! && byte <= HIGHEST[state]! ? FOLLOWING[state]! : UTF8_REJECT;
    }
  }
  return state;
}

/** Skips complete, valid code points. Stops at the first code point that is not, which the automaton then checks. */
function skipWhole(bytes: Uint8Array, start: number, end: number): number {
  // perf: bench/utf8.bench.ts
  let i = start;
  while (i < end) {
    const byte = bytes[i]!;
    if (byte < 0x80) {
      i++;
      // Most text is ASCII for most of its length.
      while (i + 3 < end && (bytes[i]! | bytes[i + 1]! | bytes[i + 2]! | bytes[i + 3]!) < 0x80) i += 4;
    } else if (byte < 0xe0) {
      if (byte < 0xc2 || i + 1 >= end || (bytes[i + 1]! & 0xc0) !== 0x80) break;
      i += 2;
    } else if (byte < 0xf0) {
      if (i + 2 >= end || (bytes[i + 2]! & 0xc0) !== 0x80) break;
      const second = bytes[i + 1]!;
      if (second < (byte === 0xe0 ? 0xa0 : 0x80) || second > (byte === 0xed ? 0x9f : 0xbf)) break;
      i += 3;
    } else {
      if (byte > 0xf4 || i + 3 >= end || ((bytes[i + 2]! & 0xc0) | ((bytes[i + 3]! & 0xc0) >> 2)) !== 0xa0) break;
      const second = bytes[i + 1]!;
      if (second < (byte === 0xf0 ? 0x90 : 0x80) || second > (byte === 0xf4 ? 0x8f : 0xbf)) break;
      i += 4;
    }
  }
  return i;
}

/** The state after the first byte of a code point that is not ASCII. */
function lead(byte: number): number {
  if (byte < 0xc2 || byte > 0xf4) return UTF8_REJECT;
  if (byte < 0xe0) return 2;
  if (byte < 0xf0) return byte === 0xe0 ? 4 : byte === 0xed ? 5 : 3;
  return byte === 0xf0 ? 6 : byte === 0xf4 ? 8 : 7;
}
