/**
 * Parses bytes written in hexadecimal, as in tests and examples of RFCs.
 *
 * @param text pairs of digits; white space is ignored
 * @throws RangeError when a character is not a digit, or one digit is left over
 * @example hex('81 05 48 65 6c 6c 6f') // the frame of RFC 6455, 5.7
 */
export function hex(text: string): Uint8Array {
  const digits = text.replace(/\s+/g, '');
  const odd = /[^0-9a-f]/i.exec(digits);
  if (odd !== null) throw new RangeError(`not a hexadecimal digit: ${JSON.stringify(odd[0])}`);
  if (digits.length % 2 !== 0) throw new RangeError(`an odd number of hexadecimal digits: ${digits.length}`);
  const bytes = new Uint8Array(digits.length / 2);
  for (let i = 0; i < bytes.length; i++) bytes[i] = Number.parseInt(digits.slice(2 * i, 2 * i + 2), 16);
  return bytes;
}

/**
 * Formats bytes in hexadecimal. The inverse of {@link hex}.
 *
 * @param separator text between two bytes. Default: a space.
 */
export function toHex(bytes: Uint8Array, separator = ' '): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(separator);
}
