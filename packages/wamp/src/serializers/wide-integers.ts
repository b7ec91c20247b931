// Integers of more than 53 bits, which are bigints here; codecs write and read all of more than 32 bits so.

import { isDict } from '../checks.ts';
import { MAX_DEPTH, MAX_INTEGER_SIZE, TOO_DEEP } from './limits.ts';

const TOO_WIDE = `an integer of more than ${MAX_INTEGER_SIZE} bytes`;

/**
 * The integer that the bytes stand for, the highest first.
 *
 * @throws RangeError when there are more than {@link MAX_INTEGER_SIZE} of them
 */
export function integerOf(bytes: Uint8Array): bigint {
  if (bytes.length > MAX_INTEGER_SIZE) throw new RangeError(TOO_WIDE);
  let digits = '0x0';
  // By their digits, which is linear: shifting one byte after another into a bigint is not.
  for (const byte of bytes) digits += byte < 16 ? `0${byte.toString(16)}` : byte.toString(16);
  return BigInt(digits);
}

/**
 * The bytes that stand for an integer of 0 or more, the highest first.
 *
 * @throws RangeError when there are more than {@link MAX_INTEGER_SIZE} of them
 */
export function bytesOf(integer: bigint): Uint8Array {
  const digits = integer.toString(16);
  const bytes = new Uint8Array((digits.length + 1) >> 1);
  if (bytes.length > MAX_INTEGER_SIZE) throw new RangeError(TOO_WIDE);
  for (let i = 1; i <= bytes.length; i++) {
    const end = digits.length - 2 * (i - 1);
    bytes[bytes.length - i] = Number.parseInt(digits.slice(Math.max(0, end - 2), end), 16);
  }
  return bytes;
}

/** `mantissa` times two to the power of `exponent`. */
export function scaled(mantissa: number | bigint, exponent: number): number {
  // The highest bits are enough, and all of a great integer may be more than a number can hold.
  const spare = typeof mantissa === 'bigint' ? Math.max(0, mantissa.toString(16).length * 4 - 128) : 0;
  const head = Number(typeof mantissa === 'bigint' ? mantissa >> BigInt(spare) : mantissa);
  const power = exponent + spare;
  const half = Math.trunc(power / 2);
  // In two steps: one power of two may be out of range where the product is not.
  return head === 0 ? 0 : head * 2 ** half * 2 ** (power - half);
}

/** An integer of more than 32 bits as a bigint; anything else as it is. */
export function widened(value: unknown): unknown {
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return value;
  return value > 0xffff_ffff || value < -0x8000_0000 ? BigInt(value) : value;
}

/** A bigint as a number, where that is the same; anything else as it is. */
export function narrowed(value: unknown): unknown {
  if (typeof value !== 'bigint') return value;
  const isExact = value <= Number.MAX_SAFE_INTEGER + 1 && value >= Number.MIN_SAFE_INTEGER;
  return isExact ? Number(value) : value;
}

/**
 * The value with every scalar in it replaced; itself when that changes nothing. Shows `replace` other objects too.
 *
 * @throws RangeError when the value goes deeper than {@link MAX_DEPTH}
 */
export function replaced(value: unknown, replace: (value: unknown) => unknown, depth = 0): unknown {
  if (typeof value !== 'object' || value === null) return replace(value);
  if (depth === MAX_DEPTH && (Array.isArray(value) || isDict(value))) throw new RangeError(TOO_DEEP);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i++) {
      const item = replaced(value[i], replace, depth + 1);
      if (item === value[i]) continue;
      copy ??= value.slice();
      copy[i] = item;
    }
    return copy ?? value;
  }
  if (value.constructor !== Object) replace(value);
  if (!isDict(value)) return value;
  let copy: Record<string, unknown> | null = null;
  for (const key in value) {
    const item = replaced(value[key], replace, depth + 1);
    if (item === value[key]) continue;
    copy ??= { ...value };
    copy[key] = item;
  }
  return copy ?? value;
}
