import type { Masker, ReceiveBuffer, Utf8Validator } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { type AsciiTextUnmasker, KernelPorts } from './kernel-ports.ts';
import { loadKernel } from './load-kernel.ts';
import { type IsUtf8, nativeUtf8 } from './native-utf8.ts';
import { NvxError } from './nvx-error.ts';
import { UTF8_NATIVE_FROM_WITHOUT_KERNEL } from './thresholds.ts';

/** What {@link createAccelerator} takes. */
export interface AcceleratorOptions {
  /**
   * `auto`: the kernels where they run, else plain JavaScript. `require`: the kernels or an error. `off`: plain
   * JavaScript. By default `auto`.
   */
  readonly use?: 'auto' | 'require' | 'off' | undefined;
  /**
   * The runtime's own validation, such as `isUtf8` of `node:buffer`, if it is fast: long texts are given to it where that
   * wins. By default there is none.
   */
  readonly isUtf8?: IsUtf8 | undefined;
}

/** The ports of masking and UTF-8, each by the fastest way for the length at hand. Made for a `Platform`. */
export interface Accelerator {
  readonly masker: Masker;
  readonly utf8: Utf8Validator;
  /** `undefined` without the kernels: there is no shortcut then. */
  readonly textUnmasker: AsciiTextUnmasker | undefined;
  /** `undefined` without the kernels: no buffer is better than another then. */
  readonly receiveBuffer: ReceiveBuffer | undefined;
  /** Whether the kernels are used. */
  readonly hasNvx: boolean;
  /** Why they are not: a text for people, such as `no SIMD`. `null` when they are. */
  readonly reason: string | null;
}

/**
 * The ports for this runtime.
 *
 * All accelerators with kernels share one memory, and so one receive buffer of 128 KiB: what a transport reads into it is
 * lent until the next read of any connection.
 *
 * @throws {@link NvxError} when the kernels are required and do not run here
 * @example const { masker, utf8, textUnmasker, receiveBuffer } = createAccelerator();
 */
export function createAccelerator(options: AcceleratorOptions = {}): Accelerator {
  const { use = 'auto', isUtf8 } = options;
  if (use !== 'auto' && use !== 'require' && use !== 'off') {
    throw new TypeError(`use must be 'auto', 'require' or 'off', not ${JSON.stringify(use)}`);
  }
  if (use === 'off') return portable(isUtf8, 'switched off');

  const { kernel, reason } = loadKernel();
  if (kernel === null) {
    if (use === 'require') throw new NvxError(reason);
    return portable(isUtf8, reason);
  }
  const ports = new KernelPorts(kernel, isUtf8 ?? null);
  return { masker: ports, utf8: ports, textUnmasker: ports, receiveBuffer: ports, hasNvx: true, reason: null };
}

let shared: Accelerator | null = null;

/** One for those who have no wishes. Asked for again as long as there are no kernels: `load` may bring them. @internal */
export function sharedAccelerator(): Accelerator {
  if (shared === null || !shared.hasNvx) shared = createAccelerator();
  return shared;
}

function portable(isUtf8: IsUtf8 | undefined, reason: string): Accelerator {
  return {
    masker: portableMasker,
    utf8: isUtf8 === undefined ? portableUtf8 : nativeUtf8(isUtf8, UTF8_NATIVE_FROM_WITHOUT_KERNEL),
    textUnmasker: undefined,
    receiveBuffer: undefined,
    hasNvx: false,
    reason,
  };
}
