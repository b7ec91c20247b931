// All of CI in one command: build, type-check, lint, boundaries, tests. Stops at the first that fails. Tests of packages
// that are as they were, and stand on such, are not run again: `npm test -- --force` runs them all the same.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';

const force = process.argv.includes('--force') ? ' --force' : '';

/** @type {readonly (readonly [name: string, command: string])[]} */
const STEPS = [
  ['build', 'turbo run build --output-logs=errors-only'],
  ['types', 'tsc -p tsconfig.json'],
  ['examples', 'tsc -p tsconfig.examples.json && node tooling/snippets.mjs --check'],
  ['lint', 'biome check . --diagnostic-level=error'],
  ['counterparts', 'node tooling/counterparts.mjs'],
  ['wasm', 'node tooling/wasm/build.mjs --check'],
  ['boundaries', 'turbo boundaries'],
  ['size', 'node tooling/size/budgets.mjs'],
  ['api', 'node tooling/api/report.mjs --check'],
  // Each project brings workers of its own.
  ['tests', `turbo run test --output-logs=errors-only --concurrency=2 --continue${force}`],
];

/** Real counterparts that tests use where they are: with another one here, the tests are others. */
const PROGRAMS = ['bzip2', 'chromium', 'haproxy', 'nginx', 'openssl', 'tmux', 'websockify'];
const MODULES = ['autobahn', 'cbor2', 'msgpack', 'trio_websocket', 'ubjson', 'websockets'];

function counterparts() {
  const find = MODULES.map(name => `importlib.util.find_spec("${name}") and print("${name}")`).join('; ');
  const commands = `${PROGRAMS.map(name => `command -v ${name}`).join('; ')}; /usr/bin/python3 -c 'import importlib.util; ${find}'`;
  const { stdout } = spawnSync(commands, { shell: true, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return [process.version, ...stdout.split('\n')].join(' ');
}

/** The folders that have tests. */
const TESTED = ['packages', 'apps']
  .flatMap(parent => readdirSync(parent).map(name => `${parent}/${name}`))
  .concat('docs')
  .filter(folder => existsSync(`${folder}/test`));

const summaries = () => TESTED.map(folder => `${folder}/.vitest/summary.json`).filter(file => existsSync(file));

/** What the tests' tasks left, added up. @returns {string} */
function closingLine() {
  const total = { passed: 0, failed: 0, skipped: 0 };
  for (const file of summaries()) {
    const { passed, failed, skipped } = JSON.parse(readFileSync(file, 'utf8'));
    total.passed += passed;
    total.failed += failed;
    total.skipped += skipped;
  }
  return `${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`;
}

for (const folder of TESTED) {
  const { scripts } = JSON.parse(readFileSync(`${folder}/package.json`, 'utf8'));
  if (scripts?.test === undefined) throw new Error(`${folder} has tests, but no script that runs them`);
}
for (const file of summaries()) rmSync(file);
const env = { ...process.env, WS_COUNTERPARTS: counterparts() };
for (const [name, command] of STEPS) {
  const began = Date.now();
  const { status } = spawnSync(command, { stdio: 'inherit', shell: true, env });
  if (status !== 0) {
    console.error(`\n${name} failed: ${command}`);
    const line = name === 'tests' ? closingLine().replace(' 0 failed', ' 1 failed') : '0 passed, 1 failed, 0 skipped';
    console.log(line);
    process.exit(1);
  }
  console.log(`${name}: ok (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
console.log(closingLine());
