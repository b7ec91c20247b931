import { describe, expect, test } from 'vitest';
import {
  isBoolean,
  isIntegerFrom,
  isListOf,
  isOneOf,
  isText,
  type OptionCheck,
} from '../../src/options/option-checks.ts';

describe.each([
  { name: 'isBoolean', check: isBoolean, good: [true, false], bad: [1, 'true', null], wanted: 'true or false' },
  { name: 'isText', check: isText, good: ['', 'a'], bad: [1, null, ['a']], wanted: 'a string' },
  {
    name: 'isIntegerFrom(0)',
    check: isIntegerFrom(0),
    good: [0, 1, Number.MAX_SAFE_INTEGER],
    bad: [-1, 0.5, '0', Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53, null, 1n],
    wanted: 'an integer, 0 or more',
  },
  {
    name: 'isIntegerFrom(2, 4)',
    check: isIntegerFrom(2, 4),
    good: [2, 4],
    bad: [1, 5],
    wanted: 'an integer, 2 to 4',
  },
  { name: 'isOneOf', check: isOneOf(8, 13), good: [8, 13], bad: [9, '8', null], wanted: 'one of 8, 13' },
  { name: 'isListOf', check: isListOf(isText), good: [[], ['a']], bad: ['a', {}, null], wanted: 'a list' },
  {
    name: 'isListOf, of others',
    check: isListOf(isText),
    good: [],
    bad: [[1], ['a', 1]],
    wanted: 'a list, each of it a string',
  },
  {
    name: 'isListOf, 1 at least',
    check: isListOf(isText, 1),
    good: [['a']],
    bad: [[], 'a'],
    wanted: 'a list that is not empty',
  },
] as readonly { name: string; check: OptionCheck; good: unknown[]; bad: unknown[]; wanted: string }[])(
  '$name',
  ({ check, good, bad, wanted }) => {
    test('says nothing of what is right', () => expect(good.map(check)).toEqual(good.map(() => null)));
    test('says what others should have been', () => expect(bad.map(check)).toEqual(bad.map(() => wanted)));
  },
);
