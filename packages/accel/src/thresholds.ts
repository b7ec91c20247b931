// Lengths in bytes from which on another way is faster. Each number is where two lines of `bench/thresholds.mjs` cross, for a
// range of a larger buffer, between ASCII and other text; `bench/README.md` has the figures.

/** Bytes outside the kernel's memory are copied in, masked there and copied back from this length on. */
export const MASK_COPY_FROM = 256;

/** Text outside the kernel's memory is copied in and validated there from this length on. */
export const UTF8_COPY_FROM = 96;

/**
 * Masked text outside the kernel's memory is copied in, goes through the fused kernel and is copied back from this length on.
 */
export const TEXT_COPY_FROM = 64;

/** Text outside the kernel's memory is given to the runtime's own validation, if it has one, from this length on. */
export const UTF8_NATIVE_FROM = 256;

/** Like {@link UTF8_NATIVE_FROM}, when there is no kernel but only JavaScript. */
export const UTF8_NATIVE_FROM_WITHOUT_KERNEL = 96;

/**
 * Text in the kernel's memory, and masked text anywhere, is given to the runtime's own validation from the second of these
 * lengths on, unless its first {@link PROBE_LENGTH} bytes are all ASCII. For ASCII the kernel is as fast at any length.
 */
export const PROBE_LENGTH = 512;
export const NATIVE_AFTER_PROBE_FROM = 4096;
