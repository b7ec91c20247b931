import { runnerOrGlobals, type TestRunner } from './test-runner.ts';

/** One sentence of a port, and what proves it: throws when it does not hold. */
export interface Rule<Subject> {
  readonly name: string;
  readonly run: (subject: Subject) => void | Promise<void>;
}

/** Defines one test for each rule; each gets an implementation of its own. */
export function defineSuite<Subject>(
  title: string,
  rules: readonly Rule<Subject>[],
  make: () => Subject | Promise<Subject>,
  runner: TestRunner | undefined,
): void {
  const { describe, test } = runnerOrGlobals(runner);
  describe(title, () => {
    for (const rule of rules) test(rule.name, async () => rule.run(await make()));
  });
}
