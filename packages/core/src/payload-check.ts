/**
 * Checks that a payload is bytes, of whichever realm: no number, whose value would become a length, no other view.
 *
 * @throws TypeError
 */
export function checkBytes(value: unknown): asserts value is Uint8Array {
  if (value instanceof Uint8Array || Object.prototype.toString.call(value) === '[object Uint8Array]') return;
  throw new TypeError('payload must be a Uint8Array or a string');
}
