import { describe, expect, test } from 'vitest';
import { isRealmName, isUri } from '../src/index.ts';

describe('isUri', () => {
  test.each([
    // [text, exact, prefix, wildcard] loosely, then strictly
    ['com.example.a_1', [true, true, true], [true, true, true]],
    ['com.Example-é', [true, true, true], [false, false, false]],
    ['com.example.', [false, true, true], [false, true, true]],
    ['com..a', [false, false, true], [false, false, true]],
    ['.', [false, false, true], [false, false, true]],
    ['', [false, true, true], [false, true, true]],
    ['com.a b', [false, false, false], [false, false, false]],
    ['com.a#b', [false, false, false], [false, false, false]],
    ['a'.repeat(3000), [false, false, false], [false, false, false]],
  ])('%j', (text, loose, strict) => {
    const policies = ['exact', 'prefix', 'wildcard'] as const;
    expect(policies.map(match => isUri(text, match))).toEqual(loose);
    expect(policies.map(match => isUri(text, match, true))).toEqual(strict);
  });

  test('takes time that grows with the text only', () => {
    for (const text of [`${'a.'.repeat(1000)}#`, `${'.'.repeat(2000)}#`]) expect(isUri(text, 'wildcard')).toBe(false);
  });
});

test.each([
  ['realm1', true],
  ['a.b-c_d@e', true],
  ['ab', false],
  ['1realm', false],
  ['a'.repeat(255), true],
  ['a'.repeat(256), false],
  [`0x${'aB'.repeat(20)}`, true],
  [`0x${'aB'.repeat(19)}`, false],
  ['real m', false],
])('isRealmName(%j) is %j', (name, isName) => {
  expect(isRealmName(name)).toBe(isName);
});
