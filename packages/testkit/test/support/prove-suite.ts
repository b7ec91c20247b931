import type { TestRunner } from '../../src/index.ts';

/** A test runner that only collects, so that a suite can be run against implementations that must fail it. */
export function collectRules(defineSuite: (runner: TestRunner) => void): Map<string, () => void | Promise<void>> {
  const rules = new Map<string, () => void | Promise<void>>();
  const path: string[] = [];
  defineSuite({
    describe(name, define) {
      path.push(name);
      define();
      path.pop();
    },
    test: (name, run) => void rules.set([...path.slice(1), name].join(' > '), run),
  });
  return rules;
}

/** Runs a suite up to the first rule that is broken, and returns its name. Whoever hangs breaks it too. */
export async function firstBrokenRule(defineSuite: (runner: TestRunner) => void): Promise<string | null> {
  for (const [name, run] of collectRules(defineSuite)) if (!(await holds(run))) return name;
  return null;
}

async function holds(run: () => void | Promise<void>): Promise<boolean> {
  try {
    return await Promise.race([Promise.resolve(run()).then(() => true), stuck()]);
  } catch {
    return false;
  }
}

/** What lives in memory goes on in microtasks: all of them have run before the next turn of the event loop. */
async function stuck(): Promise<boolean> {
  for (let i = 0; i < 5; i++) await new Promise(resolve => setImmediate(resolve));
  return false;
}
