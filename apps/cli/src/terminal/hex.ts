/** Bytes in one line of hex: `48 65 6c`, or without gaps. */
export function formatHex(bytes: Uint8Array, gap = ' '): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(gap);
}

/**
 * Bytes in lines of 16: offset, hex, and what of it is ASCII.
 *
 * @param limit bytes that are shown; the rest is counted
 */
export function formatHexDump(bytes: Uint8Array, limit = 1024): string {
  const lines: string[] = [];
  const end = Math.min(bytes.length, limit);
  for (let offset = 0; offset < end; offset += 16) {
    const row = bytes.subarray(offset, Math.min(offset + 16, end));
    const text = Array.from(row, byte => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : '.')).join('');
    const [left, right] = [formatHex(row.subarray(0, 8)), formatHex(row.subarray(8))];
    lines.push(`${offset.toString(16).padStart(6, '0')}  ${left.padEnd(23)}  ${right.padEnd(23)}  ${text}`);
  }
  if (bytes.length > limit) lines.push(`… and ${bytes.length - limit} bytes more`);
  return lines.join('\n');
}

/**
 * Reads hex, with or without blanks between the bytes and `0x` before it.
 *
 * @throws RangeError when it is none
 */
export function parseHex(text: string): Uint8Array {
  const digits = text.replace(/^0x/i, '').replace(/[\s:]/g, '');
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) throw new RangeError('not hex: two digits for each byte, such as 48 65 6c');
  return Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}
