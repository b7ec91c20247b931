import { describe, expect, test } from 'vitest';
import { check, checkEqual, equalValues, show } from '../src/assert.ts';

const error = (message: string, code?: string) => Object.assign(new Error(message), code === undefined ? {} : { code });

describe('equalValues', () => {
  test.each([
    [1, 1],
    [Number.NaN, Number.NaN],
    ['a', 'a'],
    [null, null],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 2)],
    [Uint8Array.of(1, 2), Buffer.of(1, 2)],
    [Float64Array.of(1.5), Float64Array.of(1.5)],
    [
      [1, [2]],
      [1, [2]],
    ],
    [
      { a: 1, b: undefined },
      { b: undefined, a: 1 },
    ],
    [new Map([[1, [2]]]), new Map([[1, [2]]])],
    [error('bad', 'E'), error('bad', 'E')],
  ])('%o and %o are equal', (a, b) => {
    expect(equalValues(a, b)).toBe(true);
  });

  test.each([
    [1, 2],
    [0, -0],
    [1, '1'],
    [null, {}],
    [undefined, null],
    [Uint8Array.of(1, 2), Uint8Array.of(1, 3)],
    [Uint8Array.of(1), Uint8Array.of(1, 0)],
    [Uint8Array.of(1), [1]],
    [[1, 2], [1]],
    [{ a: undefined }, {}],
    [{ a: 1 }, { b: 1 }],
    [{ a: 1 }, [1]],
    [new Set([1]), new Set([2])],
    [error('bad', 'E'), error('bad', 'F')],
    [error('bad'), error('worse')],
    [new TypeError('bad'), new RangeError('bad')],
  ])('%o and %o are not', (a, b) => {
    expect(equalValues(a, b)).toBe(false);
  });
});

test('checks throw a ContractError that names the rule', () => {
  expect(() => check(true, 'rule')).not.toThrow();
  expect(() => check(false, 'the rule')).toThrow(
    expect.objectContaining({ name: 'ContractError', message: 'the rule' }),
  );
  expect(() => checkEqual(1, 1, 'rule')).not.toThrow();
  expect(() => checkEqual(1, 2, 'the rule')).toThrow('the rule: expected 2, got 1');
});

test.each([
  [Uint8Array.of(1, 255), '<2 bytes: 01 ff>'],
  [new Uint8Array(0), '<0 bytes>'],
  [new Uint8Array(40), `<40 bytes:${' 00'.repeat(32)} …>`],
  [['a', 1], '["a", 1]'],
  [new Array(20).fill(1), `[${'1, '.repeat(16)}…]`],
  [{ a: null }, '{ a: null }'],
  [new RangeError('bad'), 'RangeError: bad'],
])('shows %o', (value, text) => {
  expect(show(value)).toBe(text);
});
