/**
 * What `FrameDecoder.next` found: nothing complete; some payload of a data frame; a whole control frame; a whole
 * uncompressed message, for which the decoder sets only `opcode`, `source`, `start` and `end`.
 */
export const DecodedPart = { NONE: 0, DATA: 1, CONTROL: 2, MESSAGE: 3 } as const;

// The same values as single constants, for the engine: bundlers inline them as numbers.
export const PART_NONE = 0;
export const PART_DATA = 1;
export const PART_CONTROL = 2;
export const PART_MESSAGE = 3;
