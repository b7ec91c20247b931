import { existsSync, readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// One project per package that has tests; sources are resolved by the `@ws/source` condition, so tests need no build.
const conditions = ['@ws/source', 'node', 'import', 'default'];
// What has no state of its own to keep apart: without isolation, many small files take half the time.
const SHARED = ['types', 'util', 'compress', 'accel', 'core', 'connection', 'testkit'];
const projects = ['packages', 'apps', 'tooling'].flatMap(folder =>
  readdirSync(new URL(folder, import.meta.url))
    .filter(name => existsSync(new URL(`${folder}/${name}/test`, import.meta.url)))
    .map(name => ({
      extends: true as const,
      test: {
        name,
        root: fileURLToPath(new URL(`${folder}/${name}`, import.meta.url)),
        include: ['test/**/*.test.ts'],
        isolate: !SHARED.includes(name),
        benchmark: { include: ['bench/**/*.bench.ts'] },
      },
    })),
);

export default defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    projects,
    reporters: [['default', { summary: false }], './tooling/reporter/closing-line.ts'],
    testTimeout: 20_000,
    maxWorkers: '100%',
    coverage: {
      provider: 'v8',
      include: ['packages/*/src/**'],
      // The engine is tested to its last branch.
      thresholds: { 'packages/core/src/**': { branches: 100 } },
    },
  },
});
