import { DEFAULT_LEVEL } from '@ws/compress/deflate';
import type { DeflateParameters } from '@ws/types';

/** Deflate parameters with every value set. */
export type ZlibParameters = Required<{
  readonly [Name in keyof DeflateParameters]: NonNullable<DeflateParameters[Name]>;
}>;

/** The most input of one step: zlib takes 0.07 µs for each byte of blocks that hold nothing but tables. */
export const INPUT_STEP = 16_384;

const LONG_MESSAGE = 16_384;
const FRUGAL_WINDOW_BITS = 12;
const FRUGAL_MEM_LEVEL = 5;

/** How many of the last bytes sent are kept to prime compressors with. The first kilobytes gain the most. */
export const PRIMING_SIZE: number = 1 << FRUGAL_WINDOW_BITS;

/** Fills in zlib's defaults. */
export function zlibParameters(parameters: DeflateParameters): ZlibParameters {
  const { windowBits, contextTakeover, memLevel = 8, level = DEFAULT_LEVEL } = parameters;
  return { windowBits, contextTakeover, memLevel, level };
}

/**
 * The parameters of a compressor that is primed for one message. The time to set it up grows with the size of its
 * tables, and large tables pay off for long messages only (packages/node/bench/zlib-codec.bench.ts). A compressor may
 * always use a smaller window than agreed.
 */
export function frugalParameters(parameters: ZlibParameters, length: number): ZlibParameters {
  if (length >= LONG_MESSAGE) return parameters;
  const windowBits = Math.min(parameters.windowBits, FRUGAL_WINDOW_BITS);
  return { ...parameters, windowBits, memLevel: Math.min(parameters.memLevel, FRUGAL_MEM_LEVEL) };
}

/** A key that is equal for parameters that make equal compressors. */
export function kindOf({ windowBits, memLevel, level }: ZlibParameters): string {
  return `${windowBits} ${memLevel} ${level}`;
}
