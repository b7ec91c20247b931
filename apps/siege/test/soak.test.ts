// The parts of a soak. `soak.long.test.ts` runs a short one, `npm run soak` one of ten minutes.

import { describe, expect, test } from 'vitest';
import type { Period, SoakResult } from '../src/soak/soak.ts';
import { ASK, Ledger, numberOf, Traffic } from '../src/soak/traffic.ts';
import { complaints } from '../src/soak/verdict.ts';

describe('what is sent', () => {
  test('is numbered, of all sizes, binary and text, whole and in fragments, and the same for the same seed', () => {
    const traffic = new Traffic(7);
    const again = new Traffic(7);
    const messages = Array.from({ length: 500 }, (_, i) => traffic.message(i));
    for (const [i, message] of messages.entries()) {
      expect(numberOf(message.payload)).toBe(i);
      expect(message.payload.length).not.toBe(ASK.length);
      if (i < 20) expect(again.message(i)).toEqual(message);
    }
    expect(messages.some(({ payload }) => payload.length > 8192)).toBe(true);
    expect(messages.some(({ payload }) => payload.length < 256)).toBe(true);
    expect(new Set(messages.map(({ isBinary }) => isBinary)).size).toBe(2);
    expect(new Set(messages.map(({ fragmentSize }) => fragmentSize > 0)).size).toBe(2);
  });
  test('has a digest that tells order, bytes and kind', () => {
    const digest = (...messages: readonly (readonly [string, boolean])[]): string => {
      const ledger = new Ledger();
      for (const [text, isBinary] of messages) ledger.add(Buffer.from(text), isBinary);
      return `${ledger}`;
    };
    const one = digest(['a', true], ['b', false]);
    expect(digest(['a', true], ['b', false])).toBe(one);
    for (const other of [
      digest(['b', false], ['a', true]),
      digest(['a', false], ['b', false]),
      digest(['a', true]),
      digest(['a', true], ['c', false]),
    ]) {
      expect(other).not.toBe(one);
    }
  });
});

describe('the verdict', () => {
  const period = (seconds: number, resident: number, median = 1): Period => ({
    seconds,
    messages: 1,
    bytes: 1,
    visits: 1,
    median,
    p99: median,
    worst: median,
    server: { resident, heap: 100, connections: 1, closes: {} },
    client: { resident: 100, heap: 100 },
  });
  const result = (...periods: Period[]): SoakResult => ({
    periods,
    messages: 1,
    bytes: 1,
    visits: 1,
    failures: [],
    rest: { resident: 1, heap: 1, connections: 0, closes: {} },
  });
  test.each([
    { name: 'flat', result: result(period(60, 100), period(600, 109)), wrong: [] },
    { name: 'grown', result: result(period(60, 100), period(600, 112)), wrong: [/server grew by 12.0 %/] },
    {
      name: 'leaking to the heap',
      result: result(period(60, 100), { ...period(600, 100), client: { resident: 100, heap: 111 } }),
      wrong: [/heap of the clients went from 100 to 111/],
    },
    { name: 'slow', result: result(period(60, 100), period(600, 100, 30)), wrong: [/median latency/] },
    { name: 'too short to tell', result: result(period(1, 100), period(4, 200)), wrong: [] },
    { name: 'lost', result: { ...result(), failures: ['message 3 expected, 4 came'] }, wrong: [/message 3/] },
    { name: 'silent', result: { ...result(), messages: 0 }, wrong: [/no message/] },
    { name: 'left over', result: { ...result(), rest: period(1, 1).server }, wrong: [/1 connections are left/] },
  ])('$name', ({ result, wrong }) => {
    expect(complaints(result)).toEqual(wrong.map(pattern => expect.stringMatching(pattern)));
  });
});
