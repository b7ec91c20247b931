import { expect, test } from 'vitest';
import { WsError } from '../src/index.ts';

class TeaError extends WsError<'ERR_TEAPOT'> {
  override readonly name = 'TeaError';
}

test('an error has a code, and keeps what led to it', () => {
  const cause = new Error('no coffee');
  const error = new TeaError('ERR_TEAPOT', 'short and stout', { cause });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'TeaError', code: 'ERR_TEAPOT', message: 'short and stout', cause });
  expect(String(error)).toBe('TeaError: short and stout');
});

test('without a cause it has none', () => {
  expect('cause' in new TeaError('ERR_TEAPOT', 'short and stout')).toBe(false);
});

test('a message that quotes a peer can be printed: what moves cursors or ends lines is escaped', () => {
  expect(new TeaError('ERR_TEAPOT', 'said: \x1b[2J\r\n\0\x9b né').message).toBe(
    'said: \\x1b[2J\\x0d\\x0a\\x00\\x9b né',
  );
});
