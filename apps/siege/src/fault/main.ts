// `main [NAME]`: every fault twice, then what is left of them. Prints one line of JSON.

import { createCertificate } from './certificate.ts';
import { alerts, DETOURS, JUMPS } from './paths.ts';
import { leftOver, type Remains, takeStock } from './remains.ts';
import { VANISHINGS } from './resets.ts';
import type { Outcome, Scenario } from './scenario.ts';
import { World } from './world.ts';

const certificate = createCertificate();
const SCENARIOS: readonly Scenario[] = [
  ...VANISHINGS,
  ...DETOURS,
  ...JUMPS,
  ...(certificate === null ? [] : alerts(certificate)),
];

async function perform({ name, run }: Scenario): Promise<Outcome> {
  const world = new World();
  const watchdog = setTimeout(() => {
    console.error(`this does not end: ${name}`);
    process.exit(1);
  }, 20_000);
  try {
    await run(world);
    return { name, ends: await world.ends(0) };
  } finally {
    await world.close();
    clearTimeout(watchdog);
  }
}

const [, , part = ''] = process.argv;
const scenarios = SCENARIOS.filter(({ name }) => name.includes(part));

async function round(): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) outcomes.push(await perform(scenario));
  return outcomes;
}

// The first round takes what a process takes once.
const outcomes = await round();
const before = await takeStock();
await round();
const remains: Remains = leftOver(before, await takeStock());
console.log(JSON.stringify({ outcomes, remains }));
