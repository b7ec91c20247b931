import type { ExtensionParams } from '@ws/types';
import { CompressionError } from './compression-error.ts';

/**
 * Checks that every parameter is known and not repeated. Returns the value of each; `true`: the parameter had no `=`.
 *
 * @throws {@link CompressionError} for an unknown or repeated parameter (RFC 7692, 7.1)
 */
export function singleParameters(params: ExtensionParams, known: readonly string[]): Map<string, string | true> {
  const values = new Map<string, string | true>();
  for (const [name, list] of Object.entries(params)) {
    if (!known.includes(name)) throw broken(`unknown parameter "${name}"`);
    const [value] = list;
    if (list.length !== 1 || value === undefined) throw broken(`parameter "${name}" stands ${list.length} times`);
    values.set(name, value);
  }
  return values;
}

/**
 * Whether a flag, a parameter without a value, is present.
 *
 * @throws {@link CompressionError} when it has a value
 */
export function flagParameter(values: ReadonlyMap<string, string | true>, name: string): boolean {
  const value = values.get(name);
  if (value === undefined) return false;
  if (value !== true) throw broken(`parameter "${name}" has a value`);
  return true;
}

/**
 * The value of a numeric parameter without leading zeros (RFC 7692, 7.1.2), quoted or not; 0 when it is absent.
 *
 * @throws {@link CompressionError} when the value is missing or is not a number from `low` to `high`
 */
export function numberParameter(
  values: ReadonlyMap<string, string | true>,
  name: string,
  low: number,
  high: number,
): number {
  const value = values.get(name);
  if (value === undefined) return 0;
  if (value === true) throw broken(`parameter "${name}" has no value`);
  const digits = /^(?:"([1-9]\d?)"|([1-9]\d?))$/.exec(value);
  const number = Number(digits?.[1] ?? digits?.[2] ?? Number.NaN);
  if (!(number >= low && number <= high)) throw broken(`parameter "${name}" is not a number from ${low} to ${high}`);
  return number;
}

/** Joins the parts of an extension string. Parts that are `false` are left out. */
export function formatExtension(name: string, parts: readonly (string | false)[]): string {
  return [name, ...parts.filter(part => part !== false)].join('; ');
}

function broken(message: string): CompressionError {
  return new CompressionError('ERR_COMPRESSION_PARAMETER', message);
}
