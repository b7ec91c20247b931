/** The request that a Flash player sends before it first connects to a host. No HTTP request begins with `<`. */
const REQUEST = '<policy-file-request/>\0';

/** How many bytes {@link matchFlashPolicyRequest} has matched when the request is complete. */
export const FLASH_POLICY_REQUEST_LENGTH: number = REQUEST.length;

/**
 * Follows the first bytes of a connection, as they arrive, for as long as they may be a Flash policy request.
 *
 * @param matched what the last call returned; 0 at the start
 * @returns how many bytes of the request have been seen, {@link FLASH_POLICY_REQUEST_LENGTH} when it is complete; -1:
 * it is no policy request, and all bytes so far are the start of something else
 */
export function matchFlashPolicyRequest(bytes: Uint8Array, matched: number): number {
  let count = matched;
  for (const byte of bytes) {
    if (count === REQUEST.length) break;
    if (byte !== REQUEST.charCodeAt(count)) return -1;
    count++;
  }
  return count;
}
