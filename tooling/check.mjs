// All of CI in one command: build, type-check, lint, boundaries, tests. Stops at the first that fails.
import { spawnSync } from 'node:child_process';

/** @type {readonly (readonly [name: string, command: string])[]} */
const STEPS = [
  ['build', 'turbo run build --output-logs=errors-only'],
  ['types', 'tsc -p tsconfig.json'],
  ['examples', 'tsc -p tsconfig.examples.json && node tooling/snippets.mjs --check'],
  ['lint', 'biome check . --diagnostic-level=error'],
  ['wasm', 'node tooling/wasm/build.mjs --check'],
  ['boundaries', 'turbo boundaries'],
  ['size', 'node tooling/size/budgets.mjs'],
  ['api', 'node tooling/api/report.mjs --check'],
  ['tests', 'vitest run'],
];

for (const [name, command] of STEPS) {
  const began = Date.now();
  const { status } = spawnSync(command, { stdio: 'inherit', shell: true });
  if (status !== 0) {
    console.error(`\n${name} failed: ${command}`);
    if (name !== 'tests') console.log('0 passed, 1 failed, 0 skipped');
    process.exit(1);
  }
  if (name !== 'tests') console.log(`${name}: ok (${((Date.now() - began) / 1000).toFixed(1)} s)`);
}
