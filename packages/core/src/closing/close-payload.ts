import { checkInteger, checkString } from '@ws/types/checks';
import { decodeText, EMPTY_BYTES, truncateText } from '@ws/util/primitives';
import { ProtocolError } from '../errors/protocol-error.ts';

/** What a Close frame says. */
export interface ClosePayload {
  /** `null`: the frame was empty (an application is told 1005 in other APIs). */
  readonly code: number | null;
  readonly reason: string | null;
}

/** The most bytes of reason that fit into a Close frame beside the code. */
export const MAX_CLOSE_REASON = 123;

/** Whether a code may stand in a Close frame (RFC 6455, 7.4; IANA registered 1012 to 1014 later). */
export function isWireCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/**
 * Reads the payload of a Close frame.
 *
 * RFC 6455, 5.5.1: empty, or a 2-byte code and then a reason in UTF-8.
 *
 * @throws {@link ProtocolError} ERR_CLOSE_PAYLOAD, ERR_CLOSE_CODE or ERR_INVALID_UTF8
 */
export function parseClosePayload(payload: Uint8Array): ClosePayload {
  const [high, low] = payload;
  if (high === undefined) return { code: null, reason: null };
  if (low === undefined) throw new ProtocolError('ERR_CLOSE_PAYLOAD');
  const code = (high << 8) | low;
  if (!isWireCloseCode(code)) throw new ProtocolError('ERR_CLOSE_CODE');
  if (payload.length === 2) return { code, reason: null };
  try {
    return { code, reason: decodeText(payload.subarray(2)) };
  } catch (cause) {
    throw new ProtocolError('ERR_INVALID_UTF8', { cause });
  }
}

/** Makes the payload of a Close frame. A reason of more than 123 bytes is cut at a code point. */
export function formatClosePayload(code: number | null, reason: string | null): Uint8Array {
  if (code === null) return EMPTY_BYTES;
  const text = reason === null ? EMPTY_BYTES : truncateText(reason, MAX_CLOSE_REASON);
  const payload = new Uint8Array(2 + text.length);
  payload[0] = code >> 8;
  payload[1] = code;
  payload.set(text, 2);
  return payload;
}

/**
 * Checks what an application wants to close with: 1000 or 3000 to 4999 (RFC 6455, 7.4.2), and any other code that
 * may stand in a frame where `anyCode` says so.
 *
 * @throws TypeError or RangeError
 */
export function checkCloseArguments(code: unknown, reason: unknown, anyCode: boolean): void {
  if (reason !== null) checkString('close reason', reason);
  if (code === null) {
    if (reason !== null) throw new RangeError('a close reason needs a close code');
    return;
  }
  checkInteger('close code', code, 1000, 4999);
  const isAllowed = anyCode ? isWireCloseCode(code) : code === 1000 || code >= 3000;
  if (!isAllowed) throw new RangeError(`close code ${code} is not 1000 or 3000 to 4999`);
}
