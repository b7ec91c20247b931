import { writeFileSync } from 'node:fs';
import type { Reporter, TestModule } from 'vitest/node';
import { SEED } from '../tests/seed.ts';

/**
 * Ends a run with one plain line: `N passed, N failed, N skipped`. The numbers, and the names of
 * what was skipped, are left in the file that `WS_SUMMARY` names, if it does: `tooling/check.mjs` adds them up.
 */
export default class ClosingLine implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    let passed = 0;
    const skipped: string[] = [];
    // A module that failed to load has no tests of its own, yet it is a failure.
    let failed = unhandledErrors.length;
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state === 'passed') passed++;
        else if (state === 'failed') failed++;
        else skipped.push(`${module.project.name}/${module.relativeModuleId}: ${test.fullName}`);
      }
    }
    const { WS_SUMMARY: file } = process.env;
    if (file !== undefined) writeFileSync(file, JSON.stringify({ passed, failed, skipped }));
    process.on('exit', () => {
      if (failed > 0) process.stdout.write(`the random inputs again: WS_SEED=${SEED}\n`);
      process.stdout.write(`${passed} passed, ${failed} failed, ${skipped.length} skipped\n`);
    });
  }
}
