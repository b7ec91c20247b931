import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrNull, checkSizes } from '../checks.ts';

/** How an endpoint goes about its own direction, and what it takes from the other. None of it is announced. */
export interface DeflateOwnDirection {
  /** `true`: each message stands alone; default `null`: as negotiated. */
  readonly noContextTakeover?: boolean | null;
  /** Window for what we send, 8..15; default `null`: as negotiated. */
  readonly windowBits?: number | null;
  /** Memory for what we send, 1..9; default `null`: 8. */
  readonly memLevel?: number | null;
  /** Effort for what we send, 0..9; default `null`: 5, see `DEFAULT_LEVEL`. */
  readonly level?: number | null;
  /** The most bytes that a received message may have, decompressed; default `null`: the protocol's limit only. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes are sent as they are; default 0. */
  readonly threshold?: number;
}

/**
 * Fills in the defaults and checks: we may be stricter in our direction than was negotiated, not laxer.
 *
 * @param askedNoTakeover whether the other side may count on every message standing alone
 * @param askedWindowBits the window that the other side asked for, 0: none
 * @throws TypeError or RangeError
 */
export function checkOwnDirection(
  fields: DeflateOwnDirection,
  askedNoTakeover: boolean,
  askedWindowBits: number,
): Required<DeflateOwnDirection> {
  const { noContextTakeover = null, windowBits = null, memLevel = null, level = null } = ownOptions(fields);
  const { maxMessageSize = null, threshold = 0 } = ownOptions(fields);
  if (noContextTakeover !== null) checkBoolean('noContextTakeover', noContextTakeover);
  if (noContextTakeover === false && askedNoTakeover) {
    throw new RangeError('noContextTakeover cannot be false: the peer asked for no context takeover');
  }
  checkIntegerOrNull('windowBits', windowBits, 8, 15);
  if (windowBits !== null && askedWindowBits !== 0 && windowBits > askedWindowBits) {
    throw new RangeError(`windowBits cannot exceed ${askedWindowBits}, which the peer asked for`);
  }
  checkIntegerOrNull('memLevel', memLevel, 1, 9);
  checkIntegerOrNull('level', level, 0, 9);
  checkSizes(maxMessageSize, threshold);
  return { noContextTakeover, windowBits, memLevel, level, maxMessageSize, threshold };
}
