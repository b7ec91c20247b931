import type { Digest } from '@ws/types';
import { sha1 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { digestContract } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

digestContract('sha1', () => ({ sha1 }), { describe, test });

const shared = new Uint8Array(20);

const broken: Record<string, Digest['sha1']> = {
  'gives nothing': () => new Uint8Array(0),
  'gives zeros': () => new Uint8Array(20),
  'gives one byte too many': bytes => new Uint8Array([...sha1(bytes), 0]),
  'gives the same memory each time': bytes => {
    shared.set(sha1(bytes));
    return shared;
  },
  'reads the whole buffer': bytes => sha1(new Uint8Array(bytes.buffer)),
  'changes what it reads': bytes => {
    const digest = sha1(bytes);
    bytes.fill(0);
    return digest;
  },
  'goes wrong where the padding needs a block': bytes => sha1(bytes.length % 64 === 56 ? bytes.slice(1) : bytes),
};

describe('digestContract finds a digest that', () => {
  test.each(Object.entries(broken))('%s', async (_, digest) => {
    expect(await firstBrokenRule(runner => digestContract('broken', () => ({ sha1: digest }), runner))).not.toBe(null);
  });
});
