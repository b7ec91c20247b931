// `main FILE [NAME]`: every flood in full, a line each. The status is 1 when one was too much.

import { FLOODS } from './floods.ts';
import { Siege } from './siege.ts';

const [, , file = '', part = ''] = process.argv;
const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

// The first one takes what the process takes once.
await using siege = new Siege(file);
await siege.run(FLOODS[0]!, true);
for (const flood of FLOODS.filter(({ name }) => name.includes(part))) {
  const { name, count, verdict, growth, bound, processorTime, witness } = await siege.run(flood, false);
  const isGood = verdict === flood.verdict && growth <= bound;
  if (!isGood) process.exitCode = 1;
  const latency = `witness: ${witness.answers} answers, median ${witness.median.toFixed(1)} ms, worst ${witness.worst.toFixed(0)} ms`;
  console.log(
    `${isGood ? 'held' : 'BROKEN'}: ${count} ${name}: ${verdict}; memory +${mib(growth)} (of ${mib(bound)}), ${processorTime} ms; ${latency}`,
  );
}
