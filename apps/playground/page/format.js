// Figures and bytes as people read them.

/** @param {number} count */
export function formatBytes(count) {
  if (count < 1000) return `${Math.round(count)} B`;
  const power = Math.min(Math.floor(Math.log10(count) / 3), 3);
  const value = count / 1000 ** power;
  return `${value < 10 ? value.toFixed(1) : Math.round(value)} ${['B', 'kB', 'MB', 'GB'][power]}`;
}

/** @param {number} count */
export function formatCount(count) {
  return count.toLocaleString('en');
}

/** @param {number | null} milliseconds */
export function formatLatency(milliseconds) {
  if (milliseconds === null) return '–';
  return milliseconds < 10 ? `${milliseconds.toFixed(1)} ms` : `${Math.round(milliseconds)} ms`;
}

/**
 * What is left of payloads when they are compressed.
 *
 * @param {number} packed
 * @param {number} payload
 */
export function formatRatio(packed, payload) {
  return payload === 0 ? '–' : `${Math.round((packed / payload) * 100)} %`;
}

/** @param {number} time */
export function formatTime(time) {
  return new Date(time).toLocaleTimeString('en-GB');
}

/**
 * `tcp4:127.0.0.1:52914` without what everybody knows.
 *
 * @param {string} peer
 */
export function formatPeer(peer) {
  return peer.replace(/^tcp[46]:/, '');
}

/** @param {string} hex */
export function parseHex(hex) {
  const digits = hex.replace(/^0x/i, '').replace(/[\s:]/g, '');
  if (!/^(?:[\da-f]{2})*$/i.test(digits)) return null;
  return Uint8Array.from(digits.match(/../g) ?? [], pair => Number.parseInt(pair, 16));
}

/**
 * Octets with blanks between them.
 *
 * @param {Uint8Array} bytes
 */
export function formatHex(bytes) {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join(' ');
}

/**
 * A text in one line; control characters, and what turns the direction of writing, as escapes.
 *
 * @param {string} text
 * @param {number} [limit]
 */
export function formatText(text, limit = 400) {
  const cut = text.length > limit ? `${text.slice(0, limit)}…` : text;
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what this is about
  return cut.replace(/[\0-\x1f\x7f-\x9f\u200b\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/g, sign => {
    if (sign === '\n') return '\\n';
    const code = sign.charCodeAt(0);
    return code < 0x100 ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u{${code.toString(16)}}`;
  });
}
