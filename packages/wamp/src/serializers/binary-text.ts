// Bytes where a format has only text: NUL and base64, or 0x and hexadecimal digits.

import { decodeBase64, encodeBase64 } from '@ws/util/primitives';
import type { RawDict } from '../checks.ts';
import { MAX_DEPTH, TOO_DEEP } from './limits.ts';
import { refuseUnwritable } from './unwritable.ts';

/** How bytes are written as text, and found again. */
export interface BinaryText {
  /** Whether the JSON text may hold bytes at all: saves looking at every value. */
  mayHold(json: string): boolean;
  encode(bytes: Uint8Array): string;
  /** @returns the text as it is. @throws RangeError when it cannot be told from bytes */
  check(text: string): string;
  /** @returns the text as it is, when it stands for no bytes */
  decode(text: string): string | Uint8Array;
}

/** NUL and base64, as WAMP has it. */
export const base64Text: BinaryText = {
  mayHold: json => json.includes('\\u0000'),
  encode: bytes => `\0${encodeBase64(bytes)}`,
  check(text) {
    if (text.charCodeAt(0) === 0) throw new RangeError('text that begins with NUL stands for bytes');
    return text;
  },
  decode(text) {
    if (text.charCodeAt(0) !== 0) return text;
    try {
      return decodeBase64(text.slice(1));
    } catch {
      // The peer may only have passed it on: no reason to end its session.
      return text;
    }
  },
};

const HEX = /^0x(?:[0-9a-fA-F]{2})*$/;

/** `0x` and hexadecimal digits: every text of that form is taken for bytes. */
export const hexText: BinaryText = {
  mayHold: json => json.includes('"0x'),
  check: text => text,
  encode: bytes => `0x${Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')}`,
  decode: text =>
    HEX.test(text)
      ? Uint8Array.from({ length: (text.length - 2) / 2 }, (_, i) =>
          Number.parseInt(text.slice(2 + 2 * i, 4 + 2 * i), 16),
        )
      : text,
};

/**
 * Whether there may be bytes anywhere in the value.
 *
 * @throws TypeError for what JSON has no form for, before any bytes
 * @throws RangeError for a value that goes deeper than {@link MAX_DEPTH}, before any bytes
 */
export function mayHoldBytes(value: unknown, depth = 0): boolean {
  refuseUnlessJson(value);
  if (typeof value !== 'object' || value === null) return false;
  if (value instanceof Uint8Array) return true;
  const isList = Array.isArray(value);
  if (!isList && hasToJson(value)) return !(value instanceof Date);
  if (depth === MAX_DEPTH) throw new RangeError(TOO_DEEP);
  if (isList) {
    for (let i = 0; i < value.length; i++) if (mayHoldBytes(value[i], depth + 1)) return true;
    return false;
  }
  for (const key in value) if (mayHoldBytes((value as RawDict)[key], depth + 1)) return true;
  return false;
}

/** @throws TypeError for what JSON has no form for, unless it says itself what it is in JSON */
export function refuseUnlessJson(value: unknown): void {
  if (typeof value === 'function' || typeof value === 'symbol') throw new TypeError(`a ${typeof value}`);
  if (typeof value === 'object' && value !== null && !hasToJson(value)) refuseUnwritable(value);
}

function hasToJson(value: object): boolean {
  return 'toJSON' in value && typeof value.toJSON === 'function';
}
