// Measures @ws/node and its peers side by side on this machine: `pnpm bench` at the root, after a build.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { drawChart } from './lib/chart.mjs';
import { describeMachine, describeNoise, describeVersions } from './lib/machine.mjs';
import { describe, formatReport } from './lib/report.mjs';
import { runScenario } from './lib/runner.mjs';
import { SCENARIOS } from './lib/scenarios.mjs';
import { summarize } from './lib/summary.mjs';

const USAGE = `usage: pnpm bench [--quick] [--only NAMES] [--servers NAMES] [--rounds N] [--seconds N] [--save] [--cpu-prof] [--uws PATH]

  --quick     3 short rounds
  --only      work whose name starts with one of these, separated by commas
  --servers   only these of ours, ours-attach, ours-pull, ws, websocket, deno, uws, raw, undici, ours-wamp, fox-wamp
  --rounds    rounds (default 7 to 25)        --seconds  measured in each (default 1)
  --save      write RESULTS.md, results.json and the chart; a run of everything does so anyway
  --cpu-prof  node servers write CPU profiles to node_modules/.cache/bench/profiles
  --uws       an echo server over uWebSockets, started as PATH PORT (or set BENCH_UWS)
`;

const path = (/** @type {string} */ name) => fileURLToPath(new URL(name, import.meta.url));
const RESULTS = path('RESULTS.md');
const RESULTS_JSON = path('results.json');
const CHART = path('../../docs/assets/bench.svg');

function readArguments() {
  const { values } = parseArgs({
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      servers: { type: 'string' },
      rounds: { type: 'string' },
      seconds: { type: 'string' },
      save: { type: 'boolean', default: false },
      'cpu-prof': { type: 'boolean', default: false },
      uws: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  const only = values.only?.split(',') ?? null;
  const servers = values.servers?.split(',') ?? null;
  return {
    rounds: values.rounds ? Number(values.rounds) : values.quick ? 3 : null,
    seconds: Number(values.seconds ?? (values.quick ? 0.3 : 1)),
    warmup: values.quick ? 0.5 : 1,
    chosen: SCENARIOS.filter(({ name }) => only?.some(start => name.startsWith(start)) ?? true),
    isWanted: (/** @type {import('./lib/scenarios.mjs').Entry} */ { subject }) => servers?.includes(subject) ?? true,
    isSaved: values.save || !(values.quick || only || servers || values['cpu-prof']),
    isProfiled: values['cpu-prof'],
    uws: values.uws,
    isHelp: values.help,
  };
}

/**
 * Scenarios measured now replace their former figures; the others stay.
 *
 * @param {import('./lib/report.mjs').Report} report
 */
function save(report) {
  /** @type {Pick<import('./lib/report.mjs').Report, 'scenarios' | 'versions'>} */
  const former = existsSync(RESULTS_JSON)
    ? JSON.parse(readFileSync(RESULTS_JSON, 'utf8'))
    : { scenarios: [], versions: {} };
  const all = [...report.scenarios, ...former.scenarios];
  const scenarios = SCENARIOS.flatMap(({ name }) => all.find(scenario => scenario.name === name) ?? []);
  // Of a peer that is not here today, but whose figures stay.
  const kept = Object.entries(former.versions).filter(([name]) => scenarios.some(({ entries }) => name in entries));
  const versions = { ...Object.fromEntries(kept), ...report.versions };
  mkdirSync(path('../../docs/assets/'), { recursive: true });
  writeFileSync(RESULTS_JSON, `${JSON.stringify({ ...report, versions, scenarios }, null, 2)}\n`);
  writeFileSync(RESULTS, formatReport({ ...report, versions, scenarios }));
  writeFileSync(CHART, drawChart(scenarios));
}

async function main() {
  const options = readArguments();
  if (options.isHelp) return console.log(USAGE);
  if (!existsSync('/proc/self/stat')) throw new Error('this bench reads CPU times from /proc: it needs Linux');
  if (options.uws) process.env.BENCH_UWS = options.uws;
  const noise = describeNoise();
  if (noise) console.log(`  ${noise}`);
  const scenarios = [];
  for (const scenario of options.chosen) {
    const measured = await runScenario(scenario, { ...options, say: line => console.log(line) });
    if (!measured) continue;
    const summary = summarize(measured);
    console.log(describe(summary));
    scenarios.push(summary);
  }
  const { seconds } = options;
  if (options.isSaved) save({ machine: describeMachine(), versions: describeVersions(), seconds, scenarios });
}

await main();
