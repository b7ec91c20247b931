/** The part of a test runner that the contract suites use. vitest, jest, mocha and node:test all have it. */
export interface TestRunner {
  describe(name: string, define: () => void): void;
  test(name: string, run: () => void | Promise<void>): void;
}

/**
 * Returns the given runner, else the global `describe` and `test` (or `it`).
 *
 * @throws TypeError when there is neither
 */
export function runnerOrGlobals(runner: TestRunner | undefined): TestRunner {
  if (runner !== undefined) return runner;
  const { describe, test, it = test } = globalThis as unknown as Partial<TestRunner & { it: TestRunner['test'] }>;
  if (typeof describe !== 'function' || typeof it !== 'function') {
    throw new TypeError('no global describe and test here: pass { describe, test } as the last argument');
  }
  return { describe, test: it };
}
