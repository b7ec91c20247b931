export { type Accelerator, type AcceleratorOptions, createAccelerator } from './accelerator.ts';
export { HAS_NVX, load, type NvxStatus } from './has-nvx.ts';
export type { AsciiTextUnmasker } from './kernel-ports.ts';
export type { IsUtf8 } from './native-utf8.ts';
export { NvxError } from './nvx-error.ts';
export { type Utf8Result, Utf8Validator } from './utf8-validator.ts';
export { createXorMasker, type XorMasker } from './xor-masker.ts';
