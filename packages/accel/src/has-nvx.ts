import { loadKernel } from './load-kernel.ts';

/** What {@link load} tells. */
export interface NvxStatus {
  readonly hasNvx: boolean;
  /** Why not: a text for people, such as `no SIMD`. `null` when the kernels run. */
  readonly reason: string | null;
}

/**
 * Whether the kernels run here: the module was compiled, instantiated, and passed its self-test. Found out once, when
 * this package is imported (a bundler that sees no use of this name drops that); {@link load} with a module may turn it
 * to `true` later.
 */
export let HAS_NVX: boolean = /* @__PURE__ */ probe();

function probe(): boolean {
  return loadKernel().kernel !== null;
}

/**
 * Loads the kernels and tells whether that worked. Needed only where the runtime forbids compiling at run time; to be
 * called there before `createAccelerator`.
 *
 * @param module the compiled `@ws/accel/nvx.wasm`, a `WebAssembly.Module`. Not looked at when the kernels run already.
 * @example
 * import nvx from '@ws/accel/nvx.wasm'; // Cloudflare Workers
 * load(nvx);
 */
export function load(module?: object): NvxStatus {
  const { kernel, reason } = loadKernel(module);
  HAS_NVX = kernel !== null;
  return { hasNvx: HAS_NVX, reason };
}
