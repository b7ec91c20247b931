// All of CI in one command: builds, then runs the tests and, beside them, the other checks. `npm test` runs the quick
// tests; with CI set, or with `npm test -- --all`, every test runs, and those of the packages on the other releases of Node.
import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @typedef {readonly (readonly [name: string, command: string])[]} Lane steps, one after the other */

const tier = process.env.CI || process.argv.includes('--all') ? 'all' : 'quick';
// Each run of the tests leaves its figures in a file here.
const summaries = mkdtempSync(join(tmpdir(), 'ws-tests-'));
const env = { ...process.env, WS_TIER: tier, WS_SEED: process.env.WS_SEED ?? `${randomInt(2 ** 32)}` };

/** @type {Lane} */
const TESTS = [['tests', `vitest run --project '!core'`]];

/** @type {Lane} What has to wait for nothing but the build; `core` counts its branches, which costs a process of its own. */
const CHECKS = [
  ['types', 'tsc -p tsconfig.json'],
  ['examples', 'tsc -p tsconfig.examples.json && node tooling/snippets.mjs --check'],
  ['lint', 'biome check . --diagnostic-level=error'],
  ['house', 'node tooling/house.mjs'],
  ['wasm', 'node tooling/wasm/build.mjs --check'],
  ['boundaries', 'turbo boundaries'],
  ['size', 'node tooling/size/budgets.mjs'],
  ['api', 'node tooling/api/report.mjs --check'],
  ['tests of core', 'vitest run --project core --coverage'],
];

/** @type {Lane} */
const NODES = tier === 'all' ? [['other releases of Node', 'node tooling/test-nodes.mjs']] : [];

/** @type {{ passed: number, failed: number, skipped: string[] }} */
const total = { passed: 0, failed: 0, skipped: [] };

/**
 * Runs a step, and adds its figures to the total. What it prints is shown when it fails.
 *
 * @param {string} name
 * @param {string} command
 */
async function run(name, command) {
  const summary = join(summaries, `${name}.json`);
  const began = Date.now();
  const child = spawn(command, {
    shell: true,
    stdio: ['inherit', 'pipe', 'pipe'],
    env: { ...env, WS_SUMMARY: summary },
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', text => (output += text));
  const status = await new Promise(resolve => child.once('error', () => resolve(1)).once('close', resolve));
  const seconds = ((Date.now() - began) / 1000).toFixed(1);
  console.log(status === 0 ? `${name}: ok (${seconds} s)` : `${output}\n${name} failed (${seconds} s): ${command}`);
  const none = { passed: 0, failed: 0, skipped: [] };
  const { passed, failed, skipped } = existsSync(summary) ? JSON.parse(readFileSync(summary, 'utf8')) : none;
  total.passed += passed;
  // A step that is no test, or fails for want of coverage, is one failure.
  total.failed += status === 0 ? 0 : Math.max(failed, 1);
  total.skipped.push(...skipped);
  return status === 0;
}

/** Runs a lane to its end, past what fails: each step says something of its own. @param {Lane} lane */
async function runLane(lane) {
  for (const [name, command] of lane) await run(name, command);
}

if (await run('build', 'turbo run build --output-logs=errors-only')) {
  await Promise.all([runLane(TESTS), runLane(CHECKS)]);
  // Alone, since they take both cores themselves.
  await runLane(NODES);
}

rmSync(summaries, { recursive: true });
// For want of a counterpart, which `.ci/run` installs, or of a newer Node.
for (const name of total.skipped) console.log(`skipped: ${name}`);
if (total.failed > 0) console.log(`the random inputs again: WS_SEED=${env.WS_SEED}`);
console.log(`${tier}: ${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
process.exitCode = total.failed === 0 ? 0 : 1;
