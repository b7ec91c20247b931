import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { NVX_WASM } from '../src/nvx.generated.ts';
import { APPLICATION, bundle, FOUND, foundWithout, withFile } from './support/bundle.ts';

describe('the kernels in Node.js started with', () => {
  let application = '';
  beforeAll(async () => {
    application = await bundle(`${APPLICATION}; console.log(JSON.stringify(report));`);
  });
  const run = (flags: readonly string[], code = application): Promise<unknown> =>
    withFile('application.mjs', code, path =>
      JSON.parse(execFileSync(process.execPath, [...flags, path], { encoding: 'utf8', stdio: 'pipe' })),
    );

  test('no flags: are used', async () => {
    expect(await run([])).toEqual(FOUND);
  });

  test('--jitless: are not there, and JavaScript does the same', async () => {
    expect(await run(['--jitless'])).toEqual(foundWithout('no WebAssembly'));
  });

  // As with `--no-expose-wasm`, which Node refuses from 24 on.
  test('no WebAssembly at all: are not there, and JavaScript does the same', async () => {
    const code = `delete globalThis.WebAssembly;\n${application}`;
    expect(await run([], code)).toEqual(foundWithout('no WebAssembly'));
  });

  test.skipIf(process.arch !== 'x64')('--no-enable-sse4-1: are not there for want of SIMD', async () => {
    expect(await run(['--no-enable-sse4-1'])).toEqual(foundWithout('no SIMD'));
  });

  test('a WebAssembly that refuses to compile: are not there, and the reason is told', async () => {
    const refusing = `WebAssembly.Module = class { constructor() { throw new Error('disallowed by embedder'); } };`;
    expect(await run([], `${refusing}\n${application}`)).toEqual(foundWithout('blocked: disallowed by embedder'));
  });

  test('a WebAssembly that computes wrongly: fail their self-test', async () => {
    const wrong = `
      const { Instance } = WebAssembly;
      WebAssembly.Instance = function (module) {
        const { exports } = new Instance(module);
        return { exports: { ...exports, validate: () => 0 } };
      };`;
    expect(await run([], `${wrong}\n${application}`)).toEqual(foundWithout('self-test failed'));
  });

  test('something else than WebAssembly under its name: are not there', async () => {
    const odd = 'WebAssembly.Instance = function () { throw "no instance"; };';
    expect(await run([], `${odd}\n${application}`)).toEqual(foundWithout('blocked: no instance'));
  });
});

test('the module is exported for runtimes that forbid compiling, is the same, and is under 4 KiB', () => {
  const file = readFileSync(createRequire(import.meta.url).resolve('@ws/accel/nvx.wasm'));
  expect(file.toString('base64')).toBe(NVX_WASM);
  expect(file.length).toBeLessThan(4096);
});

describe('loadKernel', () => {
  test('loads once', async () => {
    const { loadKernel } = await import('../src/load-kernel.ts');
    const first = loadKernel();
    expect(loadKernel()).toBe(first);
    expect(loadKernel({})).toBe(first);
  });

  test('tries again with a module where compiling is forbidden', async () => {
    vi.resetModules();
    const { Module } = WebAssembly;
    const module = new Module(readFileSync(new URL('../src/nvx.wasm', import.meta.url)));
    try {
      WebAssembly.Module = Object.assign(function refuse() {
        throw new Error('disallowed by embedder');
      }, Module) as unknown as typeof Module;
      const { createAccelerator, load, ...exported } = await import('../src/index.ts');
      const hasNvx = exported.HAS_NVX;
      expect(hasNvx).toBe(false);
      expect(load()).toEqual({ hasNvx: false, reason: 'blocked: disallowed by embedder' });
      expect(load({})).toMatchObject({ hasNvx: false, reason: expect.stringContaining('blocked: ') });
      expect(load(module)).toEqual({ hasNvx: true, reason: null });
      expect(createAccelerator()).toMatchObject({ hasNvx: true, reason: null });
      expect((await import('../src/index.ts')).HAS_NVX).toBe(true);
    } finally {
      WebAssembly.Module = Module;
      vi.resetModules();
    }
  });
});
