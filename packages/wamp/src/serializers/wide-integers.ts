// Integers of more than 53 bits, which are bigints here; codecs write and read all of more than 32 bits so.

import { isDict } from '../checks.ts';

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

/** The value with every scalar in it replaced; itself when that changes nothing. Shows `replace` other objects too. */
export function replaced(value: unknown, replace: (value: unknown) => unknown): unknown {
  if (typeof value !== 'object' || value === null) return replace(value);
  if (Array.isArray(value)) {
    let copy: unknown[] | null = null;
    for (let i = 0; i < value.length; i++) {
      const item = replaced(value[i], replace);
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
    const item = replaced(value[key], replace);
    if (item === value[key]) continue;
    copy ??= { ...value };
    copy[key] = item;
  }
  return copy ?? value;
}
