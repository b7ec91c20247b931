import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { drawChart } from '../lib/chart.mjs';
import { compileGenerator } from '../lib/generator.mjs';
import { whyMissing } from '../lib/processes.mjs';
import { formatReport } from '../lib/report.mjs';
import { runScenario } from '../lib/runner.mjs';
import { SCENARIOS } from '../lib/scenarios.mjs';
import { median, summarize } from '../lib/summary.mjs';

const canMeasure = existsSync('/proc/self/stat');

/** One tiny round of a scenario. */
async function run(name: string, subjects: readonly string[], connections: number) {
  const scenario = SCENARIOS.find(candidate => candidate.name === name);
  if (!scenario) throw new Error(`no scenario ${name}`);
  const said: string[] = [];
  const measured = await runScenario(
    { ...scenario, connections },
    {
      rounds: 1,
      seconds: 0.1,
      warmup: 0.05,
      isWanted: ({ subject }) => subjects.includes(subject),
      isProfiled: false,
      say: line => said.push(line),
    },
  );
  if (!measured) throw new Error(said.join('\n'));
  return { summary: summarize(measured), said };
}

describe.skipIf(!canMeasure)('a round of the bench', () => {
  test.each(['ws', 'ours', 'raw'].filter(subject => whyMissing(subject) === null))(
    'gives a figure for an echo server: %s',
    async subject => {
      const { summary, said } = await run('echo-64', [subject], 2);
      expect(said).toEqual([]);
      expect(summary.entries[subject]).toMatchObject({ rounds: [expect.any(Number)] });
      expect(summary.entries[subject]?.median).toBeGreaterThan(0);
    },
  );

  test.skipIf(compileGenerator() === null)('gives a figure for a broadcast, a report and a chart', async () => {
    const scenario = SCENARIOS.find(({ mode }) => mode === 'fan');
    const { summary } = await run(scenario?.name ?? '', ['ws'], 2);
    expect(summary.unit).toBe('delivery');
    expect(formatReport({ machine: {}, versions: {}, seconds: 0.1, scenarios: [summary] })).toContain(summary.title);
    expect(drawChart([{ ...summary, inChart: true }])).toContain('<rect class="ws"');
  });

  test.skipIf(whyMissing('ours-wamp') !== null).each(['wamp-rpc', 'wamp-events'])(
    'gives a figure for a WAMP router: %s',
    async name => {
      const { summary, said } = await run(name, ['ours-wamp'], 2);
      expect(said).toEqual([]);
      expect(summary.entries['ours-wamp']?.median).toBeGreaterThan(0);
      const machine = { machine: {}, versions: {}, seconds: 0.1 };
      expect(formatReport({ ...machine, scenarios: [summary] })).toContain('## WAMP routers');
    },
  );

  test('says why a server is left out', async () => {
    await expect(run('echo-64', ['nobody'], 1)).rejects.toThrow('none of its servers can run');
  });
});

describe('median', () => {
  test.each([
    { values: [3, 1, 2], middle: 2 },
    { values: [4, 1, 2, 3], middle: 2.5 },
    { values: [7], middle: 7 },
  ])('of $values is $middle', ({ values, middle }) => {
    expect(median(values)).toBe(middle);
  });
});

test('each scenario has a name of its own, and its budgets speak of its entries', () => {
  const names = SCENARIOS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  for (const { entries, budgets } of SCENARIOS) {
    const known = entries.map(({ name }) => name);
    for (const { of, to } of budgets) expect(known).toEqual(expect.arrayContaining([of, to]));
  }
});
