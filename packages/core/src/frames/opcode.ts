/** Opcodes (RFC 6455, 5.2). Opcodes of 8 and above are control frames. */
export const Opcode = { CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 } as const;

// The same values as single constants, for the engine: bundlers inline them as numbers.
export const CONTINUATION = 0;
export const TEXT = 1;
export const BINARY = 2;
export const CLOSE = 8;
export const PING = 9;
export const PONG = 10;

export type OpcodeValue = (typeof Opcode)[keyof typeof Opcode];

/** Control frames may stand between the fragments of a message and carry at most 125 bytes (RFC 6455, 5.5). */
export function isControlOpcode(opcode: number): boolean {
  return opcode >= 8;
}

/** Whether the opcode has a meaning: 3 to 7 and 11 to 15 are reserved (RFC 6455, 5.2). */
export function isKnownOpcode(opcode: number): boolean {
  return opcode <= 2 || (opcode >= 8 && opcode <= 10);
}
