// What a frame header gives away of the rules that it breaks (RFC 6455, 5.2 to 5.5).

import { ProtocolError } from '../errors/protocol-error.ts';
import { readUint32 } from './frame-header.ts';
import { CLOSE, CONTINUATION, isControlOpcode, isKnownOpcode } from './opcode.ts';

/** What a connection expects of the frames that it receives. */
export interface HeaderRules {
  /** `'must'`: of a server, whose clients mask. `'mustNot'`: of a client. `'may'`: options allow both. */
  readonly masking: 'must' | 'mustNot' | 'may';
  /** Compression was agreed on, so that RSV1 has a meaning (RFC 7692, 6). */
  readonly hasCompression: boolean;
}

/**
 * Checks the first two bytes of a header.
 *
 * @param length the 7 bits of the second byte
 * @param messageOpcode opcode of the message that was begun; 0: none
 * @throws {@link ProtocolError}
 */
export function checkFirstBytes(
  first: number,
  isMasked: boolean,
  length: number,
  rules: HeaderRules,
  messageOpcode: number,
): void {
  // perf: one comparison for the frame that everybody sends (bench/decoder.mjs).
  if ((first & 0x70) !== 0 && ((first & 0x30) !== 0 || !rules.hasCompression)) {
    throw new ProtocolError('ERR_RESERVED_BITS');
  }
  if (isMasked) {
    if (rules.masking === 'mustNot') throw new ProtocolError('ERR_MASKED_FRAME');
  } else if (rules.masking === 'must') {
    throw new ProtocolError('ERR_UNMASKED_FRAME');
  }
  checkOpcode(first, length, messageOpcode);
}

function checkOpcode(first: number, length: number, messageOpcode: number): void {
  const opcode = first & 0x0f;
  const isCompressed = (first & 0x40) !== 0;
  if (!isKnownOpcode(opcode)) throw new ProtocolError('ERR_RESERVED_OPCODE');
  if (isControlOpcode(opcode)) {
    if (first < 0x80) throw new ProtocolError('ERR_FRAGMENTED_CONTROL');
    if (length > 125) throw new ProtocolError('ERR_CONTROL_TOO_LONG');
    if (isCompressed) throw new ProtocolError('ERR_COMPRESSED_CONTROL');
    if (opcode === CLOSE && length === 1) throw new ProtocolError('ERR_CLOSE_PAYLOAD');
  } else if (opcode === CONTINUATION) {
    if (messageOpcode === 0) throw new ProtocolError('ERR_UNEXPECTED_CONTINUATION');
    if (isCompressed) throw new ProtocolError('ERR_COMPRESSED_CONTINUATION');
  } else if (messageOpcode !== 0) {
    throw new ProtocolError('ERR_EXPECTED_CONTINUATION');
  }
}

/** Checks a 64-bit length: its highest bit is clear, and it is not one that a shorter form could hold. */
export function checkLength64(bytes: Uint8Array, at: number): void {
  const high = readUint32(bytes, at);
  const low = readUint32(bytes, at + 4);
  if (high >= 0x8000_0000) throw new ProtocolError('ERR_LENGTH_NEGATIVE');
  // Beyond 2^53 numbers are not exact, and nothing so long can be meant.
  if (high > 0x1f_ffff) throw new ProtocolError('ERR_FRAME_TOO_BIG');
  if (high === 0 && low < 65536) throw new ProtocolError('ERR_LENGTH_NOT_MINIMAL');
}
