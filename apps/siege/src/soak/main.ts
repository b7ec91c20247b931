// `main SERVER SECONDS CONNECTIONS RATE SEED`: runs a soak, prints each minute and a summary. The status is 1 when
// something was lost or grew.

import { type Period, type SoakResult, soak } from './soak.ts';
import { complaints } from './verdict.ts';

const [, , serverFile = '', seconds = '600', connections = '2000', rate = '2000', seed = '1'] = process.argv;

const mib = (bytes: number): string => `${(bytes / 2 ** 20).toFixed(1)} MiB`;

function line({ seconds, messages, visits, median, p99, worst, server, client }: Period): string {
  const latency = `median ${median.toFixed(1)} ms, p99 ${p99.toFixed(0)} ms, worst ${worst.toFixed(0)} ms`;
  const memory = `server ${mib(server.resident)} (heap ${mib(server.heap)}), clients ${mib(client.resident)} (heap ${mib(client.heap)})`;
  return `${seconds.toFixed(0)} s: ${messages} messages, ${visits} visits, ${server.connections} open; ${latency}; ${memory}`;
}

function summary(result: SoakResult): string {
  const { messages, bytes, visits, rest, periods } = result;
  const [first] = periods;
  const last = periods.at(-1);
  const grown = first && last ? (last.server.resident / first.server.resident - 1) * 100 : 0;
  const closes = Object.entries(rest.closes).map(([code, count]) => `${code}: ${count}`);
  return [
    `${messages} messages, ${mib(bytes)}, on ${visits} connections, there and back, in order, with equal digests`,
    `memory of the server ${grown >= 0 ? '+' : ''}${grown.toFixed(1)} % after its first period; ended by ${closes.join(', ')}; ${rest.connections} left`,
  ].join('\n');
}

const result = await soak({
  serverFile,
  seconds: Number(seconds),
  connections: Number(connections),
  rate: Number(rate),
  seed: Number(seed),
  onPeriod: period => console.log(line(period)),
});
console.log(summary(result));
const wrong = complaints(result);
for (const complaint of wrong) console.log(`WRONG: ${complaint}`);
console.log(wrong.length === 0 ? 'nothing lost, nothing grown' : `${wrong.length} complaints`);
process.exit(wrong.length === 0 ? 0 : 1);
