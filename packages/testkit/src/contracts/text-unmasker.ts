import { type TextUnmasker, UTF8_ACCEPT, UTF8_REJECT } from '@ws/types';
import { checkEqual } from '../assert.ts';
import { hex, toHex } from '../hex.ts';
import { maskReference } from './masker.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';
import { mixedText, verdictOf } from './utf8.ts';
import { UTF8_EXAMPLES, utf8Reference } from './utf8-reference.ts';

const KEY = 0x37fa213d;

/** Masks `text`, has it unmasked in two pieces, and compares the verdict and the bytes with the reference. */
function compare(unmasker: TextUnmasker, text: Uint8Array, cut: number, margin: number, firstOffset: number): void {
  const bytes = new Uint8Array(text.length + 2 * margin).fill(0xee);
  bytes.set(text, margin);
  const end = margin + text.length;
  maskReference(bytes, margin, end, KEY, firstOffset);
  const between = unmasker.unmaskText(bytes, margin, margin + cut, KEY, firstOffset, UTF8_ACCEPT);
  const state = unmasker.unmaskText(bytes, margin + cut, end, KEY, firstOffset + cut, between);
  const what = `the text ${toHex(text.subarray(0, 64))}, cut at ${cut}`;
  checkEqual(verdictOf(state), utf8Reference(text), what);
  if (state !== UTF8_REJECT) checkEqual(bytes.subarray(margin, end), text, what);
  const outside = [...bytes.subarray(0, margin), ...bytes.subarray(end)];
  checkEqual(outside, new Array(2 * margin).fill(0xee), `what lies beside ${what}`);
}

const rules: readonly Rule<TextUnmasker>[] = [
  {
    name: 'unmasks the example of RFC 6455, 5.7',
    run(unmasker) {
      const bytes = hex('7f 9f 4d 51 58');
      checkEqual(unmasker.unmaskText(bytes, 0, 5, KEY, 0, UTF8_ACCEPT), UTF8_ACCEPT, 'the state after Hello');
      checkEqual(bytes, hex('48 65 6c 6c 6f'), 'unmasked Hello');
    },
  },
  {
    name: 'unmasks and validates, however the text is cut',
    run(unmasker) {
      for (const example of UTF8_EXAMPLES) {
        const text = hex(`61 ${example} 62`);
        for (let cut = 0; cut <= text.length; cut++) compare(unmasker, text, cut, 5, cut % 4);
      }
    },
  },
  {
    name: 'takes long texts of every length, from every alignment and offset',
    run(unmasker) {
      const text = mixedText(5000, 1);
      for (let length = 0; length < 200; length++)
        compare(unmasker, text.subarray(0, length), length >> 1, length % 9, length % 4);
      for (const offset of [0, 1, 2, 3, 2 ** 32 + 1]) compare(unmasker, text, 2501, 3, offset);
    },
  },
  {
    name: 'finds what is wrong at every place of a long text',
    run(unmasker) {
      for (let place = 0; place < 130; place++) {
        const text = new Uint8Array(131).fill(0x61);
        text.set(hex('ed a0').subarray(0, 131 - place), place);
        compare(unmasker, text, 64, 1, 2);
      }
    },
  },
  {
    name: 'stays with invalid',
    run(unmasker) {
      checkEqual(unmasker.unmaskText(hex('7f 9f'), 0, 2, KEY, 0, UTF8_REJECT), UTF8_REJECT, 'after an invalid text');
    },
  },
];

/**
 * The contract suite of the {@link TextUnmasker} port: the result must be that of a masker followed by a validator.
 *
 * @param runner default: the global `describe` and `test`
 */
export function textUnmaskerContract(name: string, make: () => TextUnmasker, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of TextUnmasker`, rules, make, runner);
}
