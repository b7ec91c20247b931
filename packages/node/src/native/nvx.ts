import { isUtf8 } from 'node:buffer';
import { debuglog } from 'node:util';
import { type Accelerator, createAccelerator, HAS_NVX } from '@ws/accel';

// The environment variable AUTOBAHN_USE_NVX, read once, when this package is imported:
// 1, yes, true: the kernels are required; 0, no, false: they are not used; anything else: they are used where they run.

/** Masking and UTF-8 for all connections of the process, in the fastest way that runs here and is not switched off. */
export const nodeAccelerator: Accelerator = accelerate(process.env.AUTOBAHN_USE_NVX);

/** Whether the WebAssembly kernels are used (see `HAS_NVX` of `@ws/accel` for whether they run here at all). */
export const USES_NVX: boolean = nodeAccelerator.hasNvx;

function accelerate(setting = ''): Accelerator {
  const use = meaning(setting.trim().toLowerCase());
  if (use === 'off' && HAS_NVX) debuglog('ws')('NVX is available, but switched off by AUTOBAHN_USE_NVX');
  try {
    return createAccelerator({ use, isUtf8 });
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`AUTOBAHN_USE_NVX=${setting}: ${reason}`, { cause });
  }
}

function meaning(setting: string): 'auto' | 'require' | 'off' {
  if (setting === '1' || setting === 'yes' || setting === 'true') return 'require';
  if (setting === '0' || setting === 'no' || setting === 'false') return 'off';
  return 'auto';
}
