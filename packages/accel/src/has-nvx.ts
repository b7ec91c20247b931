import { loadKernel } from './load-kernel.ts';

/** Result of {@link load}. */
export interface NvxStatus {
  readonly hasNvx: boolean;
  /** Why the kernels do not run, as a text for people, such as `no SIMD`; `null` when they run. */
  readonly reason: string | null;
}

/**
 * Whether the kernels run here: the module was compiled, instantiated, and passed its self-test. Determined once, when this
 * package is imported (a bundler drops that when this name is unused). {@link load} with a module may set it to `true` later.
 */
export let HAS_NVX: boolean = /* @__PURE__ */ probe();

function probe(): boolean {
  return loadKernel().kernel !== null;
}

/**
 * Loads the kernels and tells whether that worked. Only runtimes that forbid compiling at run time need it; call it there
 * before `createAccelerator`.
 *
 * @param module the compiled `@ws/accel/nvx.wasm`, a `WebAssembly.Module`. Ignored when the kernels run already.
 * @example
 * import nvx from '@ws/accel/nvx.wasm'; // Cloudflare Workers
 * load(nvx);
 */
export function load(module?: object): NvxStatus {
  const { kernel, reason } = loadKernel(module);
  HAS_NVX = kernel !== null;
  return { hasNvx: HAS_NVX, reason };
}
