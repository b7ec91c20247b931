// The one check of close codes and reasons (RFC 6455, 7.4).

import { checkInteger, checkString } from '@ws/types/checks';
import { textByteLength } from '@ws/util/primitives';

/** The most bytes of reason that fit into a Close frame beside the code. */
export const MAX_CLOSE_REASON = 123;

/** Whether a code may stand in a Close frame (RFC 6455, 7.4; IANA registered 1012 to 1014 later). */
export function isWireCloseCode(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}

/** Which close codes a caller may choose, and what happens to a reason that is too long. */
export interface CloseRule {
  /**
   * `'application'`: 1000 or 3000 to 4999 (RFC 6455, 7.4.2). `'wire'`: any code that may stand in a frame, for servers
   * and adapters, which also go away (1001) or restart (1012). Default `'wire'`.
   */
  readonly codes?: 'application' | 'wire' | undefined;
  /** `'cut'`: a reason of more than 123 bytes is sent as far as it fits. `'refuse'`: RangeError. Default `'cut'`. */
  readonly longReason?: 'cut' | 'refuse' | undefined;
}

/**
 * Checks the code and the reason with which a caller closes a connection.
 *
 * @param code `null`: the Close frame is empty, and there is no reason
 * @throws TypeError or RangeError
 */
export function checkClose(code: unknown, reason: unknown, rule: CloseRule = {}): void {
  const { codes = 'wire', longReason = 'cut' } = rule;
  if (reason !== null) checkString('close reason', reason);
  if (code === null) {
    if (reason !== null) throw new RangeError('a close reason needs a close code');
    return;
  }
  checkInteger('close code', code, 1000, 4999);
  if (!isWireCloseCode(code)) throw new RangeError(`close code ${code} may not stand in a Close frame`);
  if (codes === 'application' && code !== 1000 && code < 3000) {
    throw new RangeError(`close code ${code} is not 1000 or 3000 to 4999`);
  }
  if (longReason === 'refuse' && reason !== null && textByteLength(reason as string) > MAX_CLOSE_REASON) {
    throw new RangeError(`close reason is longer than ${MAX_CLOSE_REASON} bytes`);
  }
}
