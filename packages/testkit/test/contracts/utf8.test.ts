import type { Utf8Validator } from '@ws/types';
import { portableUtf8 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { utf8Reference } from '../../src/contracts/utf8-reference.ts';
import { hex, utf8Contract } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

utf8Contract('portableUtf8', () => portableUtf8, { describe, test });

type Validate = Utf8Validator['validate'];
const right: Validate = (bytes, state, start, end) => portableUtf8.validate(bytes, state, start, end);

const broken: Record<string, Validate> = {
  'accepts everything': () => 0,
  'rejects everything': () => 1,
  'takes what is incomplete for complete': (bytes, state, start, end) =>
    right(bytes, state, start, end) === 1 ? 1 : 0,
  'takes what is incomplete for invalid': (bytes, state, start, end) => (right(bytes, state, start, end) === 0 ? 0 : 1),
  'starts anew with each piece': (bytes, _, start, end) => right(bytes, 0, start, end),
  'starts anew after an invalid text': (bytes, state, start, end) => right(bytes, state === 1 ? 0 : state, start, end),
  'forgets the state when there is nothing': (bytes, state, start, end) =>
    bytes.length === 0 ? 0 : right(bytes, state, start, end),
  'does not look at start': (bytes, state, _, end) => right(bytes, state, 0, end),
  'does not look at end': (bytes, state, start) => right(bytes, state, start),
  'overlooks the last byte of long texts': (bytes, state, start = 0, end = bytes.length) =>
    right(bytes, state, start, end - start > 60 && (bytes[end - 1] ?? 0) > 0xf7 ? end - 1 : end),
  'overlooks byte 40': (bytes, state, start = 0, end = bytes.length) => {
    if (end - start < 64) return right(bytes, state, start, end);
    const copy = bytes.slice(start, end);
    if ((copy[40] ?? 0) > 0xf7) copy[40] = 0x61;
    return right(copy, state);
  },
  'accepts surrogates': (bytes, state, start, end) =>
    right(
      bytes.map(byte => (byte === 0xed ? 0xee : byte)),
      state,
      start,
      end,
    ),
  'accepts what is beyond Unicode': (bytes, state, start, end) =>
    right(
      bytes.map(byte => (byte === 0xf4 ? 0xf1 : byte)),
      state,
      start,
      end,
    ),
  'accepts overlong forms': (bytes, state, start, end) =>
    right(
      bytes.map(byte => (byte === 0xc1 ? 0xc2 : byte)),
      state,
      start,
      end,
    ),
  'tells of an overlong form a byte late': (bytes, state, start, end) =>
    right(bytes, state, start, end) === 1 && bytes.length === 1 && bytes[0] === 0xc0
      ? 2
      : right(bytes, state, start, end),
  'changes the bytes': (bytes, state, start, end) => {
    const answer = right(bytes, state, start, end);
    bytes.fill(0x61, start, end);
    bytes.fill(0x62, 0, 1);
    return answer;
  },
};

describe('utf8Contract finds a validator that', () => {
  test.each(Object.entries(broken))('%s', async (_, validate) => {
    expect(await firstBrokenRule(runner => utf8Contract('broken', () => ({ validate }), runner))).not.toBe(null);
  });
});

test('the reference agrees with the platform', () => {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  for (const text of ['', 'c3 bc', 'ed a0 80', 'f4 8f bf bf', 'f4 90 80 80', 'e0 9f bf', '80', 'e2 82 ac 41']) {
    const isValid = utf8Reference(hex(text)) === 'complete';
    if (isValid) expect(() => decoder.decode(hex(text))).not.toThrow();
    else expect(() => decoder.decode(hex(text))).toThrow();
  }
});
