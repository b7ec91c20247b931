import { checkIntegerOrNull, checkSizes } from '../checks.ts';

/** Local settings of an endpoint: how it compresses what it sends, and how much it accepts. The peer is not told. */
export interface Bzip2OwnDirection {
  /** Block size of sent messages in units of 100,000 bytes, 1..9. Default `null`: as negotiated. */
  readonly compressLevel?: number | null;
  /** The most bytes that a received message may have after decompression. Default `null`: only the protocol's limit applies. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes than this are sent uncompressed. Default 0. */
  readonly threshold?: number;
}

/**
 * Fills in the defaults and checks the fields. An endpoint may use a lower level than was negotiated, not a higher one.
 *
 * @param askedLevel the level that the peer asked for; 0: none
 * @throws TypeError or RangeError when a field is invalid
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
