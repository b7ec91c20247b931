// Whether a soak went well.

import type { Period, SoakResult } from './soak.ts';

/** What memory may have grown by, after the first minute. */
const GROWTH = 0.1;

/** Latency may be as many times that of the first minute, and `SLACK` milliseconds: of machines that do other work. */
const SLOWER = 2;
const SLACK = 20;

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
  if (last.median > first.median * SLOWER + SLACK) {
    found.push(`the median latency went from ${first.median} to ${last.median} ms`);
  }
  return found;
}

const MEMORIES: readonly (readonly [name: string, of: (period: Period) => number])[] = [
  ['resident memory of the server', period => period.server.resident],
  ['heap of the server', period => period.server.heap],
  ['resident memory of the clients', period => period.client.resident],
];
