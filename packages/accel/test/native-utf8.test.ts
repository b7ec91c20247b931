import { isUtf8 } from 'node:buffer';
import { describe, expect, test } from 'vitest';
import { nativeUtf8, validateNatively } from '../src/native-utf8.ts';
import { walk } from './support/automaton.ts';

const TEXT = new TextEncoder().encode('aß€😀zé€');

describe('validateNatively (RFC 3629)', () => {
  test('gives the state for every range, from every state', () => {
    for (let start = 0; start <= TEXT.length; start++) {
      for (let end = start; end <= TEXT.length; end++) {
        for (let state = 0; state <= 8; state++) {
          expect(validateNatively(isUtf8, TEXT, state, start, end)).toBe(walk(TEXT.subarray(start, end), state));
        }
      }
    }
  });

  test('tells a lead byte that can never be right from one that waits, at the end', () => {
    const ends = [0xbf, 0xc0, 0xc2, 0xe0, 0xef, 0xf0, 0xf4, 0xf5, 0xff];
    for (const first of ends) {
      for (const second of [0x61, 0x80, 0x9f, 0xa0, ...ends]) {
        for (const third of [0x61, 0x80, 0xbf, ...ends]) {
          const text = Uint8Array.of(0x61, first, second, third);
          for (let end = 0; end <= 4; end++) {
            expect(validateNatively(isUtf8, text, 0, 0, end)).toBe(walk(text.subarray(0, end)));
          }
        }
      }
    }
  });
});

test('short texts do not reach the native function', () => {
  const lengths: number[] = [];
  const spy = (bytes: Uint8Array): boolean => {
    lengths.push(bytes.length);
    return isUtf8(bytes);
  };
  const utf8 = nativeUtf8(spy, 10);
  for (const length of [0, 9, 10, 11]) expect(utf8.validate(new Uint8Array(length), 0)).toBe(0);
  expect(lengths).toEqual([10, 11]);
  expect(utf8.validate(TEXT, 0, 1)).toBe(0);
});
