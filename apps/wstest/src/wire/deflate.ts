import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';
import { TesterLimitError } from './tester-limit.ts';

/** What both sides agreed on for permessage-deflate (RFC 7692, 7.1). */
export interface DeflateAgreement {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  /** 8 to 15. */
  readonly serverWindowBits: number;
  /** 8 to 15. */
  readonly clientWindowBits: number;
}

const TAIL = Buffer.from([0, 0, 0xff, 0xff]);
const EMPTY_MESSAGE = Buffer.from([0]);

/** The part of what was said before that the next message may refer to; often a part of `message` itself, no copy. */
export function slidingWindow(history: Buffer, message: Buffer, windowBits: number): Buffer {
  const size = 1 << windowBits;
  if (message.length >= size) return message.subarray(message.length - size);
  return Buffer.concat([history, message]).subarray(-size);
}

/** Compresses one message (RFC 7692, 7.2.1); `history` is empty without context takeover. */
export function compressMessage(message: Buffer, history: Buffer, windowBits: number): Buffer {
  if (message.length === 0) return EMPTY_MESSAGE;
  // perf: level 2 is the quickest with these texts. Node's raw deflate begins at 9 bits.
  const level = message.length > 4096 ? 2 : 6;
  const octets = deflateRawSync(message, {
    windowBits: Math.max(9, windowBits),
    finishFlush: constants.Z_SYNC_FLUSH,
    level,
    ...(history.length > 0 ? { dictionary: history } : {}),
  });
  return octets.subarray(0, -4);
}

/**
 * Decompresses one message (RFC 7692, 7.2.2).
 *
 * @throws zlib's error when the octets are not deflate; TesterLimitError when the message is over `maxLength`.
 */
export function decompressMessage(octets: Buffer, history: Buffer, maxLength: number): Buffer {
  try {
    return inflateRawSync(Buffer.concat([octets, TAIL]), {
      finishFlush: constants.Z_SYNC_FLUSH,
      maxOutputLength: Math.max(1, maxLength),
      // perf: Node's own 16 KiB would have messages of 128 KiB put together from eight parts.
      chunkSize: octets.length > 1024 ? 136 * 1024 : 4096,
      ...(history.length > 0 ? { dictionary: history } : {}),
    });
  } catch (error) {
    throw (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? new TesterLimitError(maxLength) : error;
  }
}
