import { everySplit, hex, seededRandom } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { Utf8Validator } from '../src/index.ts';
import { step } from './support/automaton.ts';
import { ACCELERATORS } from './support/ports.ts';

type Tuple = readonly [valid: boolean, endsOnCodePoint: boolean, currentIndex: number, totalIndex: number];

/** What the reference says to chunks in a row. */
const VECTORS: readonly (readonly [chunks: readonly string[], results: readonly Tuple[]])[] = [
  [[''], [[true, true, 0, 0]]],
  [['61 62 63'], [[true, true, 3, 3]]],
  [
    ['c3', 'a9'],
    [
      [true, false, 1, 1],
      [true, true, 1, 2],
    ],
  ],
  [['61 62 ff'], [[false, false, 2, 2]]],
  [
    ['61 62', '63 ff 64'],
    [
      [true, true, 2, 2],
      [false, false, 1, 3],
    ],
  ],
  [
    ['e2 82', ''],
    [
      [true, false, 2, 2],
      [true, false, 0, 2],
    ],
  ],
  [['f5'], [[false, false, 0, 0]]],
  [
    ['65 64 69 74 65 64', 'ed a0 80'],
    [
      [true, true, 6, 6],
      [false, false, 1, 7],
    ],
  ],
  [
    ['65 64 69 74', '65 64 ed a0 80'],
    [
      [true, true, 4, 4],
      [false, false, 3, 7],
    ],
  ],
  [
    ['65 64 69 74 65 64 ed', 'a0 80'],
    [
      [true, false, 7, 7],
      [false, false, 0, 7],
    ],
  ],
  [['f4 90'], [[false, false, 1, 1]]],
  [['c0 80'], [[false, false, 0, 0]]],
  [['e0 80 80'], [[false, false, 1, 1]]],
  [['f0 8f bf bf'], [[false, false, 1, 1]]],
  [['ef bf bf'], [[true, true, 3, 3]]],
  [['f4 8f bf bf'], [[true, true, 4, 4]]],
  [['c2 b5 40 c3 9f c3 b6 c3 a4 c3 bc c3 a0 c3 a1'], [[true, true, 15, 15]]],
  // After a reject nothing is valid any more, not even nothing.
  [
    ['61 ff', '', '62 63'],
    [
      [false, false, 1, 1],
      [false, false, 0, 1],
      [false, false, 0, 1],
    ],
  ],
];

describe.each(ACCELERATORS)('Utf8Validator over %s', (_, accelerator) => {
  const { utf8 } = accelerator;
  const run = (validator: Utf8Validator, chunk: Uint8Array): Tuple => {
    const { valid, endsOnCodePoint, currentIndex, totalIndex } = validator.validate(chunk);
    return [valid, endsOnCodePoint, currentIndex, totalIndex];
  };

  test.each(VECTORS)('says to %j what the reference says', (chunks, results) => {
    const validator = new Utf8Validator(utf8);
    expect(chunks.map(chunk => run(validator, hex(chunk)))).toEqual(results);
    validator.reset();
    expect(chunks.map(chunk => run(validator, hex(chunk)))).toEqual(results);
  });

  test('finds the byte that is wrong at the same index however the text is cut', () => {
    const text = hex('61 c3 a9 e2 82 ac f0 9f 98 80 ed a0 80 62');
    everySplit(text, chunks => {
      const validator = new Utf8Validator(utf8);
      const last = chunks.map(chunk => validator.validate(chunk)).at(-1);
      expect(last).toMatchObject({ valid: false, totalIndex: 11 });
    });
  });

  test('gives the exact index in long texts, in chunks of any size', () => {
    const random = seededRandom(3);
    const plain = new TextEncoder().encode('Grüße, 世界! 😀 plain text. '.repeat(400));
    for (let round = 0; round < 300; round++) {
      const text = plain.slice();
      text[random.below(text.length)] = random.below(256);
      let expected = 0;
      for (let state = 0; expected < text.length; expected++) {
        state = step(state, text[expected]!);
        if (state === 1) break;
      }
      const validator = new Utf8Validator(utf8);
      let total = 0;
      for (let at = 0; at < text.length; ) {
        const next = Math.min(text.length, at + 1 + random.below(4000));
        total = validator.validate(text.subarray(at, next)).totalIndex;
        at = next;
      }
      expect(total).toBe(expected);
    }
  });

  test('reset makes the next byte the first of a text', () => {
    const validator = new Utf8Validator(utf8);
    validator.validate(hex('ff'));
    validator.reset();
    expect(run(validator, hex('61'))).toEqual([true, true, 1, 1]);
  });
});

test('works without being told how', () => {
  expect(new Utf8Validator().validate(hex('e2 82 ac'))).toEqual({
    valid: true,
    endsOnCodePoint: true,
    currentIndex: 3,
    totalIndex: 3,
  });
});
