import { decodeText, EMPTY_BYTES, truncateText } from '@ws/util/primitives';
import { ProtocolError } from '../errors/protocol-error.ts';
import { isWireCloseCode, MAX_CLOSE_REASON } from './close-check.ts';

/** The code and the reason of a Close frame. */
export interface ClosePayload {
  /** `null`: the frame was empty (other APIs tell the application 1005). */
  readonly code: number | null;
  readonly reason: string | null;
}

/**
 * Reads the payload of a Close frame.
 *
 * RFC 6455, 5.5.1: the payload is empty, or a 2-byte code and then a reason in UTF-8.
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
