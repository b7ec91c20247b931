import { UTF8_ACCEPT, UTF8_REJECT, type Utf8Validator } from '@ws/types';
import { portableUtf8 } from '@ws/util/primitives';

/** Tells whether bytes are valid and complete UTF-8, like `isUtf8` of `node:buffer`. */
export type IsUtf8 = (bytes: Uint8Array) => boolean;

/**
 * Continues a validation with a function that can only check whole texts. A code point that is incomplete at the start or at
 * the end is split off and validated step by step.
 *
 * @returns the state, as {@link Utf8Validator.validate}
 */
export function validateNatively(isUtf8: IsUtf8, bytes: Uint8Array, state: number, start: number, end: number): number {
  let at = start;
  while (state > UTF8_REJECT && at < end) state = portableUtf8.validate(bytes, state, at, ++at);
  if (state !== UTF8_ACCEPT || at === end) return state;

  const whole = startOfOpenCodePoint(bytes, at, end);
  if (!isUtf8(at === 0 && whole === bytes.length ? bytes : bytes.subarray(at, whole))) return UTF8_REJECT;
  return portableUtf8.validate(bytes, UTF8_ACCEPT, whole, end);
}

/** The start index of a last code point that is incomplete; `end` when there is none. */
function startOfOpenCodePoint(bytes: Uint8Array, start: number, end: number): number {
  for (let i = end - 1; i >= start && i >= end - 3; i--) {
    const byte = bytes[i]!;
    if (byte < 0x80) return end;
    if (byte >= 0xc0) return i + (byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : 2) > end ? i : end;
  }
  return end;
}

/** The port over a runtime's own function. Shorter texts are validated in JavaScript, since the call would not pay off. */
export function nativeUtf8(isUtf8: IsUtf8, from: number): Utf8Validator {
  return {
    validate(bytes, state, start = 0, end = bytes.length) {
      if (end - start < from) return portableUtf8.validate(bytes, state, start, end);
      return validateNatively(isUtf8, bytes, state, start, end);
    },
  };
}
