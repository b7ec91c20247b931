// A short soak. `npm run soak` runs one of ten minutes.

import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundle } from '../bundle.mjs';
import { type Period, soak } from '../src/soak/soak.ts';
import { complaints } from '../src/soak/verdict.ts';

describe('a soak', () => {
  let server: Awaited<ReturnType<typeof bundle>>;
  beforeAll(async () => {
    server = await bundle('soak/server.ts');
  });
  afterAll(() => server.remove());
  test('of 2 seconds with 20 connections loses nothing', async () => {
    const periods: Period[] = [];
    const result = await soak({
      serverFile: server.file,
      seconds: 2,
      connections: 20,
      rate: 200,
      seed: 1,
      onPeriod: period => periods.push(period),
    });
    expect(complaints(result)).toEqual([]);
    expect(periods).toEqual(result.periods);
    expect(periods).toHaveLength(4);
    expect(result.visits).toBeGreaterThanOrEqual(20);
    const { closes } = result.rest;
    expect(Object.values(closes).reduce((sum, count) => sum + count, 0)).toBe(result.visits);
  });
});
