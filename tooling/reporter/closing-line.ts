import { mkdirSync, writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';

/**
 * Ends a run with one plain line: `N passed, N failed, N skipped`. In a task of turbo it leaves the numbers in a file too,
 * which is kept with the task: `tooling/check.mjs` adds them up.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    let skipped = 0;
    // A module that failed to load has no tests of its own, yet it is a failure.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped++;
      }
    }
    if (process.env.TURBO_HASH !== undefined) {
      mkdirSync('.vitest', { recursive: true });
      writeFileSync('.vitest/summary.json', JSON.stringify({ passed, failed, skipped }));
    }
    process.on('exit', () => process.stdout.write(`${passed} passed, ${failed} failed, ${skipped} skipped\n`));
  }
}
