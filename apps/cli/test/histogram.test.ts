import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Histogram } from '../src/bench/histogram.ts';
import { formatBar } from '../src/bench/progress-bar.ts';

describe('Histogram', () => {
  test('knows quantiles to within 1/32', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0.01, max: 100_000, noNaN: true }), { minLength: 1, maxLength: 200 }),
        fc.constantFrom(0.5, 0.9, 0.99, 1),
        (values, share) => {
          const histogram = new Histogram();
          for (const value of values) histogram.add(value);
          const exact = [...values].sort((a, b) => a - b)[Math.ceil(values.length * share) - 1]!;
          const found = histogram.quantile(share);
          expect(found).toBeGreaterThanOrEqual(exact * 0.999);
          expect(found).toBeLessThanOrEqual(exact * (1 + 1 / 32) + 0.001);
        },
      ),
    );
  });
  test('has nothing to say of nothing', () => {
    const { minimum, maximum, mean, count } = new Histogram();
    expect([minimum, maximum, mean, count, new Histogram().quantile(0.5)]).toEqual([0, 0, 0, 0, 0]);
    expect(new Histogram().rows()).toEqual([]);
  });
  test('counts every duration in one row', () => {
    const histogram = new Histogram();
    for (const value of [0.03, 0.04, 0.3, 1.4, 40]) histogram.add(value);
    const rows = histogram.rows();
    expect(rows[0]).toEqual({ upTo: 0.05, count: 2 });
    expect(rows.at(-1)).toEqual({ upTo: 50, count: 1 });
    expect(rows.reduce((sum, { count }) => sum + count, 0)).toBe(5);
  });
});

test('bars are drawn to an eighth of a column', () => {
  expect([0, 0.5, 0.53125, 1, 2].map(share => formatBar(share, 4))).toEqual(['', '██', '██▏', '████', '████']);
});
