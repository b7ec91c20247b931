import { decodeBase64 } from '@ws/util/primitives';
import { NVX_WASM } from './nvx.generated.ts';
import { passesSelfTest } from './self-test.ts';

// Finding out whether the kernels run here: without a promise, once, and no sooner than somebody asks.

// A global of nearly every runtime, but in no ES2022 library.
declare const WebAssembly:
  | {
      validate(bytes: Uint8Array): boolean;
      readonly Module: new (bytes: Uint8Array) => object;
      readonly Instance: new (module: object) => { readonly exports: unknown };
    }
  | undefined;

/** What the module exports. Addresses are bytes of its memory; keys and states are those of the ports. */
export interface Kernel {
  readonly memory: { readonly buffer: ArrayBuffer };
  mask(at: number, end: number, key: number, offset: number): void;
  /** @returns the state, plus 16 when there was a byte that is not ASCII */
  validate(at: number, end: number, state: number): number;
  /** @returns as `validate` */
  unmaskText(at: number, end: number, key: number, offset: number, state: number): number;
}

/** The kernels, or why there are none. */
export type LoadedKernel =
  | { readonly kernel: Kernel; readonly reason: null }
  | { readonly kernel: null; readonly reason: string };

let loaded: LoadedKernel | null = null;

/**
 * Loads the kernels, if that was not done already.
 *
 * @param module the compiled `@ws/accel/nvx.wasm`: when an earlier try failed, it is tried again with this
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
    // Only now: to validate first would cost every start as much as to compile.
    if (module === undefined && !WebAssembly.validate(decodeBase64(NVX_WASM)))
      return { kernel: null, reason: 'no SIMD' };
    return { kernel: null, reason: `blocked: ${error instanceof Error ? error.message : String(error)}` };
  }
}
