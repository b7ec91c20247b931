import { trimBlanks } from '@ws/util/primitives';

/** Splits a comma-separated list and leaves out empty elements (RFC 9110, 5.6.1). Does not know quoted strings. */
export function parseList(value: string): string[] {
  return value
    .split(',')
    .map(trimBlanks)
    .filter(element => element !== '');
}

/** Whether the list has the token, in any case: `Connection: keep-alive, Upgrade`. A missing header has none. */
export function hasToken(value: string | undefined, token: string): boolean {
  if (value === undefined) return false;
  const lower = value.toLowerCase();
  return lower === token || parseList(lower).includes(token);
}
