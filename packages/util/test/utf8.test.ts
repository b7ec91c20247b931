import { Buffer, isUtf8 } from 'node:buffer';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { portableUtf8 } from '../src/primitives.ts';

const { validate } = portableUtf8;

/** The states as their grammar has them (RFC 3629, 4): state → ranges of bytes → next state; all else is rejected. */
const GRAMMAR: readonly (readonly (readonly [low: number, high: number, next: number])[])[] = [
  [
    [0x00, 0x7f, 0],
    [0xc2, 0xdf, 2],
    [0xe0, 0xe0, 4],
    [0xe1, 0xec, 3],
    [0xed, 0xed, 5],
    [0xee, 0xef, 3],
    [0xf0, 0xf0, 6],
    [0xf1, 0xf3, 7],
    [0xf4, 0xf4, 8],
  ],
  [],
  [[0x80, 0xbf, 0]],
  [[0x80, 0xbf, 2]],
  [[0xa0, 0xbf, 2]],
  [[0x80, 0x9f, 2]],
  [[0x90, 0xbf, 3]],
  [[0x80, 0xbf, 3]],
  [[0x80, 0x8f, 3]],
];

function expectedState(bytes: Iterable<number>, state: number): number {
  for (const byte of bytes) {
    state = GRAMMAR[state]!.find(([low, high]) => byte >= low && byte <= high)?.[2] ?? 1;
  }
  return state;
}

describe('portableUtf8', () => {
  test('goes from each state to the next as the grammar says, byte by byte (RFC 3629, 4)', () => {
    for (let state = 0; state < GRAMMAR.length; state++) {
      for (let byte = 0; byte < 256; byte++) {
        expect(validate(Uint8Array.of(byte), state), `state ${state}, byte ${byte}`).toBe(expectedState([byte], state));
      }
    }
  });

  test('judges every first pair of bytes alike in the middle of a text and byte by byte (RFC 3629, 4)', () => {
    const wrong: string[] = [];
    for (let first = 0x80; first < 256; first++) {
      for (let second = 0; second < 256; second++) {
        const bytes = Uint8Array.of(0x61, first, second, 0x80, 0x80, 0x61);
        for (let end = 2; end <= bytes.length; end++) {
          const part = bytes.subarray(0, end);
          if (validate(part, 0) !== expectedState(part, 0)) wrong.push(part.join(' '));
        }
      }
    }
    expect(wrong).toEqual([]);
  });

  test('agrees with the platform and with the grammar on any bytes, cut anywhere', () => {
    const piece = fc.oneof(
      fc.uint8Array({ maxLength: 5 }),
      fc.string({ unit: 'grapheme', maxLength: 20 }).map(text => Uint8Array.from(Buffer.from(text))),
      fc
        .constantFrom(
          'ed a0 80',
          'c0 80',
          'f4 90',
          'f0 8f',
          'e0 9f',
          'ef bf bf',
          'f0 90 80 80',
          'f4 8f bf bf',
          'f1 80 80 40',
          'f1 80 40 80',
          'f1 80 80 c0',
          'e1 80 c0',
        )
        .map(text => hex(text)),
    );
    fc.assert(
      fc.property(fc.array(piece), fc.nat(60), (pieces, at) => {
        const bytes = Uint8Array.from(pieces.flatMap(bytes => [...bytes]));
        const state = validate(bytes, 0);
        expect(state).toBe(expectedState(bytes, 0));
        expect(state === 0).toBe(isUtf8(bytes));
        const cut = Math.min(at, bytes.length);
        expect(validate(bytes, validate(bytes, 0, 0, cut), cut, bytes.length)).toBe(state);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['', 0],
    ['61 62 63', 0],
    ['c3 a9', 0],
    ['61 62 ff', 1],
    ['e2 82', 2],
    ['f5', 1],
    ['65 64 ed a0', 1],
    ['f4 90', 1],
    ['c0 80', 1],
    ['e0 80', 1],
    ['f0 8f', 1],
    ['ef bf bf f4 8f bf bf', 0],
    ['c2 b5 40 c3 9f c3 b6 c3 a4 c3 bc c3 a0 c3 a1', 0],
    ['f0 9f', 3],
    ['f1', 7],
  ])('%s leads to state %i', (bytes, state) => {
    expect(validate(hex(bytes), 0)).toBe(state);
  });

  test('stays at reject, whatever comes', () => {
    expect(validate(hex('61'), 1)).toBe(1);
    expect(validate(hex(''), 1)).toBe(1);
  });

  test('looks at nothing outside of what it is given', () => {
    expect(validate(hex('ff 61 c3 a9 ff'), 0, 1, 4)).toBe(0);
    expect(validate(hex('ff 61 62 63 64 c3 a9'), 0, 1, 6)).toBe(2);
  });
});

function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'));
}
