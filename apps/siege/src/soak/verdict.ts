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
  for (const [name, of] of MEMORIES) {
    const growth = of(last) / of(first) - 1;
    if (growth > GROWTH) found.push(`${name} grew by ${(growth * 100).toFixed(1)} %`);
  }
  // The best minute of each half: other work on the machine spoils some of them, what grows spoils all.
  const [before, after] = halves(periods).map(half => Math.min(...half.map(({ median }) => median))) as [
    number,
    number,
  ];
  if (after > before * SLOWER + SLACK) found.push(`the median latency went from ${before} to ${after} ms`);
  return found;
}

function halves<Item>(items: readonly Item[]): [Item[], Item[]] {
  const middle = items.length >> 1;
  return [items.slice(0, middle), items.slice(middle)];
}

const MEMORIES: readonly (readonly [name: string, of: (period: Period) => number])[] = [
  ['resident memory of the server', period => period.server.resident],
  ['heap of the server', period => period.server.heap],
  ['resident memory of the clients', period => period.client.resident],
];
