import { ownOptions } from '@ws/util/primitives';
import { checkBoolean, checkIntegerOrNull, checkSizes } from '../checks.ts';

/** Local settings of an endpoint: how it compresses what it sends, and how much it accepts. The peer is not told. */
export interface DeflateOwnDirection {
  /** `true`: each sent message is compressed on its own. Default `null`: as negotiated. */
  readonly noContextTakeover?: boolean | null;
  /** Base-2 logarithm of the window for sent messages, 8..15. Default `null`: as negotiated. */
  readonly windowBits?: number | null;
  /** zlib's `memLevel` for sent messages, 1..9. Default `null`: 8. */
  readonly memLevel?: number | null;
  /** Compression level of sent messages, 0..9. Default `null`: 5, see `DEFAULT_LEVEL`. */
  readonly level?: number | null;
  /** The most bytes that a received message may have after decompression. Default `null`: only the protocol's limit applies. */
  readonly maxMessageSize?: number | null;
  /** Messages with fewer bytes than this are sent uncompressed. Default 0. */
  readonly threshold?: number;
}

/**
 * Fills in the defaults and checks the fields. An endpoint may be stricter with itself than was negotiated, not laxer.
 *
 * @param askedNoTakeover whether the peer may rely on every message being compressed on its own
 * @param askedWindowBits the window that the peer asked for; 0: none
 * @throws TypeError or RangeError when a field is invalid
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
