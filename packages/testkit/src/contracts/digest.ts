import type { Digest } from '@ws/types';
import { checkEqual } from '../assert.ts';
import { toHex } from '../hex.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

/** Examples of FIPS 180, RFC 3174, 7.3, and RFC 6455, 1.3. */
const EXAMPLES: readonly (readonly [text: string, sha1: string])[] = [
  ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
  ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
  ['abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq', '84983e441c3bd26ebaae4aa1f95129e5e54670f1'],
  ['dGhlIHNhbXBsZSBub25jZQ==258EAFA5-E914-47DA-95CA-C5AB0DC85B11', 'b37a4f2cc0624f1690f64606cf385945b2bec4ea'],
];

/** SHA-1 of that many letters a: lengths around the ends of blocks, where the padding needs one more block. */
const LETTERS: readonly (readonly [length: number, sha1: string])[] = [
  [55, 'c1c8bbdc22796e28c0e15163d20899b65621d65a'],
  [56, 'c2db330f6083854c99d4b5bfb6e8f29f201be699'],
  [63, '03f09f5b158a7a8cdad920bddc29b81c18a551f5'],
  [64, '0098ba824b5c16427bd7a1122a5a442a25ec644d'],
  [119, 'ee971065aaa017e0632a8ca6c77bb3bf8b1dfc56'],
  [120, 'f34c1488385346a55709ba056ddd08280dd4c6d6'],
  [1000, '291e9a6c66994949b57ba5e650361e98fc36b1ba'],
  [1_000_000, '34aa973cd4c4daa4f61eeb2bdbad27316534016f'],
];

function ascii(text: string): Uint8Array {
  return Uint8Array.from(text, character => character.charCodeAt(0));
}

const rules: readonly Rule<Digest>[] = [
  {
    name: 'gives the known results',
    run(digest) {
      for (const [text, sha1] of EXAMPLES) checkEqual(toHex(digest.sha1(ascii(text)), ''), sha1, `SHA-1 of '${text}'`);
    },
  },
  {
    name: 'gives the known results around the ends of blocks, and for a million letters',
    run(digest) {
      for (const [length, sha1] of LETTERS) {
        const bytes = new Uint8Array(length).fill(0x61);
        checkEqual(toHex(digest.sha1(bytes), ''), sha1, `SHA-1 of ${length} letters a`);
      }
    },
  },
  {
    name: 'reads only what it is given, and changes nothing',
    run(digest) {
      const memory = ascii('xxabcxx');
      checkEqual(toHex(digest.sha1(memory.subarray(2, 5)), ''), EXAMPLES[1]?.[1], "SHA-1 of 'abc' in a larger buffer");
      checkEqual(memory, ascii('xxabcxx'), 'the bytes afterwards');
    },
  },
  {
    name: 'gives 20 bytes of their own each time',
    run(digest) {
      const first = digest.sha1(ascii('abc'));
      const second = digest.sha1(ascii(''));
      checkEqual([first.length, second.length], [20, 20], 'the lengths');
      checkEqual(
        [toHex(first, ''), toHex(second, '')],
        [EXAMPLES[1]?.[1], EXAMPLES[0]?.[1]],
        'both results, in the end',
      );
    },
  },
];

/**
 * The contract suite of the {@link Digest} port.
 *
 * @param runner default: the global `describe` and `test`
 */
export function digestContract(name: string, make: () => Digest, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Digest`, rules, make, runner);
}
