import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Kernel } from '../src/kernel.ts';
import { passesSelfTest } from '../src/self-test.ts';

const nvx = new WebAssembly.Module(readFileSync(new URL('../src/nvx.wasm', import.meta.url)));
const newKernel = (): Kernel => new WebAssembly.Instance(nvx).exports as unknown as Kernel;

describe('the self-test', () => {
  test('passes our module, and leaves its buffer empty', () => {
    const kernel = newKernel();
    expect(passesSelfTest(kernel)).toBe(true);
    expect(new Uint8Array(kernel.memory.buffer, 33_856, 131_072).every(byte => byte === 0)).toBe(true);
  });

  test.each<[string, (kernel: Kernel) => Partial<Kernel>]>([
    ['masks nothing', () => ({ mask: () => undefined })],
    ['masks with the key turned wrongly', kernel => ({ mask: (at, end, key) => kernel.mask(at, end, key, 0) })],
    ['takes all as valid', () => ({ validate: () => 0 })],
    ['takes a cut-off text as complete', kernel => ({ validate: (...a) => kernel.validate(...a) & 1 })],
    ['unmasks nothing', kernel => ({ unmaskText: (at, end, _key, _offset, state) => kernel.validate(at, end, state) })],
    [
      'unmasks and takes all as valid',
      kernel => ({ unmaskText: (at, end, key, offset) => kernel.mask(at, end, key, offset) ?? 0 }),
    ],
  ])('fails a kernel that %s', (_, broken) => {
    const kernel = newKernel();
    expect(passesSelfTest({ ...kernel, ...broken(kernel) })).toBe(false);
  });
});
