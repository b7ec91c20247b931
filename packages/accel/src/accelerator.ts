import type { Masker, ReceiveBuffer, Utf8Validator } from '@ws/types';
import { portableMasker, portableUtf8 } from '@ws/util/primitives';
import { type AsciiTextUnmasker, KernelPorts } from './kernel-ports.ts';
import { loadKernel } from './load-kernel.ts';
import { type IsUtf8, nativeUtf8 } from './native-utf8.ts';
import { NvxError } from './nvx-error.ts';
import { UTF8_NATIVE_FROM_WITHOUT_KERNEL } from './thresholds.ts';

/** Options of {@link createAccelerator}. */
export interface AcceleratorOptions {
  /**
   * `auto`: use the kernels if they run here, else plain JavaScript. `require`: use the kernels, or throw an error. `off`: use
   * plain JavaScript. Default `auto`.
   */
  readonly use?: 'auto' | 'require' | 'off' | undefined;
  /**
   * The runtime's own UTF-8 validation, such as `isUtf8` of `node:buffer`, if it is fast. It validates long texts where that is
   * faster. Default: none.
   */
  readonly isUtf8?: IsUtf8 | undefined;
}

/** The ports for masking and UTF-8, to be used in a `Platform`. Each takes the fastest way for the length of its input. */
export interface Accelerator {
  readonly masker: Masker;
  readonly utf8: Utf8Validator;
  /** Unmasks and validates in one pass; `undefined` without the kernels, which this shortcut needs. */
  readonly textUnmasker: AsciiTextUnmasker | undefined;
  /** The buffer to receive into; `undefined` without the kernels, since then no buffer is better than another. */
  readonly receiveBuffer: ReceiveBuffer | undefined;
  /** Whether the kernels are used. */
  readonly hasNvx: boolean;
  /** Why the kernels are not used, as a text for people, such as `no SIMD`; `null` when they are used. */
  readonly reason: string | null;
}

/**
 * Makes the ports for this runtime.
 *
 * All accelerators with kernels share one memory, and so one receive buffer of 128 KiB. Bytes that a transport reads into it
 * are lent until the next read of any connection.
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

/**
 * An accelerator with default options. It is made anew as long as there are no kernels, since `load` may bring them. @internal
 */
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
