// A setup file of the test runner: it is loaded before every test file.
import { Buffer } from 'node:buffer';
import { expect } from 'vitest';

/**
 * Makes `toEqual` compare bytes at once. The runner compares typed arrays element by element, as it does objects: that
 * takes seconds for half a megabyte. Arrays of different classes are left to the runner, since `toStrictEqual` tells them
 * apart. `Buffer` is imported because one test removes the global.
 */
function equalBytes(a: unknown, b: unknown): boolean | undefined {
  if (!(a instanceof Uint8Array && b instanceof Uint8Array) || a.constructor !== b.constructor) return undefined;
  return Buffer.compare(a, b) === 0;
}

expect.addEqualityTesters([equalBytes]);
