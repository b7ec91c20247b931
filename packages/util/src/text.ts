// Conversion of text and bytes. Every runtime has the encoder and the decoder as globals, but no ES2022 library declares them,
// so this file does.

interface Decoder {
  decode(bytes: Uint8Array): string;
}
declare const TextDecoder: new (
  encoding: string,
  options: { readonly fatal: boolean; readonly ignoreBOM: boolean },
) => Decoder;
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array;
  encodeInto(text: string, target: Uint8Array): { readonly written: number };
};

const encoder = /* @__PURE__ */ new TextEncoder();
// A byte order mark is part of the text (RFC 6455 says nothing of dropping it), hence `ignoreBOM`.
const strictDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lossyDecoder = /* @__PURE__ */ new TextDecoder('utf-8', { fatal: false, ignoreBOM: true });

/** Below this many UTF-16 units a loop beats the call into the engine's encoder. */
const SHORT_TEXT = 32;

/** Encodes text in UTF-8. A lone surrogate becomes U+FFFD, as in every API of the web platform. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Encodes text in UTF-8 into `target` from `offset` on. A lone surrogate becomes U+FFFD.
 *
 * @param target must have room for 3 bytes per UTF-16 unit of the text
 * @returns the number of bytes written
 */
export function encodeTextInto(text: string, target: Uint8Array, offset: number): number {
  // perf: bench/text.bench.ts
  if (text.length >= SHORT_TEXT) return encoder.encodeInto(text, target.subarray(offset)).written;
  let at = offset;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) {
      target[at++] = unit;
    } else if (unit < 0x800) {
      target[at++] = 0xc0 | (unit >> 6);
      target[at++] = 0x80 | (unit & 0x3f);
    } else {
      const codePoint = codePointAt(text, i);
      if (codePoint > 0xffff) {
        i++;
        target[at++] = 0xf0 | (codePoint >> 18);
        target[at++] = 0x80 | ((codePoint >> 12) & 0x3f);
      } else {
        target[at++] = 0xe0 | (codePoint >> 12);
      }
      target[at++] = 0x80 | ((codePoint >> 6) & 0x3f);
      target[at++] = 0x80 | (codePoint & 0x3f);
    }
  }
  return at - offset;
}

/** Returns the code point at `index`; U+FFFD for half a surrogate pair. */
function codePointAt(text: string, index: number): number {
  const codePoint = text.codePointAt(index)!;
  return codePoint >> 11 === 0x1b ? 0xfffd : codePoint;
}

/** The number of bytes of the text in UTF-8. */
export function textByteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else {
      // The code point takes 2 bytes more than it has units: 3 bytes for 1 unit, or 4 bytes for the 2 units of a pair.
      length += 2;
      if (codePointAt(text, i) > 0xffff) i++;
    }
  }
  return length;
}

/** Encodes the longest start of the text that has at most `limit` bytes in UTF-8. The cut is between code points. */
export function truncateText(text: string, limit: number): Uint8Array {
  // Each unit takes at least one byte. A pair that this slice halves is beyond the limit anyway.
  const bytes = encodeText(text.slice(0, limit));
  if (bytes.length <= limit) return bytes;
  let end = limit;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/**
 * Decodes UTF-8. A byte order mark stays in the text.
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

/** Decodes bytes that should be UTF-8. Invalid sequences become U+FFFD. */
export function decodeTextLossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** Decodes `bytes[start, end)` as ISO 8859-1 (header fields): each byte is a character from U+0000 to U+00FF. */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  // Decodes in steps, since a call can have only a limited number of arguments.
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + 4096)) as unknown as number[]);
  }
  return text;
}

/**
 * Encodes text in ISO 8859-1, one byte for each character.
 *
 * @throws RangeError when a character is beyond U+00FF
 */
export function encodeLatin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit > 0xff) throw new RangeError('the text has characters beyond ISO 8859-1');
    bytes[i] = unit;
  }
  return bytes;
}
