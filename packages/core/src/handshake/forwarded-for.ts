import { trimBlanks } from '@ws/util/primitives';

/**
 * The client's address as `X-Forwarded-For` has it: the one that the farthest trusted proxy saw.
 *
 * Every proxy appends the address that it got the request from, so only the last entries can be trusted. This function
 * does not check that the entry is an address.
 *
 * @param trusted how many proxies, counted from us, are trusted; with fewer entries than that, the first is taken
 * @returns `null` when no proxy is trusted, or the header is missing or empty
 */
export function parseForwardedFor(value: string | undefined, trusted: number): string | null {
  if (trusted < 1 || value === undefined) return null;
  const entries = value.split(',');
  return trimBlanks(entries[Math.max(0, entries.length - trusted)]!) || null;
}
