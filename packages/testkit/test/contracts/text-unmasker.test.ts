import type { TextUnmasker } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { textUnmaskerContract } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

type Unmask = TextUnmasker['unmaskText'];
const right: Unmask = (bytes, start, end, key, offset, state) => {
  portableMasker.mask(bytes, start, end, key, offset);
  return portableUtf8.validate(bytes, state, start, end);
};

textUnmaskerContract('the portable parts', () => ({ unmaskText: right }), { describe, test });

const broken: Record<string, Unmask> = {
  'does not unmask': (bytes, start, end, key, offset, state) => right(bytes.slice(), start, end, key, offset, state),
  'does not validate': (bytes, start, end, key, offset) => {
    portableMasker.mask(bytes, start, end, key, offset);
    return 0;
  },
  'validates before it unmasks': (bytes, start, end, key, offset, state) => {
    const answer = portableUtf8.validate(bytes, state, start, end);
    portableMasker.mask(bytes, start, end, key, offset);
    return answer;
  },
  'forgets the offset': (bytes, start, end, key, _, state) => right(bytes, start, end, key, 0, state),
  'forgets the state': (bytes, start, end, key, offset) => right(bytes, start, end, key, offset, 0),
  'unmasks one byte too many': (bytes, start, end, key, offset, state) => {
    portableMasker.mask(bytes, start, Math.min(end + 1, bytes.length), key, offset);
    return portableUtf8.validate(bytes, state, start, end);
  },
  'forgives what was invalid': (bytes, start, end, key, offset, state) =>
    right(bytes, start, end, key, offset, state === 1 ? 0 : state),
};

describe('textUnmaskerContract finds one that', () => {
  test.each(Object.entries(broken))('%s', async (_, unmaskText) => {
    expect(await firstBrokenRule(runner => textUnmaskerContract('broken', () => ({ unmaskText }), runner))).not.toBe(
      null,
    );
  });
});
