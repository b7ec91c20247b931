import { checkBytes as checkIsBytes } from '@ws/types/checks';
import { EMPTY_BYTES } from '@ws/util/primitives';

/**
 * Checks that a payload is a Uint8Array, of whichever realm: not a number, whose value would become a length, and no
 * other view.
 *
 * @throws TypeError
 */
export function checkBytes(value: unknown): asserts value is Uint8Array {
  checkIsBytes('payload', value);
  // `set` throws when the memory was transferred away: such an array must not be sent as an empty message.
  if (value.length === 0) EMPTY_BYTES.set(value);
}

/**
 * Checks the payload of a message that is to be sent.
 *
 * @throws TypeError when the value is no payload, or is a string that is to be sent as binary
 */
export function checkPayload(payload: unknown, isBinary: boolean): void {
  if (typeof payload !== 'string') checkBytes(payload);
  else if (isBinary) throw new TypeError('a string is sent as text: encode it to send it as binary');
}

/** Checks the payload of a ping or pong (RFC 6455, 5.5). @throws TypeError; RangeError for more than 125 bytes */
export function checkControlPayload(payload: unknown): asserts payload is Uint8Array {
  checkBytes(payload);
  if (payload.length > 125) throw new RangeError(`control frames carry at most 125 bytes, not ${payload.length}`);
}
