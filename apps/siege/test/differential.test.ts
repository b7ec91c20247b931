// The same streams of frames, by the thousand, to our engine, to the receiver of `ws`, and to Python's `websockets`:
// the same messages and the same verdict, or a difference that is known (src/fuzz/differences.ts).
// SIEGE_STREAMS says how many; each has its number as the seed.

import { seededRandom } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { DIFFERENCES, type Difference, explain } from '../src/fuzz/differences.ts';
import { type Observation, observeOurs, uncut } from '../src/fuzz/observation.ts';
import { findPython, observePython } from '../src/fuzz/observe-python.ts';
import { observeWs } from '../src/fuzz/observe-ws.ts';
import { createStream, cutAtRandom, type StreamKind } from '../src/fuzz/streams.ts';

const COUNT = Number(process.env.SIEGE_STREAMS ?? 600);
const python = findPython();

interface Case {
  readonly seed: number;
  readonly kind: StreamKind;
  readonly bytes: Buffer;
  readonly ours: Observation;
}

const cases: Case[] = Array.from({ length: COUNT }, (_, seed) => {
  const kind = { isMasked: seed % 2 === 0, hasDeflate: seed % 5 === 0 };
  const bytes = createStream(seed, kind);
  return { seed, kind, bytes, ours: observeOurs([bytes], kind) };
});

function explained(peer: 'ws' | 'websockets', { seed, bytes, ours }: Case, theirs: Observation): Difference | null {
  try {
    return explain(peer, ours, theirs);
  } catch (error) {
    throw new Error(`stream ${seed}, ${bytes.toString('hex')}: ${(error as Error).message}`);
  }
}

const LONG = { timeout: 20_000 + COUNT * 20 };

describe('streams of frames', () => {
  test('are of all sorts: most of them end well, each rule is broken', () => {
    const rules = new Set(cases.map(({ ours }) => ours.rule));
    for (const rule of ['ERR_RESERVED_BITS', 'ERR_INVALID_UTF8', 'ERR_CLOSE_FRAME', 'ERR_UNEXPECTED_CONTINUATION']) {
      expect(rules).toContain(rule);
    }
    expect(cases.filter(({ ours }) => ours.failure === null).length).toBeGreaterThan(COUNT / 4);
    expect(cases.filter(({ ours }) => ours.events.length > 0).length).toBeGreaterThan(COUNT / 3);
  });
  test('cut anywhere they give the same events, and the same verdict', LONG, () => {
    for (const { seed, kind, bytes, ours } of cases) {
      const random = seededRandom(seed);
      const cuts = [
        cutAtRandom(bytes, random),
        ...(seed % 10 === 0 ? [[...bytes].map(byte => Uint8Array.of(byte))] : []),
      ];
      for (const pieces of cuts) {
        const observed = uncut(observeOurs(pieces, kind), kind);
        expect(observed, `stream ${seed}, ${bytes.toString('hex')}`).toEqual(uncut(ours, kind));
      }
    }
  });
  test('are the same to ws, but for what is known', LONG, async () => {
    const known = new Set<Difference | null>();
    for (const each of cases) known.add(explained('ws', each, await observeWs([each.bytes], each.kind)));
    expect(known).toContain(null);
  });
  test.skipIf(python === null)('are the same to websockets of Python, but for what is known', LONG, () => {
    const plain = cases.filter(({ kind }) => !kind.hasDeflate);
    const theirs = observePython(
      python!,
      plain.map(({ bytes, kind }) => ({ bytes, isMasked: kind.isMasked })),
    );
    expect(theirs).toHaveLength(plain.length);
    for (const [i, observation] of theirs.entries()) explained('websockets', plain[i]!, observation);
  });
  test('a difference that is not known fails', () => {
    const ours = { events: ['text 61'], failure: null };
    expect(() => explain('ws', ours, { events: ['text 62'], failure: null })).toThrow(/unknown difference/);
    expect(() => explain('ws', ours, { events: ['text 61'], failure: 1002 })).toThrow(/unknown difference/);
    for (const { why } of DIFFERENCES) expect(why.length).toBeGreaterThan(40);
  });
});
