// What is known by URI or by pattern: exact ones, prefixes, and wildcards, whose empty parts match any part.

import type { MatchPolicy } from '../uri.ts';

class WildcardNode<Value> {
  readonly parts: Map<string, WildcardNode<Value>> = new Map();
  value: Value | undefined;
}

/** Values by pattern; for each pattern one. */
export class PatternStore<Value> {
  readonly #exact: Map<string, Value> = new Map();
  readonly #prefixes: Map<string, Value> = new Map();
  /** How many prefixes there are of each length, and the lengths, the longest first. */
  readonly #prefixCounts: Map<number, number> = new Map();
  #prefixLengths: readonly number[] = [];
  readonly #wildcards: WildcardNode<Value> = new WildcardNode();
  #wildcardCount = 0;

  get(pattern: string, match: MatchPolicy): Value | undefined {
    if (match === 'exact') return this.#exact.get(pattern);
    if (match === 'prefix') return this.#prefixes.get(pattern);
    let node: WildcardNode<Value> | undefined = this.#wildcards;
    for (const part of pattern.split('.')) node = node?.parts.get(part);
    return node?.value;
  }

  set(pattern: string, match: MatchPolicy, value: Value): void {
    if (match === 'exact') this.#exact.set(pattern, value);
    else if (match === 'prefix') {
      if (!this.#prefixes.has(pattern)) this.#countPrefix(pattern.length, 1);
      this.#prefixes.set(pattern, value);
    } else {
      let node = this.#wildcards;
      for (const part of pattern.split('.')) {
        let next = node.parts.get(part);
        if (next === undefined) {
          next = new WildcardNode();
          node.parts.set(part, next);
        }
        node = next;
      }
      if (node.value === undefined) this.#wildcardCount++;
      node.value = value;
    }
  }

  delete(pattern: string, match: MatchPolicy): void {
    if (match === 'exact') this.#exact.delete(pattern);
    else if (match === 'prefix') {
      if (this.#prefixes.delete(pattern)) this.#countPrefix(pattern.length, -1);
    } else if (removeWildcard(this.#wildcards, pattern.split('.'), 0)) this.#wildcardCount--;
  }

  /** The value of the best pattern: the exact one, else the longest prefix, else the wildcard whose parts fit first. */
  best(uri: string): Value | undefined {
    const exact = this.#exact.get(uri);
    if (exact !== undefined) return exact;
    for (const length of this.#prefixLengths) {
      const value = length <= uri.length ? this.#prefixes.get(uri.slice(0, length)) : undefined;
      if (value !== undefined) return value;
    }
    return this.#wildcardCount === 0 ? undefined : bestWildcard(this.#wildcards, uri.split('.'), 0);
  }

  /** The values of all patterns that match. */
  all(uri: string): Value[] {
    const found: Value[] = [];
    const exact = this.#exact.get(uri);
    if (exact !== undefined) found.push(exact);
    for (const length of this.#prefixLengths) {
      const value = length <= uri.length ? this.#prefixes.get(uri.slice(0, length)) : undefined;
      if (value !== undefined) found.push(value);
    }
    if (this.#wildcardCount > 0) collectWildcards(this.#wildcards, uri.split('.'), 0, found);
    return found;
  }

  /** Looks at no other prefix: one client may have thousands. */
  #countPrefix(length: number, change: 1 | -1): void {
    const before = this.#prefixCounts.get(length) ?? 0;
    const count = before + change;
    if (count > 0) this.#prefixCounts.set(length, count);
    else this.#prefixCounts.delete(length);
    if (before > 0 && count > 0) return;
    this.#prefixLengths = [...this.#prefixCounts.keys()].sort((a, b) => b - a);
  }
}

function bestWildcard<Value>(node: WildcardNode<Value>, parts: readonly string[], at: number): Value | undefined {
  if (at === parts.length) return node.value;
  for (const name of [parts[at]!, '']) {
    const next = node.parts.get(name);
    const value = next === undefined ? undefined : bestWildcard(next, parts, at + 1);
    if (value !== undefined) return value;
  }
  return undefined;
}

function collectWildcards<Value>(
  node: WildcardNode<Value>,
  parts: readonly string[],
  at: number,
  found: Value[],
): void {
  if (at === parts.length) {
    if (node.value !== undefined) found.push(node.value);
    return;
  }
  for (const name of parts[at] === '' ? [''] : [parts[at]!, '']) {
    const next = node.parts.get(name);
    if (next !== undefined) collectWildcards(next, parts, at + 1, found);
  }
}

/** @returns whether there was a value */
function removeWildcard<Value>(node: WildcardNode<Value>, parts: readonly string[], at: number): boolean {
  if (at === parts.length) {
    const hadValue = node.value !== undefined;
    node.value = undefined;
    return hadValue;
  }
  const part = parts[at]!;
  const next = node.parts.get(part);
  if (next === undefined) return false;
  const wasRemoved = removeWildcard(next, parts, at + 1);
  if (next.value === undefined && next.parts.size === 0) node.parts.delete(part);
  return wasRemoved;
}
