import { DecompressionError } from '@ws/types';

/** The error for input that is not a valid bzip2 stream. */
export function brokenStream(message: string): DecompressionError {
  return new DecompressionError('ERR_COMPRESSED_DATA', message);
}

/** The error for a message that is longer than `limit` bytes. */
export function longerThan(limit: number): DecompressionError {
  return new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${limit} bytes after decompression`);
}
