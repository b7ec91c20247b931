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
  const rules = [...collectRules(defineSuite)].sort(([a], [b]) => Number(isHeavy(a)) - Number(isHeavy(b)));
  for (const [name, run] of rules) if (!(await holds(run))) return name;
  return null;
}

/** Rules that move many MiB come last: most mistakes are found without them. */
function isHeavy(name: string): boolean {
  return /MiB|frames '|many large|onDrain comes|in onDrain|queued|takes nothing|whatever waits|is felt|little more|gone before|not drained/.test(
    name,
  );
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
