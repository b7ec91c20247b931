// What is known by URI or by pattern: exact ones, prefixes, and wildcards, whose empty parts match any part.

import { countParts, type MatchPolicy } from '../uri.ts';
import { Wildcards } from './wildcards.ts';

/** Values by pattern; for each pattern one. */
export class PatternStore<Value> {
  readonly #exact: Map<string, Value> = new Map();
  readonly #prefixes: Map<string, Value> = new Map();
  /** How many prefixes there are of each length, and the lengths, the longest first. */
  readonly #prefixCounts: Map<number, number> = new Map();
  #prefixLengths: readonly number[] = [];
  /** By the number of parts: those of another number do not match, and are not looked at. */
  readonly #wildcards: Map<number, Wildcards<Value>> = new Map();

  get(pattern: string, match: MatchPolicy): Value | undefined {
    if (match === 'exact') return this.#exact.get(pattern);
    if (match === 'prefix') return this.#prefixes.get(pattern);
    return this.#wildcardsFor(pattern)?.get(pattern.split('.'));
  }

  set(pattern: string, match: MatchPolicy, value: Value): void {
    if (match === 'exact') this.#exact.set(pattern, value);
    else if (match === 'prefix') {
      if (!this.#prefixes.has(pattern)) this.#countPrefix(pattern.length, 1);
      this.#prefixes.set(pattern, value);
    } else {
      const parts = pattern.split('.');
      let wildcards = this.#wildcards.get(parts.length);
      if (wildcards === undefined) {
        wildcards = new Wildcards();
        this.#wildcards.set(parts.length, wildcards);
      }
      wildcards.set(parts, value);
    }
  }

  delete(pattern: string, match: MatchPolicy): void {
    if (match === 'exact') this.#exact.delete(pattern);
    else if (match === 'prefix') {
      if (this.#prefixes.delete(pattern)) this.#countPrefix(pattern.length, -1);
    } else {
      const wildcards = this.#wildcardsFor(pattern);
      if (wildcards === undefined) return;
      const parts = pattern.split('.');
      wildcards.delete(parts);
      if (wildcards.isEmpty) this.#wildcards.delete(parts.length);
    }
  }

  /** The value of the best pattern: the exact one, else the longest prefix, else the wildcard whose parts fit first. */
  best(uri: string): Value | undefined {
    const exact = this.#exact.get(uri);
    if (exact !== undefined) return exact;
    for (const length of this.#prefixLengths) {
      const value = length <= uri.length ? this.#prefixes.get(uri.slice(0, length)) : undefined;
      if (value !== undefined) return value;
    }
    return this.#wildcardsFor(uri)?.best(uri.split('.'));
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
    this.#wildcardsFor(uri)?.collect(uri.split('.'), found);
    return found;
  }

  #wildcardsFor(uri: string): Wildcards<Value> | undefined {
    return this.#wildcards.size === 0 ? undefined : this.#wildcards.get(countParts(uri));
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
