import { describe, expect, test } from 'vitest';
import { compareExpectations } from '../src/index.ts';

describe('compareExpectations', () => {
  const expected = { cases: 3, others: { '2.1': 'NON-STRICT', '3.2': 'OK or NON-STRICT' } };

  test('finds nothing where all is as expected, whichever of two it is', () => {
    expect(compareExpectations(expected, { cases: 3, others: { '2.1': 'NON-STRICT' } })).toEqual([]);
    expect(compareExpectations(expected, { cases: 3, others: { '2.1': 'NON-STRICT', '3.2': 'NON-STRICT' } })).toEqual(
      [],
    );
  });

  test('names what is better, what is worse and what was not run', () => {
    expect(compareExpectations(expected, { cases: 2, others: { '1.1.1': 'FAILED' } })).toEqual([
      '2.1: expected NON-STRICT, got OK',
      '1.1.1: expected OK, got FAILED',
      'expected 3 cases, ran 2',
    ]);
  });
});
