import { expect, test } from 'vitest';
import { DecompressionError } from '../src/index.ts';

test('a DecompressionError has a code, and keeps what led to it', () => {
  const cause = new Error('incorrect header check');
  const error = new DecompressionError('ERR_COMPRESSED_DATA', 'not deflate', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'DecompressionError', code: 'ERR_COMPRESSED_DATA', cause });
});
