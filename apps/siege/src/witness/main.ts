// `main FILES OPTIONS`, both JSON: measures each flood beside a witness, prints a line for each, then the tables and what was
// too much. The status is 1 then.

import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { availableParallelism, cpus, freemem, loadavg } from 'node:os';
import { Bench, type Files, type Measurement, type Trial } from './measure.ts';
import type { Api, Row } from './row.ts';
import { MIB } from './row.ts';
import { ROWS } from './rows.ts';
import { complaintsOf, formatTables, keyOf, lineOf, medianOf } from './table.ts';

/** What is to be measured. */
export interface FloodOptions {
  /** The rows whose name begins with one of these; none: all. */
  readonly rows: readonly string[];
  readonly apis: readonly Api[];
  readonly flooders: readonly number[];
  /** In MiB; none: all that a row has. */
  readonly limits: readonly number[];
  readonly runs: number;
  readonly isQuick: boolean;
  /** The file with all measurements, and the page with their tables; null: nothing is kept. */
  readonly save: { readonly results: string; readonly page: string } | null;
}

const FULL = { baseline: 1000, flood: 2000, patience: 10_000 };
const QUICK = { baseline: 300, flood: 700, patience: 5000 };

const [files, options] = process.argv.slice(2).map(text => JSON.parse(text)) as [Files, FloodOptions];
const chosen = ROWS.filter(row => options.rows.length === 0 || options.rows.some(start => row.name.startsWith(start)));
const trials = chosen.flatMap(trialsOf);
if (trials.length === 0) throw new RangeError(`no such flood; there are ${ROWS.map(({ name }) => name).join(', ')}`);

function trialsOf(row: Row): Trial[] {
  const limits = row.limits.filter(limit => options.limits.length === 0 || options.limits.includes(limit / MIB));
  const apis = row.apis.filter(api => options.apis.includes(api));
  return limits.flatMap(limit =>
    options.flooders.flatMap(flooders => apis.map(api => ({ row, limit, flooders, api }) satisfies Trial)),
  );
}

/** Every trial once, then every trial again: what else this machine does meets all of them. */
async function measureAll(): Promise<Measurement[]> {
  const found = new Map<string, Measurement[]>();
  await using bench = new Bench(files, options.isQuick ? QUICK : FULL, freemem() / 2);
  for (let run = 0; run < options.runs; run++) {
    for (const trial of trials) {
      const measured = await bench.run(trial).catch(error => describeFailure(trial, error));
      if (measured === null) continue;
      console.log(lineOf(measured));
      const key = keyOf(measured);
      found.set(key, [...(found.get(key) ?? []), measured]);
    }
  }
  return [...found.values()].map(medianOf);
}

/** A server that ends before the flood begins has no figures; the others are measured all the same. */
function describeFailure({ row, api, limit, flooders }: Trial, error: unknown): null {
  console.log(`${row.name}, ${limit / MIB} MiB, ${flooders} × ${api}: FAILED: ${error}`);
  process.exitCode = 1;
  return null;
}

/** Those measured now take the place of their former ones; the others stay. */
function merged(results: string, measurements: readonly Measurement[]): Measurement[] {
  const lines = existsSync(results) ? readFileSync(results, 'utf8').split('\n').filter(Boolean) : [];
  const former = lines.map(line => JSON.parse(line) as Measurement);
  const all = new Map([...former, ...measurements].map(measured => [keyOf(measured), measured]));
  return [...all.values()];
}

function describeRun(): string {
  const { flood } = options.isQuick ? QUICK : FULL;
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  const runs = options.runs === 1 ? 'one run' : `medians of ${options.runs} interleaved runs`;
  return `${model}, ${availableParallelism()} processors, Node ${process.versions.node}, load ${loadavg()[0]!.toFixed(1)} at the end; ${runs} of ${flood / 1000} s.`;
}

function save(results: string, page: string, measurements: readonly Measurement[]): void {
  const all = merged(results, measurements);
  writeFileSync(results, all.map(measured => `${JSON.stringify(measured)}\n`).join(''));
  const text = `${formatTables(ROWS, all)}\n\n${describeRun()}`;
  const before = readFileSync(page, 'utf8');
  writeFileSync(page, before.replace(/(<!-- floods -->\n)[\s\S]*?(<!-- end -->)/, `$1\n${text}\n\n$2`));
}

const measurements = await measureAll();
console.log(`\n${formatTables(ROWS, measurements)}\n\n${describeRun()}`);
if (options.save !== null) save(options.save.results, options.save.page, measurements);
for (const measured of measurements) {
  const ws = measurements.find(each => keyOf(each) === keyOf({ ...measured, api: 'ws' }));
  const complaints = complaintsOf(measured, ws);
  if (complaints.length === 0) continue;
  process.exitCode = 1;
  console.log(
    `TOO MUCH: ${measured.row}, ${measured.limit / MIB} MiB, ${measured.flooders} × ${measured.api}: ${complaints.join('; ')}`,
  );
}
