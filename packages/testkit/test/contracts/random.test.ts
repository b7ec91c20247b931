import type { Random } from '@ws/types';
import { webPlatform } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { randomContract, seededRandom } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

randomContract('seededRandom', () => seededRandom(1), { describe, test });
randomContract('the random numbers of the web platform', () => webPlatform.random, { describe, test });

const source = seededRandom(1);

const broken: Record<string, Random['fill']> = {
  'does nothing': () => {},
  'fills with zeros': target => void target.fill(0),
  'says the same each time': target => seededRandom(1).fill(target),
  'fills no more than 64 KiB': target => source.fill(target.subarray(0, 65_536)),
  'fills whole words only': target => source.fill(target.subarray(0, target.length & ~3)),
  'fills the buffer of the target': target => source.fill(new Uint8Array(target.buffer)),
  'never gives 255': target => {
    source.fill(target);
    for (let i = 0; i < target.length; i++) if (target[i] === 255) target[i] = 0;
  },
  counts: target => {
    for (let i = 0; i < target.length; i++) target[i] = (source.uint32() & 0) + (i >> 2) + 1;
    source.fill(target.subarray(0, 8));
  },
};

describe('randomContract finds a source that', () => {
  test.each(Object.entries(broken))('%s', async (_, fill) => {
    expect(await firstBrokenRule(runner => randomContract('broken', () => ({ fill }), runner))).not.toBe(null);
  });
});
