import { seededRandom } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { KernelCopy } from '../src/kernel-copy.ts';
import { loadKernel } from '../src/load-kernel.ts';
import { walk } from './support/automaton.ts';
import { maskByte } from './support/ports.ts';

const { kernel, reason } = loadKernel();
if (kernel === null) throw new Error(reason);
const copy = new KernelCopy(kernel);
const KEY = 0xfa01b2c3;
/** A piece is 32 KiB: shorter, just that, one more, and several with a rest. */
const LENGTHS = [0, 1, 15, 300, 32_767, 32_768, 32_769, 100_001];

describe('the kernels by copy', () => {
  test.each(LENGTHS)('mask a range of %i bytes, and nothing around it (RFC 6455, 5.3)', length => {
    const plain = seededRandom(length).bytes(length + 20);
    for (const offset of [0, 3]) {
      const bytes = plain.slice();
      copy.mask(bytes, 7, 7 + length, KEY, offset);
      const expected = plain.map((byte, i) => (i >= 7 && i < 7 + length ? maskByte(byte, KEY, offset + i - 7) : byte));
      expect(Buffer.compare(bytes, expected)).toBe(0);
    }
  });

  test.each(LENGTHS)('validate and unmask a text of %i bytes that may be cut off (RFC 3629)', length => {
    const text = new TextEncoder().encode('aé€😀'.repeat(10_001)).subarray(0, length);
    const state = walk(text);
    expect(copy.validate(text, 0, 0, length)).toBe(state);
    const masked = text.slice();
    copy.mask(masked, 0, length, KEY, 1);
    expect(copy.unmaskText(masked, 0, length, KEY, 1, 0)).toBe(state | (length > 1 ? 16 : 0));
    expect(Buffer.compare(masked, text)).toBe(0);
  });

  test('tell ASCII from other text also where only the first piece has the other', () => {
    const text = new Uint8Array(70_000).fill(0x61);
    expect(copy.unmaskText(text, 0, text.length, 0, 0, 0)).toBe(0);
    text.set([0xc3, 0xa9], 5);
    expect(copy.unmaskText(text, 0, text.length, 0, 0, 0)).toBe(16);
  });

  test('reject what is wrong in a later piece, and stay in reject', () => {
    const text = new Uint8Array(70_000).fill(0x61);
    text[66_000] = 0x80;
    expect(copy.validate(text, 0, 0, text.length)).toBe(1);
    expect(copy.unmaskText(text, 0, text.length, 0, 0, 0) & 15).toBe(1);
    expect(copy.validate(text, 1, 0, 10)).toBe(1);
  });
});
