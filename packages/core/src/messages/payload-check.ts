import { checkBytes as checkIsBytes } from '@ws/types/checks';
import { EMPTY_BYTES } from '@ws/util/primitives';

/**
 * Checks that a payload is bytes, of whichever realm: no number, whose value would become a length, no other view.
 *
 * @throws TypeError
 */
export function checkBytes(value: unknown): asserts value is Uint8Array {
  checkIsBytes('payload', value);
  // Throws when the memory was transferred away: that is no empty message.
  if (value.length === 0) EMPTY_BYTES.set(value);
}

/**
 * Checks what is to be sent as a message.
 *
 * @throws TypeError when it is no payload, or a string that is to be sent as binary
 */
export function checkPayload(payload: unknown, isBinary: boolean): void {
  if (typeof payload !== 'string') checkBytes(payload);
  else if (isBinary) throw new TypeError('a string is sent as text: encode it to send it as binary');
}
