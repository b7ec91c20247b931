// Which way is fastest from which length on, in bytes. Each number is where two lines of `bench/thresholds.mjs` cross,
// for a range of a larger buffer, between ASCII and other text; `bench/README.md` has the figures.

/** Bytes that lie elsewhere are copied into the kernel's memory, masked there and copied back from this length on. */
export const MASK_COPY_FROM = 256;

/** Text that lies elsewhere is copied into the kernel's memory and validated there from this length on. */
export const UTF8_COPY_FROM = 96;

/** Masked text that lies elsewhere goes through the fused kernel from this length on, copied there and back. */
export const TEXT_COPY_FROM = 64;

/** Text that lies elsewhere is given to the runtime's own validation, if it has one, from this length on. */
export const UTF8_NATIVE_FROM = 256;

/** The same where there is no kernel, only JavaScript. */
export const UTF8_NATIVE_FROM_WITHOUT_KERNEL = 96;

/**
 * Text in the kernel's memory, and masked text anywhere, is given to the runtime's own validation from the second of these
 * lengths on, if its first bytes, as many as the first says, are not all ASCII. On ASCII the kernel is as fast at any length.
 */
export const PROBE_LENGTH = 512;
export const NATIVE_AFTER_PROBE_FROM = 4096;
