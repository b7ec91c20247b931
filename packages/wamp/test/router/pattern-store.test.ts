import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Broker } from '../../src/router/broker.ts';
import type { SessionInfo } from '../../src/router/member.ts';
import { PatternStore } from '../../src/router/pattern-store.ts';
import type { MatchPolicy } from '../../src/uri.ts';

interface Pattern {
  readonly pattern: string;
  readonly match: MatchPolicy;
}

/** The rule, in the plainest words. */
function matches({ pattern, match }: Pattern, uri: string): boolean {
  if (match === 'exact') return pattern === uri;
  if (match === 'prefix') return uri.startsWith(pattern);
  const [want, have] = [pattern.split('.'), uri.split('.')];
  return want.length === have.length && want.every((part, i) => part === '' || part === have[i]);
}

const part = fc.constantFrom('a', 'b', 'ab');
const uri = fc.array(part, { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'));
const wildcard = fc.array(fc.constantFrom('a', 'b', ''), { minLength: 1, maxLength: 4 }).map(parts => parts.join('.'));
const pattern: fc.Arbitrary<Pattern> = fc.oneof(
  fc.record({ pattern: uri, match: fc.constant('exact' as const) }),
  fc.record({ pattern: fc.oneof(uri, fc.constant(''), fc.constant('a.')), match: fc.constant('prefix' as const) }),
  fc.record({ pattern: wildcard, match: fc.constant('wildcard' as const) }),
);
const keyOf = ({ pattern, match }: Pattern): string => `${match} ${pattern}`;

describe('PatternStore', () => {
  test('finds what the plain rule finds, also after some were removed', () => {
    fc.assert(
      fc.property(fc.uniqueArray(pattern, { selector: keyOf, maxLength: 12 }), uri, (patterns, topic) => {
        const store = new PatternStore<string>();
        for (const each of patterns) store.set(each.pattern, each.match, keyOf(each));
        for (const each of patterns) expect(store.get(each.pattern, each.match)).toBe(keyOf(each));
        const check = (kept: readonly Pattern[]): void => {
          const expected = kept.filter(each => matches(each, topic)).map(keyOf);
          expect(store.all(topic).sort()).toEqual(expected.sort());
          expect(store.best(topic) === undefined).toBe(expected.length === 0);
        };
        check(patterns);
        const half = Math.floor(patterns.length / 2);
        for (const each of patterns.slice(0, half)) store.delete(each.pattern, each.match);
        for (const each of patterns.slice(0, half)) store.delete(each.pattern, each.match);
        check(patterns.slice(half));
      }),
      { numRuns: 200, seed: 3 },
    );
  });

  test.each([
    { patterns: ['exact a.b.c', 'prefix a.b', 'wildcard a..c'], best: 'exact a.b.c' },
    { patterns: ['prefix a.', 'prefix a.b', 'wildcard a.b.'], best: 'prefix a.b' },
    { patterns: ['wildcard ..c', 'wildcard a..', 'wildcard .b.c'], best: 'wildcard a..' },
    { patterns: ['wildcard a..c', 'wildcard a.b.'], best: 'wildcard a.b.' },
  ])('of $patterns the best for a.b.c is $best', ({ patterns, best }) => {
    const store = new PatternStore<string>();
    for (const each of patterns) {
      const [match, text] = each.split(' ') as [MatchPolicy, string];
      store.set(text, match, each);
    }
    expect(store.best('a.b.c')).toBe(best);
  });

  test('one more of many prefixes costs what the first did', () => {
    const store = new PatternStore<number>();
    const prefixes = Array.from({ length: 40_000 }, (_, i) => `com.${i}`);
    const began = performance.now();
    for (const [i, prefix] of prefixes.entries()) store.set(prefix, 'prefix', i);
    expect(store.all('com.12345').sort((a, b) => a - b)).toEqual([1, 12, 123, 1234, 12345]);
    for (const prefix of prefixes) store.delete(prefix, 'prefix');
    expect(store.all('com.12345')).toEqual([]);
    // Looking at all of them each time takes minutes.
    expect(performance.now() - began).toBeLessThan(10_000);
  });

  test('all wildcards of a topic are found, and removing them leaves nothing', () => {
    const store = new PatternStore<string>();
    const wildcards = Array.from({ length: 2 ** 10 }, (_, bits) =>
      Array.from({ length: 10 }, (_, i) => (bits & (1 << i) ? '' : 'a')).join('.'),
    );
    for (const each of wildcards) store.set(each, 'wildcard', each);
    expect(store.all('a.a.a.a.a.a.a.a.a.a').sort()).toEqual([...wildcards].sort());
    expect(store.all('b.b.b.b.b.b.b.b.b.b')).toEqual(['.........']);
    for (const each of wildcards) store.delete(each, 'wildcard');
    expect(store.all('a.a.a.a.a.a.a.a.a.a')).toEqual([]);
    expect(store.get('.........', 'wildcard')).toBe(undefined);
  });

  test('a part that is the name of another is told from it, when one of them is removed', () => {
    const store = new PatternStore<string>();
    for (const each of ['a.', 'b.', 'c.', '.']) store.set(each, 'wildcard', each);
    store.delete('a.', 'wildcard');
    store.delete('a.', 'wildcard');
    store.set('d.', 'wildcard', 'd.');
    expect(['a.x', 'b.x', 'c.x', 'd.x'].map(topic => store.all(topic))).toEqual([
      ['.'],
      ['b.', '.'],
      ['c.', '.'],
      ['d.', '.'],
    ]);
    store.delete('c.', 'wildcard');
    store.delete('b.', 'wildcard');
    expect(store.all('c.x')).toEqual(['.']);
  });
});

describe('a subscription takes memory for what it holds', () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;

  // The greatest of each kind that a router takes by default. A tree with a map in each node took 480 KiB.
  test.each([
    { name: 'the usual', pattern: (i: number) => `com.example.${i}.temperature`, match: 'exact' as const, most: 1024 },
    {
      name: 'the usual pattern',
      pattern: (i: number) => `com..${i}.temperature`,
      match: 'wildcard' as const,
      most: 2048,
    },
    {
      name: 'one of 16 empty parts',
      pattern: (i: number) => `x${i}${'.'.repeat(15)}`,
      match: 'wildcard' as const,
      most: 4096,
    },
    {
      name: 'one of 16 long parts',
      pattern: (i: number) => `x${i}${`.${'y'.repeat(30)}`.repeat(15)}`,
      match: 'wildcard' as const,
      most: 6144,
    },
  ])('$name: $most bytes at most', ({ pattern, match, most }) => {
    let id = 0;
    const broker = new Broker(() => ++id);
    const receiver = { info: {} as SessionInfo, sendEvent() {} };
    collect();
    const before = process.memoryUsage().heapUsed;
    // As they come from a serializer: flat, each for itself.
    for (let i = 0; i < 4000; i++) broker.subscribe(receiver, Buffer.from(pattern(i)).toString('latin1'), match);
    collect();
    expect((process.memoryUsage().heapUsed - before) / 4000).toBeLessThan(most);
    expect(broker.subscriptions.size).toBe(4000);
  });
});
