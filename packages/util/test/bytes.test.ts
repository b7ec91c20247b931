import fc from 'fast-check';
import { expect, test } from 'vitest';
import { concatBytes, EMPTY_BYTES, equalBytes } from '../src/primitives.ts';

test('concatBytes joins pieces in order', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array()), chunks => {
      expect([...concatBytes(chunks)]).toEqual(chunks.flatMap(chunk => [...chunk]));
    }),
  );
});

test('concatBytes copies nothing when there is nothing to join', () => {
  const chunk = Uint8Array.of(1, 2);
  expect(concatBytes([chunk])).toBe(chunk);
  // Not the shared one: whoever gets it may transfer it away.
  expect(concatBytes([])).toEqual(EMPTY_BYTES);
  expect(concatBytes([])).not.toBe(EMPTY_BYTES);
});

test.each([
  [[], [], true],
  [[1, 2], [1, 2], true],
  [[1, 2], [1, 3], false],
  [[2, 1], [3, 1], false],
  [[1, 2], [1], false],
])('equalBytes of %j and %j is %j', (a, b, expected) => {
  expect(equalBytes(Uint8Array.from(a), Uint8Array.from(b))).toBe(expected);
});
