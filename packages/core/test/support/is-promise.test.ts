import { expect, test } from 'vitest';
import { isPromise } from '../../src/support/is-promise.ts';

test.each([
  ['a promise', Promise.resolve(), true],
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  ['one of another make', { then: () => {} }, true],
  ['nothing', undefined, false],
  ['null', null, false],
  ['an object without then', {}, false],
  // biome-ignore lint/suspicious/noThenProperty: that is what is tested
  ['an object whose then is no function', { then: 1 }, false],
  ['a function', () => {}, false],
  ['text', 'then', false],
])('%s: %j', (_name, value, expected) => {
  expect(isPromise(value)).toBe(expected);
});
