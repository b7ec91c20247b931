import type { Masker } from '@ws/types';
import { checkEqual } from '../assert.ts';
import { hex } from '../hex.ts';
import { pattern } from './stream-rule.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

const KEYS = [0x37fa213d, 0, 0xffffffff, 0x80000001, 0x01020304, 0x00ff0000];
/** Lengths around the sizes of words, vectors and blocks. */
const LENGTHS = [...Array.from({ length: 70 }, (_, length) => length), 127, 128, 129, 1023, 4099, 65_537];

/** Masks byte by byte, as in RFC 6455, 5.3. */
export function maskReference(bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
  for (let i = start; i < end; i++) {
    const octet = (offset + (i - start)) % 4;
    bytes[i] = (bytes[i] as number) ^ ((key >>> (24 - 8 * octet)) & 0xff);
  }
}

function compare(masker: Masker, bytes: Uint8Array, start: number, end: number, key: number, offset: number): void {
  const expected = new Uint8Array(bytes);
  maskReference(expected, start, end, key, offset);
  masker.mask(bytes, start, end, key, offset);
  checkEqual(bytes, expected, `mask [${start}, ${end}) with 0x${key.toString(16)} from offset ${offset}`);
}

const rules: readonly Rule<Masker>[] = [
  {
    name: 'masks the example of RFC 6455, 5.7',
    run(masker) {
      const bytes = hex('48 65 6c 6c 6f');
      masker.mask(bytes, 0, 5, 0x37fa213d, 0);
      checkEqual(bytes, hex('7f 9f 4d 51 58'), 'masked Hello');
    },
  },
  {
    name: 'masks every length from every alignment, and nothing beside it',
    run(masker) {
      for (const length of LENGTHS) {
        for (let start = 0; start < 9; start++) {
          compare(masker, pattern(length + start + 9), start, start + length, KEYS[start % KEYS.length] as number, 0);
        }
      }
    },
  },
  {
    name: 'goes on from every offset, also beyond 32 bits',
    run(masker) {
      for (const offset of [
        1,
        2,
        3,
        4,
        5,
        126,
        2 ** 31 + 1,
        2 ** 32 + 2,
        2 ** 52 + 3,
        Number.MAX_SAFE_INTEGER - 4099,
      ]) {
        for (const length of [1, 3, 4, 17, 64, 4099])
          compare(masker, pattern(length + 3), 3, length + 3, 0x01020304, offset);
      }
    },
  },
  {
    name: 'takes every key as an unsigned integer, its first byte on the wire highest',
    run(masker) {
      for (const key of KEYS) for (const length of [5, 100, 5000]) compare(masker, pattern(length), 0, length, key, 0);
    },
  },
  {
    name: 'works in the midst of a larger buffer',
    run(masker) {
      const memory = pattern(300);
      const expected = memory.slice();
      maskReference(expected, 13 + 2, 13 + 202, 0x37fa213d, 1);
      masker.mask(memory.subarray(13, 250), 2, 202, 0x37fa213d, 1);
      checkEqual(memory, expected, 'the whole buffer');
    },
  },
  {
    name: 'gives the same in pieces',
    run(masker) {
      const whole = pattern(200);
      masker.mask(whole, 0, 200, 0x37fa213d, 0);
      for (let cut = 0; cut <= 200; cut++) {
        const bytes = pattern(200);
        masker.mask(bytes, 0, cut, 0x37fa213d, 0);
        masker.mask(bytes, cut, 200, 0x37fa213d, cut);
        checkEqual(bytes, whole, `masked in two pieces, cut at ${cut}`);
      }
    },
  },
  {
    name: 'gives the original when it is done twice, at 1 MiB and 3 bytes',
    run(masker) {
      const bytes = pattern(1_048_579);
      masker.mask(bytes, 0, bytes.length, 0xdeadbeef, 3);
      masker.mask(bytes, 0, bytes.length, 0xdeadbeef, 3);
      checkEqual(bytes, pattern(1_048_579), 'masked twice');
    },
  },
];

/**
 * The contract suite of the {@link Masker} port (RFC 6455, 5.3).
 *
 * @param runner default: the global `describe` and `test`
 */
export function maskerContract(name: string, make: () => Masker, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Masker`, rules, make, runner);
}
