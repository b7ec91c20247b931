import { describe, expect, test } from 'vitest';
import { bundle } from './support/bundle.ts';

describe('a bundle', () => {
  test('has nothing of a package that is imported and not used', async () => {
    const code = await bundle(`import * as accel from '@ws/accel'; console.log('hello');`);
    expect(code.replace(/\/\/.*$/gm, '').trim()).toBe('console.log("hello");');
  });

  test('has no kernels where only an error class is used', async () => {
    const code = await bundle(`import { NvxError } from '@ws/accel'; console.log(NvxError.name);`);
    expect(code).not.toContain('WebAssembly');
    expect(code.length).toBeLessThan(2000);
  });

  test('compiles nothing at import where HAS_NVX is not used', async () => {
    const code = await bundle(`import { createAccelerator } from '@ws/accel'; console.log(createAccelerator);`);
    expect(code).toContain('WebAssembly');
    expect(code).not.toContain('HAS_NVX');
  });
});
