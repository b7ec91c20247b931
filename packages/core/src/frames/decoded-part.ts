/**
 * What `FrameDecoder.next` found: nothing complete; some payload of a data frame; a whole control frame; a whole
 * uncompressed message, of which only `opcode`, `source`, `start` and `end` are set.
 */
export const DecodedPart = { NONE: 0, DATA: 1, CONTROL: 2, MESSAGE: 3 } as const;

// The same by themselves, for the engine: bundlers write these as numbers.
export const PART_NONE = 0;
export const PART_DATA = 1;
export const PART_CONTROL = 2;
export const PART_MESSAGE = 3;
