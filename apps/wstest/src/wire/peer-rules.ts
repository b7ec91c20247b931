import { isUtf8 } from 'node:buffer';
import { Opcode } from './frame.ts';
import type { ReceivedFrame } from './frame-reader.ts';

/** What a frame of the peer is judged against. */
export interface FrameContext {
  /** Whether the peer is a client, which must mask. */
  readonly peerIsClient: boolean;
  /** Whether a compression extension was agreed on, which gives RSV1 a meaning. */
  readonly hasCompression: boolean;
  /** Whether a fragmented message is under way. */
  readonly isInsideMessage: boolean;
}

/** Whether an endpoint may send this close code (RFC 6455, 7.4, and the IANA registry). */
export function isSendableCloseCode(code: number): boolean {
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}

/** The rule of RFC 6455 that a frame breaks, or null. */
export function findBrokenRule(frame: ReceivedFrame, context: FrameContext): string | null {
  const { opcode, fin, rsv, payload } = frame;
  if (frame.isMasked && !context.peerIsClient) return 'a server must not mask (5.1)';
  if (!frame.isMasked && context.peerIsClient) return 'a client must mask (5.1)';
  if (!frame.isMinimal) return 'the length is not in its shortest form (5.2)';
  const isControl = opcode >= 8;
  const isFirstOfMessage = opcode === Opcode.TEXT || opcode === Opcode.BINARY;
  const allowedRsv = context.hasCompression && isFirstOfMessage ? 4 : 0;
  if ((rsv & ~allowedRsv) !== 0) return `reserved bits are set: ${rsv} (5.2)`;
  if (isControl ? opcode > Opcode.PONG : opcode > Opcode.BINARY) return `opcode ${opcode} is reserved (5.2)`;
  if (isControl && !fin) return 'a control frame is fragmented (5.5)';
  if (isControl && payload.length > 125) return 'a control frame is longer than 125 bytes (5.5)';
  if (opcode === Opcode.CONTINUATION && !context.isInsideMessage) return 'a continuation of nothing (5.4)';
  if (isFirstOfMessage && context.isInsideMessage) return 'a message begins inside another one (5.4)';
  if (opcode === Opcode.CLOSE) return findBrokenCloseRule(payload);
  return null;
}

function findBrokenCloseRule(payload: Buffer): string | null {
  if (payload.length === 0) return null;
  if (payload.length === 1) return 'a close payload of one byte (5.5.1)';
  const code = payload.readUInt16BE();
  if (!isSendableCloseCode(code)) return `close code ${code} must not be sent (7.4)`;
  return isUtf8(payload.subarray(2)) ? null : 'the close reason is not UTF-8 (5.5.1)';
}
