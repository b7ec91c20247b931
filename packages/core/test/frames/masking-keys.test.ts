import { seededRandom } from '@ws/testkit';
import { expect, test } from 'vitest';
import { MaskingKeys } from '../../src/frames/masking-keys.ts';

/** Counts up, and remembers the memory that it filled. */
function counting() {
  const filled: Uint8Array[] = [];
  let next = 0;
  return {
    filled,
    fill(target: Uint8Array): void {
      filled.push(target);
      target.forEach((_, i) => {
        target[i] = next++;
      });
    },
  };
}

test('are what the random source gives, the first byte highest, each byte used once (RFC 6455, 5.3)', () => {
  const keys = new MaskingKeys(counting());
  expect([keys.next(), keys.next()]).toEqual([0x00010203, 0x04050607]);
});

test('are unsigned', () => {
  const keys = new MaskingKeys({ fill: target => target.fill(0xff) });
  expect(keys.next()).toBe(0xffff_ffff);
});

test('are wiped once used', () => {
  const random = counting();
  const keys = new MaskingKeys(random);
  keys.next();
  keys.next();
  expect([...random.filled[0]!.subarray(0, 10)]).toEqual([0, 0, 0, 0, 0, 0, 0, 0, 8, 9]);
});

test('do not come again, beyond a pool too', () => {
  const keys = new MaskingKeys(seededRandom(7));
  const seen = new Set(Array.from({ length: 5000 }, () => keys.next()));
  expect(seen.size).toBe(5000);
});
