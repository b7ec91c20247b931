import { DecompressionError } from '@ws/types';

/** The error of what is no bzip2 stream, or a broken one. */
export function brokenStream(message: string): DecompressionError {
  return new DecompressionError('ERR_COMPRESSED_DATA', message);
}

/** The error of a message that is longer than `limit` bytes. */
export function longerThan(limit: number): DecompressionError {
  return new DecompressionError('ERR_MESSAGE_TOO_BIG', `more than ${limit} bytes after decompression`);
}
