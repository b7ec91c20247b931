import { decodeBase64 } from '@ws/util/primitives';
import type { Kernel } from './kernel.ts';
import { NVX_WASM } from './nvx.generated.ts';
import { passesSelfTest } from './self-test.ts';

// The first call loads and tests the kernels, synchronously. Later calls get the same result.

// Nearly every runtime has this global, but no ES2022 library declares it.
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    }
  | undefined;

/** The loaded kernels, or the reason why there are none. */
export type LoadedKernel =
  | { readonly kernel: Kernel; readonly reason: null }
  | { readonly kernel: null; readonly reason: string };

let loaded: LoadedKernel | null = null;

/**
 * Loads the kernels, unless that was done already.
 *
 * @param module the compiled `@ws/accel/nvx.wasm`; after an earlier try has failed, the kernels are loaded from it
 */
export function loadKernel(module?: object): LoadedKernel {
  if (loaded === null || (loaded.kernel === null && module !== undefined)) loaded = tryToLoad(module);
  return loaded;
}

function tryToLoad(module: object | undefined): LoadedKernel {
  if (typeof WebAssembly === 'undefined') return { kernel: null, reason: 'no WebAssembly' };
  try {
    const compiled = module ?? new WebAssembly.Module(decodeBase64(NVX_WASM));
    const kernel = new WebAssembly.Instance(compiled).exports as Kernel;
    return passesSelfTest(kernel) ? { kernel, reason: null } : { kernel: null, reason: 'self-test failed' };
  } catch (error) {
    // The module is validated only after a failure: validating it first would cost every start as much as compiling it.
    if (module === undefined && !WebAssembly.validate(decodeBase64(NVX_WASM)))
      return { kernel: null, reason: 'no SIMD' };
    return { kernel: null, reason: `blocked: ${error instanceof Error ? error.message : String(error)}` };
  }
}
