import { UTF8_ACCEPT, UTF8_REJECT, type Utf8Validator } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { hex, toHex } from '../hex.ts';
import { seededRandom } from '../seeded-random.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';
import { UTF8_EXAMPLES, type Utf8Verdict, utf8Reference } from './utf8-reference.ts';

/** Translates a state to a verdict. */
export function verdictOf(state: number): Utf8Verdict {
  return state === UTF8_ACCEPT ? 'complete' : state === UTF8_REJECT ? 'invalid' : 'partial';
}

function compare(validator: Utf8Validator, bytes: Uint8Array): void {
  const verdict = verdictOf(validator.validate(bytes, UTF8_ACCEPT));
  if (verdict !== utf8Reference(bytes))
    checkEqual(verdict, utf8Reference(bytes), `the text ${toHex(bytes.subarray(0, 64))}`);
}

/** Makes a long text of random code points of every length. */
export function mixedText(length: number, seed: number): Uint8Array {
  const random = seededRandom(seed);
  const points = ['61', '7a', '20', 'c3 bc', 'e2 82 ac', 'ed 9f bf', 'f0 9f 98 80', 'f4 8f bf bf'].map(hex);
  const bytes = new Uint8Array(length).fill(0x2e);
  for (let i = 0; i < length; ) {
    // Runs of ASCII alternate with runs of mixed text, so that a fast path is both entered and left.
    const point = points[random.below(i % 256 < 128 ? 3 : points.length)] as Uint8Array;
    if (i + point.length <= length) bytes.set(point, i);
    i += point.length;
  }
  return bytes;
}

const rules: readonly Rule<Utf8Validator>[] = [
  {
    name: 'tells valid, incomplete and invalid texts apart',
    run(validator) {
      for (const text of UTF8_EXAMPLES) compare(validator, hex(text));
    },
  },
  {
    name: 'knows every pair and every plausible triple of bytes',
    run(validator) {
      for (let lead = 0; lead < 256; lead++) {
        for (let second = 0; second < 256; second++) {
          compare(validator, Uint8Array.of(lead, second));
          if (lead >= 0xe0) {
            for (const third of [0x7f, 0x80, 0xbf, 0xc0]) {
              compare(validator, Uint8Array.of(lead, second, third));
              compare(validator, Uint8Array.of(lead, second, third, 0x80));
            }
          }
        }
      }
    },
  },
  {
    name: 'tells of what is invalid at the first byte that makes it so',
    run(validator) {
      for (const text of UTF8_EXAMPLES) {
        const bytes = hex(text);
        for (let end = 0; end <= bytes.length; end++) compare(validator, bytes.slice(0, end));
      }
    },
  },
  {
    name: 'goes on in the next piece, however the text is cut',
    run(validator) {
      for (const text of UTF8_EXAMPLES) {
        const bytes = hex(`61 ${text} 62`);
        for (let cut = 0; cut <= bytes.length; cut++) {
          const between = validator.validate(bytes.subarray(0, cut), UTF8_ACCEPT);
          const state = validator.validate(bytes.subarray(cut), between);
          checkEqual(verdictOf(state), utf8Reference(bytes), `the text ${toHex(bytes)}, cut at ${cut}`);
        }
        let state: number = UTF8_ACCEPT;
        for (const byte of bytes) state = validator.validate(Uint8Array.of(byte), state);
        checkEqual(verdictOf(state), utf8Reference(bytes), `the text ${toHex(bytes)}, byte by byte`);
      }
    },
  },
  {
    name: 'finds what is wrong at every place of a long text',
    run(validator) {
      const bad = ['ff', 'c0 80', 'ed a0 80', 'f4 90 80 80', '80', 'e2 82 41'].map(hex);
      for (const length of [15, 16, 17, 31, 64, 65, 130, 300]) {
        for (let place = 0; place < length; place++) {
          for (const wrong of bad) {
            const bytes = new Uint8Array(length + 4).fill(0x61);
            bytes.set(wrong, place);
            compare(validator, bytes);
          }
        }
      }
    },
  },
  {
    name: 'accepts long texts of all kinds, and knows where they stop short',
    run(validator) {
      for (let seed = 1; seed <= 6; seed++) {
        const text = mixedText(5000, seed);
        for (let length = 4900; length <= 5000; length++) compare(validator, text.subarray(0, length));
        for (let length = 0; length < 150; length++) compare(validator, text.subarray(0, length));
        for (let start = 0; start < 40; start++) compare(validator, text.subarray(start));
      }
    },
  },
  {
    name: 'stays with invalid, and with its state when there is nothing to read',
    run(validator) {
      checkEqual(validator.validate(hex('61 62'), UTF8_REJECT), UTF8_REJECT, 'after an invalid text');
      checkEqual(validator.validate(new Uint8Array(0), UTF8_REJECT), UTF8_REJECT, 'nothing after an invalid text');
      const inside = validator.validate(hex('e2 82'), UTF8_ACCEPT);
      checkEqual(validator.validate(new Uint8Array(0), inside), inside, 'nothing inside a code point');
      check(validator.validate(hex('ac'), inside) === UTF8_ACCEPT, 'the end of the code point after nothing');
    },
  },
  {
    name: 'reads from start to end only, and changes nothing',
    run(validator) {
      for (const length of [0, 1, 7, 20, 64, 200]) {
        for (const margin of [1, 3, 16]) {
          const bytes = new Uint8Array(length + 2 * margin).fill(0xff);
          bytes.fill(0x61, margin, margin + length);
          const before = bytes.slice();
          checkEqual(validator.validate(bytes, UTF8_ACCEPT, margin, margin + length), UTF8_ACCEPT, 'the text between');
          checkEqual(bytes, before, 'the bytes afterwards');
          if (length === 0) continue;
          checkEqual(validator.validate(bytes, UTF8_ACCEPT, margin), UTF8_REJECT, 'the text from start on');
        }
      }
    },
  },
];

/**
 * The contract suite of the {@link Utf8Validator} port (RFC 3629).
 *
 * @param runner default: the global `describe` and `test`
 */
export function utf8Contract(name: string, make: () => Utf8Validator, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Utf8Validator`, rules, make, runner);
}
