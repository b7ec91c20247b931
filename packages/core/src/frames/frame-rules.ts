// The rules that can be checked on a frame's header alone (RFC 6455, 5.2 to 5.5).

import type { Masker, TextUnmasker, Utf8Validator } from '@ws/types';
import { ProtocolError } from '../errors/protocol-error.ts';
import { readUint32 } from './frame-header.ts';
import { CLOSE, CONTINUATION, isControlOpcode, isKnownOpcode } from './opcode.ts';

/** What a connection expects of the frames that it receives. */
export interface HeaderRules {
  /** `'must'`: on a server, whose clients mask. `'mustNot'`: on a client. `'may'`: the options allow both. */
  readonly masking: 'must' | 'mustNot' | 'may';
  /** Compression was agreed on, so that RSV1 has a meaning (RFC 7692, 6). */
  readonly hasCompression: boolean;
}

/** The settings of a `FrameDecoder`, which never change. */
export interface FrameDecoderRules extends HeaderRules {
  /** `false`: a masking key is read but not applied (for debugging against a peer that does the same). */
  readonly applyMask: boolean;
  /** Whether uncompressed text is validated as it arrives. */
  readonly validateUtf8: boolean;
  /** Longest payload of a frame, in bytes as on the wire; 0: no limit. */
  readonly maxFrameSize: number;
  /** Longest uncompressed message, in bytes, counted over its frames; 0: no limit. */
  readonly maxMessageSize: number;
  /** Most frames of one message, empty ones included; 0: no limit. */
  readonly maxFragments: number;
  /** Whether a message that lies in the pushed bytes as one frame is yielded whole: {@link DecodedPart.MESSAGE}. */
  readonly yieldsMessages: boolean;
}

/** The ports that a decoder works with. */
export interface FrameDecoderPorts {
  readonly masker: Masker;
  readonly utf8: Utf8Validator;
  readonly textUnmasker?: TextUnmasker | undefined;
}

/**
 * Checks the first two bytes of a header.
 *
 * @param length the lower 7 bits of the second byte
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
  // perf: one comparison for the frame that everybody sends (packages/core/bench/decoder.mjs).
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

/** Checks a 64-bit length: its highest bit must be clear, and no shorter form could hold it. */
export function checkLength64(bytes: Uint8Array, at: number): void {
  const high = readUint32(bytes, at);
  const low = readUint32(bytes, at + 4);
  if (high >= 0x8000_0000) throw new ProtocolError('ERR_LENGTH_NEGATIVE');
  // Beyond 2^53 numbers are not exact, and no peer can really send a frame of that length.
  if (high > 0x1f_ffff) throw new ProtocolError('ERR_FRAME_TOO_BIG');
  if (high === 0 && low < 65536) throw new ProtocolError('ERR_LENGTH_NOT_MINIMAL');
}

/**
 * Checks a data frame against the limits.
 *
 * @param length of the frame's payload
 * @param messageLength bytes of its message so far, this frame included; 0: the message is compressed, and its bytes
 *   are counted after decompression
 * @param fragments frames of its message so far
 * @throws {@link ProtocolError}
 */
export function checkLimits(
  { maxFrameSize, maxMessageSize, maxFragments }: FrameDecoderRules,
  length: number,
  messageLength: number,
  fragments: number,
): void {
  if (maxFrameSize > 0 && length > maxFrameSize) throw new ProtocolError('ERR_FRAME_TOO_BIG');
  if (maxMessageSize > 0 && messageLength > maxMessageSize) throw new ProtocolError('ERR_MESSAGE_TOO_BIG');
  if (maxFragments > 0 && fragments > maxFragments) throw new ProtocolError('ERR_TOO_MANY_FRAGMENTS');
}

/** The longest single-frame message that the decoder's fast path takes; -1: it takes none. */
export function usualLimit({
  yieldsMessages,
  masking,
  applyMask,
  maxFrameSize,
  maxMessageSize,
}: FrameDecoderRules): number {
  const isUsual = yieldsMessages && masking !== 'may' && applyMask;
  return isUsual ? Math.min(65535, maxFrameSize || 65535, maxMessageSize || 65535) : -1;
}
