import { describe, expect, test } from 'vitest';
import { createProbe } from '../../src/support/probe.ts';

describe('a probe', () => {
  test('runs its trial once, and knows the outcome from then on', async () => {
    let runs = 0;
    const probe = createProbe(async () => ++runs === 1);
    expect([probe.hasSucceeded(), runs]).toEqual([false, 0]);
    expect(await Promise.all([probe.run(), probe.run()])).toEqual([true, true]);
    expect([await probe.run(), probe.hasSucceeded(), runs]).toEqual([true, true, 1]);
  });

  test('has failed when its trial rejects, and when there is nothing to try', async () => {
    const broken = createProbe(() => Promise.reject(new Error('no')));
    const nothing = createProbe(null);
    expect([await broken.run(), await nothing.run()]).toEqual([false, false]);
    expect([broken.hasSucceeded(), nothing.hasSucceeded()]).toEqual([false, false]);
  });
});
