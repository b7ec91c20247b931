// URIs and the names of realms. Loose ones are what messages may carry; strict ones are good style.

/** How a pattern matches. */
export type MatchPolicy = 'exact' | 'prefix' | 'wildcard';

const LOOSE = /^(?:[^\s.#]+\.)*[^\s.#]+$/;
const LOOSE_LAST_EMPTY = /^(?:[^\s.#]+\.)*[^\s.#]*$/;
const LOOSE_ANY_EMPTY = /^(?:[^\s.#]*\.)*[^\s.#]*$/;
const STRICT = /^(?:[0-9a-z_]+\.)*[0-9a-z_]+$/;
const STRICT_LAST_EMPTY = /^(?:[0-9a-z_]+\.)*[0-9a-z_]*$/;
const STRICT_ANY_EMPTY = /^(?:[0-9a-z_]*\.)*[0-9a-z_]*$/;
const REALM = /^(?:[A-Za-z][A-Za-z0-9_\-@.]{2,254}|0x[0-9a-fA-F]{40})$/;

/** No URI is longer; in characters. */
const MAX_URI = 2048;

/** Whether the text is a URI; for patterns, parts may be empty: the last of a prefix, any of a wildcard. */
export function isUri(text: string, match: MatchPolicy = 'exact', isStrict = false): boolean {
  if (text.length > MAX_URI) return false;
  if (match === 'exact') return (isStrict ? STRICT : LOOSE).test(text);
  if (match === 'prefix') return (isStrict ? STRICT_LAST_EMPTY : LOOSE_LAST_EMPTY).test(text);
  return (isStrict ? STRICT_ANY_EMPTY : LOOSE_ANY_EMPTY).test(text);
}

/** Whether the text names a realm: 3 to 255 characters, or an Ethereum address. */
export function isRealmName(text: string): boolean {
  return REALM.test(text);
}

/** How many parts a URI or a pattern has: one more than dots. */
export function countParts(uri: string): number {
  let count = 1;
  for (let at = uri.indexOf('.'); at >= 0; at = uri.indexOf('.', at + 1)) count++;
  return count;
}
