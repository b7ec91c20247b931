import { checkIntegerOrNull, checkSizes } from '../checks.ts';

/** How an endpoint goes about its own direction, and what it takes from the other. None of it is announced. */
export interface Bzip2OwnDirection {
  /** Block size for what we send in units of 100,000 bytes, 1..9; default `null`: as negotiated. */
  readonly compressLevel?: number | null;
  /** The most bytes that a received message may have, decompressed; default `null`: the protocol's limit only. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes are sent as they are; default 0. */
  readonly threshold?: number;
}

/**
 * Fills in the defaults and checks: we may use a lower level than was negotiated, not a higher one.
 *
 * @param askedLevel the level that the other side asked for, 0: none
 * @throws TypeError or RangeError
 */
export function checkOwnDirection(fields: Bzip2OwnDirection, askedLevel: number): Required<Bzip2OwnDirection> {
  const { compressLevel = null, maxMessageSize = null, threshold = 0 } = fields;
  checkIntegerOrNull('compressLevel', compressLevel, 1, 9);
  if (compressLevel !== null && askedLevel !== 0 && compressLevel > askedLevel) {
    throw new RangeError(`compressLevel cannot exceed ${askedLevel}, which the peer asked for`);
  }
  checkSizes(maxMessageSize, threshold);
  return { compressLevel, maxMessageSize, threshold };
}
