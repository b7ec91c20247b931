// Whether a soak went well.

import type { Period, SoakResult } from './soak.ts';

/** What memory may have grown by, after the first minute. */
const GROWTH = 0.1;

/** What latency may have grown to, times, and milliseconds beside that. */
const SLOWER = 2;
const SLACK = 5;

/** What is wrong with a result; empty: nothing. Shorter than three minutes, it says nothing of memory and time. */
export function complaints({ periods, failures, messages, rest }: SoakResult): string[] {
  const found = [...failures];
  if (messages === 0) found.push('no message was sent');
  if (rest.connections !== 0) found.push(`${rest.connections} connections are left`);
  const first = periods[0];
  const last = periods.at(-1);
  if (first === undefined || last === undefined || last.seconds < 180) return found;
  const grown = last.server.resident / first.server.resident - 1;
  if (grown > GROWTH) found.push(`resident memory of the server grew by ${(grown * 100).toFixed(1)} %`);
  // Of what else is measured, the best minute of each half counts: other work on the machine spoils some of them, by
  // messages that wait, but what leaks spoils all.
  const [before, after] = halves(periods);
  for (const [name, of, isWrong] of RULES) {
    const [was, is] = [Math.min(...before.map(of)), Math.min(...after.map(of))];
    if (isWrong(was, is)) found.push(`${name} went from ${was} to ${is}`);
  }
  return found;
}

const grewTooMuch = (was: number, is: number): boolean => is > was * (1 + GROWTH);

const RULES: readonly (readonly [string, (period: Period) => number, (was: number, is: number) => boolean])[] = [
  ['the heap of the server', period => period.server.heap, grewTooMuch],
  ['the heap of the clients', period => period.client.heap, grewTooMuch],
  ['the median latency', period => period.median, (was, is) => is > was * SLOWER + SLACK],
];

function halves<Item>(items: readonly Item[]): [Item[], Item[]] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}
