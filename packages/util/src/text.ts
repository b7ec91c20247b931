// Text and bytes. The encoder and decoders are globals of every runtime, but in no ES2022 library: declared here alone.

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

/** The text in UTF-8. A lone surrogate becomes U+FFFD, as in every API of the web platform. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}

/**
 * Writes the text in UTF-8 into `target`, from `offset` on. A lone surrogate becomes U+FFFD.
 *
 * @param target has room for 3 bytes per UTF-16 unit of the text
 * @returns how many bytes were written
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

/** The code point at `index`; U+FFFD for half a surrogate pair. */
function codePointAt(text: string, index: number): number {
  const codePoint = text.codePointAt(index)!;
  return codePoint >> 11 === 0x1b ? 0xfffd : codePoint;
}

/** How many bytes the text takes in UTF-8. */
export function textByteLength(text: string): number {
  let length = text.length;
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i);
    if (unit < 0x80) continue;
    if (unit < 0x800) length += 1;
    else {
      // 2 bytes more than the unit; a whole pair is 4 bytes for 2 units, likewise 2 more.
      length += 2;
      if (codePointAt(text, i) > 0xffff) i++;
    }
  }
  return length;
}

/** The longest start of the text whose UTF-8 is at most `limit` bytes: the cut is between code points. */
export function truncateText(text: string, limit: number): Uint8Array {
  // No unit takes less than a byte. A pair that this halves is beyond the limit anyway.
  const bytes = encodeText(text.slice(0, limit));
  if (bytes.length <= limit) return bytes;
  let end = limit;
  while ((bytes[end]! & 0xc0) === 0x80) end--;
  return bytes.subarray(0, end);
}

/**
 * The text of bytes in UTF-8. A byte order mark stays in it.
 *
 * @throws TypeError when the bytes are not UTF-8
 */
export function decodeText(bytes: Uint8Array): string {
  return strictDecoder.decode(bytes);
}

/** The text of bytes that should be UTF-8; what is not becomes U+FFFD. */
export function decodeTextLossy(bytes: Uint8Array): string {
  return lossyDecoder.decode(bytes);
}

/** The characters U+0000 to U+00FF that the bytes `[start, end)` stand for (ISO 8859-1: header fields). */
export function decodeLatin1(bytes: Uint8Array, start = 0, end: number = bytes.length): string {
  let text = '';
  // In steps, since the arguments of a call are limited in number.
  for (let at = start; at < end; at += 4096) {
    text += String.fromCharCode.apply(null, bytes.subarray(at, Math.min(end, at + 4096)) as unknown as number[]);
  }
  return text;
}

/**
 * The text in ISO 8859-1, one byte for each character.
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
