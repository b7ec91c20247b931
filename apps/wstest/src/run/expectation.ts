import { isFailure } from '../cases/verdict.ts';
import type { CaseResult } from './case-result.ts';

/** What a peer is known to do, short enough to be read: every case that is not listed is OK. */
export interface Expectation {
  /** How many cases were run. */
  readonly cases: number;
  /**
   * Case to behavior, and to `behavior / behaviorClose` where only the closing is wrong. In what is expected, `A or B`
   * stands for a peer that does now this, now that.
   */
  readonly others: Readonly<Record<string, string>>;
}

/** Brings results into the form in which they are kept. */
export function summarizeResults(results: readonly CaseResult[]): Expectation {
  const others: Record<string, string> = {};
  for (const { id, behavior, behaviorClose } of results) {
    const isOnlyTheClose = !isFailure({ behavior, behaviorClose: 'OK' }) && isFailure({ behavior, behaviorClose });
    if (isOnlyTheClose) others[id] = `${behavior} / ${behaviorClose}`;
    else if (behavior !== 'OK') others[id] = behavior;
  }
  return { cases: results.length, others };
}

/** The differences between what was expected and what came, a line each; empty when there are none. */
export function compareExpectations(expected: Expectation, actual: Expectation): string[] {
  const ids = new Set([...Object.keys(expected.others), ...Object.keys(actual.others)]);
  const lines = [...ids].flatMap(id => {
    const [before = 'OK', now = 'OK'] = [expected.others[id], actual.others[id]];
    return before.split(' or ').includes(now) ? [] : [`${id}: expected ${before}, got ${now}`];
  });
  return expected.cases === actual.cases ? lines : [...lines, `expected ${expected.cases} cases, ran ${actual.cases}`];
}
