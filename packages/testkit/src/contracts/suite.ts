import { runnerOrGlobals, type TestRunner } from './test-runner.ts';

/** One rule of a port, and its test, which throws when the rule does not hold. */
export interface Rule<Subject> {
  readonly name: string;
  readonly run: (subject: Subject) => void | Promise<void>;
}

/** Defines one test for each rule. Each test gets an implementation of its own. */
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
