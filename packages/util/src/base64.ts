import { decodeLatin1 } from './text.ts';

// A global of every runtime, but in no ES2022 library: declared here alone.
declare const btoa: (latin1: string) => string;

const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';

/** Encodes bytes in base64, with padding (RFC 4648, 4). */
export function encodeBase64(bytes: Uint8Array): string {
  return btoa(decodeLatin1(bytes));
}

/**
 * Decodes base64. The text must be padded, have no blanks, and have zeros in the unused bits of its last digit (RFC 4648,
 * 3.5), so that each sequence of bytes has exactly one text.
 *
 * @throws RangeError when the text breaks one of these rules
 */
export function decodeBase64(text: string): Uint8Array {
  const digits = text.replace(/={1,2}$/, '');
  const bytes = new Uint8Array((digits.length * 3) >> 2);
  let bits = 0;
  let group = 0;
  let at = 0;
  for (let i = 0; i < digits.length; i++) {
    const digit = ALPHABET.indexOf(digits[i]!);
    if (digit < 0) throw invalid();
    group = ((group << 6) | digit) & 0xffff;
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes[at++] = group >> bits;
    }
  }
  const unused = group & ((1 << bits) - 1);
  if (text.length % 4 !== 0 || digits.length % 4 === 1 || unused !== 0) throw invalid();
  return bytes;
}

function invalid(): RangeError {
  return new RangeError('not base64');
}
