import { allCases, classicCases } from '../cases/case-table.ts';
import type { TestCase } from '../cases/test-case.ts';

/** Which cases to run, by patterns such as `*`, `1.*`, `7.3.1`. */
export interface CaseSelection {
  /** Default: all. */
  readonly cases?: readonly string[];
  /** Default: none. */
  readonly exclude?: readonly string[];
}

/**
 * Picks cases; the order stays.
 *
 * @throws RangeError when a pattern of `cases` fits no case at all.
 */
export function selectCases<T extends { readonly id: string }>(all: readonly T[], selection: CaseSelection = {}): T[] {
  const { cases = ['*'], exclude = [] } = selection;
  for (const pattern of cases) {
    if (![...all, ...classicCases].some(({ id }) => matchesPattern(id, pattern)))
      throw new RangeError(`no case fits ${pattern}`);
  }
  return all.filter(
    ({ id }) =>
      cases.some(pattern => matchesPattern(id, pattern)) && !exclude.some(pattern => matchesPattern(id, pattern)),
  );
}

/** The cases for peers of that role, with the words of a quick run if it is one. */
export function casesOfRun(
  role: 'client' | 'server',
  { isQuick = false, ...selection }: CaseSelection & { readonly isQuick?: boolean },
): TestCase[] {
  const other = role === 'client' ? 'server' : 'client';
  const cases = selectCases(
    allCases.filter(({ kind }) => kind !== other),
    selection,
  );
  return isQuick ? cases.map(each => ({ ...each, description: each.quickDescription ?? each.description })) : cases;
}

/** Whether an id fits a pattern, in which `*` stands for anything. */
export function matchesPattern(id: string, pattern: string): boolean {
  const source = pattern.split('*').map(part => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${source.join('.*')}$`).test(id);
}
