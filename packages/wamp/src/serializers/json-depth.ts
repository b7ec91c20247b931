// How deep JSON goes. The engine parses any depth, but what it makes of more than some thousands breaks who walks it.

import type { RawDict } from '../checks.ts';
import { MAX_DEPTH, TOO_DEEP } from './limits.ts';

/**
 * Checks that a value has no more than {@link MAX_DEPTH} lists and dictionaries within each other.
 *
 * @param json what the value was parsed from
 * @throws RangeError
 */
export function checkJsonDepth(value: unknown, json: string): void {
  // perf: few messages have so many of them at all.
  if (hasMany(json, '[') || hasMany(json, '{')) walkItem(value, -1);
}

/** Whether the character is there more than {@link MAX_DEPTH} / 2 times. */
function hasMany(json: string, character: string): boolean {
  if (json.length <= MAX_DEPTH) return false;
  let at = -1;
  for (let count = 0; count <= MAX_DEPTH / 2; count++) {
    at = json.indexOf(character, at + 1);
    if (at === -1) return false;
  }
  return true;
}

function walk(container: object, depth: number): void {
  if (container instanceof Uint8Array) return;
  if (depth === MAX_DEPTH) throw new RangeError(TOO_DEEP);
  const isList = Array.isArray(container);
  if (isList) for (let i = 0; i < container.length; i++) walkItem(container[i], depth);
  else for (const key in container) walkItem((container as RawDict)[key], depth);
}

function walkItem(item: unknown, depth: number): void {
  if (typeof item === 'object' && item !== null) walk(item, depth + 1);
}
