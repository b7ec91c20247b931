import { describe, expect, test } from 'vitest';
import {
  checkBoolean,
  checkInteger,
  checkIntegerOrNull,
  checkIntegerOrZero,
  checkOptions,
  checkSizes,
} from '../src/checks.ts';

describe('checks', () => {
  test('wrong types are TypeErrors', () => {
    expect(() => checkBoolean('x', 1)).toThrow(TypeError);
    expect(() => checkInteger('x', '9', 8, 15)).toThrow(TypeError);
    expect(() => checkIntegerOrZero('x', null, 8, 15)).toThrow(TypeError);
    expect(() => checkIntegerOrNull('x', '9', 8, 15)).toThrow(TypeError);
    expect(() => checkOptions(5 as unknown as object, [])).toThrow(TypeError);
    expect(() => checkOptions(null as unknown as object, [])).toThrow(TypeError);
  });
  test('wrong values are RangeErrors', () => {
    for (const value of [7, 16, 9.5, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => checkInteger('x', value, 8, 15)).toThrow(RangeError);
      expect(() => checkIntegerOrZero('x', value, 8, 15)).toThrow(RangeError);
      expect(() => checkIntegerOrNull('x', value, 8, 15)).toThrow(RangeError);
    }
    expect(() => checkIntegerOrNull('x', 0, 8, 15)).toThrow(RangeError);
    expect(() => checkSizes(-1, 0)).toThrow(RangeError);
    expect(() => checkSizes(null, 0.5)).toThrow(RangeError);
  });
  test('right ones pass', () => {
    checkBoolean('x', false);
    checkInteger('x', 8, 8, 15);
    checkIntegerOrZero('x', 0, 8, 15);
    checkIntegerOrNull('x', null, 8, 15);
    checkSizes(null, 0);
    checkOptions({ a: 1 }, ['a', 'b']);
  });
  test('an unknown option is a TypeError that names it', () => {
    expect(() => checkOptions({ treshold: 1 }, ['threshold'])).toThrow(/"treshold".*threshold/);
  });
});
