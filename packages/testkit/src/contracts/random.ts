import type { Random } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

/** More bytes than the Web's `crypto.getRandomValues` gives at once. */
const LARGE = 200_000;

const rules: readonly Rule<Random>[] = [
  {
    name: 'fills the whole of the target, whatever its size',
    run(random) {
      for (const length of [16, 100, 65_536, 65_537, LARGE]) {
        const target = new Uint8Array(length);
        random.fill(target);
        // The chance that 16 random bytes are all 0 is 1 in 2¹²⁸.
        check(
          target.subarray(0, 16).some(byte => byte !== 0),
          `the start of ${length} bytes was not filled`,
        );
        check(
          target.subarray(-16).some(byte => byte !== 0),
          `the end of ${length} bytes was not filled`,
        );
      }
    },
  },
  {
    name: 'fills nothing beside the target',
    run(random) {
      for (const length of [0, 1, 3, 4, 7, 64]) {
        const memory = new Uint8Array(length + 32);
        random.fill(memory.subarray(16, 16 + length));
        checkEqual(memory.subarray(0, 16), new Uint8Array(16), 'the bytes before the target');
        checkEqual(memory.subarray(16 + length), new Uint8Array(16), 'the bytes behind the target');
      }
    },
  },
  {
    name: 'reaches every byte of a small target',
    run(random) {
      for (let length = 1; length <= 9; length++) {
        const seen = new Uint8Array(length);
        const target = new Uint8Array(length);
        for (let i = 0; i < 40; i++) {
          random.fill(target);
          for (let place = 0; place < length; place++)
            seen[place] = (seen[place] as number) | (target[place] as number);
        }
        check(!seen.includes(0), `a target of ${length} bytes has a byte that stays 0`);
      }
    },
  },
  {
    name: 'never repeats itself',
    run(random) {
      const seen = new Set<string>();
      for (let i = 0; i < 2000; i++) {
        const target = new Uint8Array(12);
        random.fill(target);
        seen.add(target.join());
      }
      checkEqual(seen.size, 2000, 'different values among 2000 of 12 bytes');
    },
  },
  {
    name: 'gives every value about equally often, in each place of a word',
    run(random) {
      const bytes = new Uint8Array(4 * 65_536);
      random.fill(bytes);
      for (let place = 0; place < 4; place++) {
        const counts = new Uint32Array(256);
        for (let i = place; i < bytes.length; i += 4)
          counts[bytes[i] as number] = (counts[bytes[i] as number] as number) + 1;
        const chiSquare = counts.reduce((sum, count) => sum + (count - 256) ** 2 / 256, 0);
        // With 255 degrees of freedom the mean is 255 and the standard deviation 22.6. A tenfold deviation is not chance.
        check(chiSquare < 481, `byte ${place} of each word has a chi-square of ${chiSquare.toFixed(0)}`);
        check(chiSquare > 60, `byte ${place} of each word is too even: a chi-square of ${chiSquare.toFixed(0)}`);
      }
    },
  },
];

/**
 * The contract suite of the {@link Random} port. It finds broken sources. No test can show that a source is fit for
 * cryptography (RFC 6455, 10.3).
 *
 * @param runner default: the global `describe` and `test`
 */
export function randomContract(name: string, make: () => Random, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Random`, rules, make, runner);
}
