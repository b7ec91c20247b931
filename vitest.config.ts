import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';
import { SEED } from './tooling/tests/seed.ts';
import { LONG_TESTS, TIER } from './tooling/tests/tier.ts';

// One project per package that has tests; sources are resolved by the `@ws/source` condition, so tests need no build.
const conditions = ['@ws/source', 'node', 'import', 'default'];
const folders = ['packages', 'apps', 'tooling'].flatMap(parent =>
  readdirSync(new URL(parent, import.meta.url)).map(name => `${parent}/${name}`),
);
const projects = [...folders, 'docs', 'tooling']
  .filter(folder => existsSync(new URL(`${folder}/test`, import.meta.url)))
  .map(folder => ({
    extends: true as const,
    test: {
      name: basename(folder),
      root: fileURLToPath(new URL(folder, import.meta.url)),
      include: ['test/**/*.test.ts'],
      exclude: [...configDefaults.exclude, ...(TIER === 'quick' ? [LONG_TESTS] : [])],
      provide: { tier: TIER, seed: SEED },
      setupFiles: [fileURLToPath(new URL('tooling/tests/equal-bytes.ts', import.meta.url))],
      // The files of a package share two processes: one for each would take half of the whole time.
      isolate: false,
      benchmark: { include: ['bench/**/*.bench.ts'] },
    },
  }));

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    reporters: [['default', { summary: false }], './tooling/reporter/closing-line.ts'],
    // Long, since machines are busy: nothing waits for time itself.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      // The engine is tested to its last branch.
      thresholds: { 'packages/core/src/**': { branches: 100 } },
    },
  },
});
