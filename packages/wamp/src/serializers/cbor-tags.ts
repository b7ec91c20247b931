// The tags of CBOR that stand for plain values (RFC 8949, 3.4; RFC 8746 for bytes as a typed array). Others make objects
// that a payload has no need of: sets, patterns, references.

import { integerOf, narrowed, scaled } from './wide-integers.ts';

/** @throws RangeError when the tag is not taken, or not before such a value */
export function decodeTag(tag: number, value: unknown): unknown {
  switch (tag) {
    case 0:
      if (typeof value === 'string') return new Date(value);
      break;
    case 1:
      if (typeof value === 'number') return new Date(Math.round(value * 1000));
      break;
    case 2:
      if (value instanceof Uint8Array) return narrowed(integerOf(value));
      break;
    case 3:
      if (value instanceof Uint8Array) return narrowed(-1n - integerOf(value));
      break;
    case 4:
    case 5:
      if (isFraction(value)) return tag === 4 ? Number(`${value[1]}e${value[0]}`) : scaled(value[1], value[0]);
      break;
    case 64:
      if (value instanceof Uint8Array) return value;
      break;
    default:
      throw new RangeError(`tag ${tag} is not taken`);
  }
  throw new RangeError(`tag ${tag} before another value than it is for`);
}

/** Exponent and mantissa. */
function isFraction(value: unknown): value is [exponent: number, mantissa: number | bigint] {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    Number.isSafeInteger(value[0]) &&
    (typeof value[1] === 'bigint' || (Number.isInteger(value[1]) && Math.abs(value[1]) <= 2 ** 53))
  );
}
