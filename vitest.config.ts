import { existsSync, readdirSync } from 'node:fs';
import { basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// One project per package that has tests; sources are resolved by the `@ws/source` condition, so tests need no build.
const conditions = ['@ws/source', 'node', 'import', 'default'];
// What has no state of its own to keep apart: without isolation, many small files take half the time.
const SHARED = ['types', 'util', 'compress', 'accel', 'core', 'connection', 'testkit'];
const folders = ['packages', 'apps', 'tooling'].flatMap(parent =>
  readdirSync(new URL(parent, import.meta.url)).map(name => `${parent}/${name}`),
);
const projects = [...folders, 'docs']
  .filter(folder => existsSync(new URL(`${folder}/test`, import.meta.url)))
  .map(folder => ({
    extends: true as const,
    test: {
      name: basename(folder),
      root: fileURLToPath(new URL(folder, import.meta.url)),
      include: ['test/**/*.test.ts'],
      isolate: !SHARED.includes(basename(folder)),
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
