import { isUtf8 } from 'node:buffer';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { createAccelerator, HAS_NVX } from '../src/index.ts';

describe('createAccelerator', () => {
  test.each(['auto', 'require', undefined] as const)('uses the kernels where they run (use: %s)', use => {
    const accelerator = createAccelerator({ use });
    expect(accelerator).toMatchObject({ hasNvx: true, reason: null });
    expect(accelerator.receiveBuffer?.bytes()).toBeInstanceOf(Uint8Array);
    expect(accelerator.textUnmasker).toBeDefined();
  });

  test('switched off, it is portable JavaScript, and says so; HAS_NVX does not change', () => {
    expect(createAccelerator({ use: 'off' })).toEqual({
      masker: portableMasker,
      utf8: portableUtf8,
      textUnmasker: undefined,
      receiveBuffer: undefined,
      hasNvx: false,
      reason: 'switched off',
    });
    expect(HAS_NVX).toBe(true);
  });

  test("switched off, it still uses the runtime's own validation for long texts", () => {
    let calls = 0;
    const { utf8 } = createAccelerator({
      use: 'off',
      isUtf8: bytes => {
        calls++;
        return isUtf8(bytes);
      },
    });
    expect(utf8.validate(new Uint8Array(10), 0)).toBe(0);
    expect(utf8.validate(new Uint8Array(1000), 0)).toBe(0);
    expect(calls).toBe(1);
  });

  test('knows no other use', () => {
    // @ts-expect-error: for callers without types
    expect(() => createAccelerator({ use: 'of' })).toThrow(
      new TypeError("use must be 'auto', 'require' or 'off', not \"of\""),
    );
  });
});
