import { WsError } from '@ws/util';
import { expect, test } from 'vitest';
import { ClosedError, UsageError } from '../../src/errors/usage-error.ts';

test('a ClosedError has the code ERR_NOT_OPEN, and perhaps a cause', () => {
  const cause = new Error('why');
  const error = new ClosedError('closed', { cause });
  expect(error).toBeInstanceOf(WsError);
  expect(error).toMatchObject({ name: 'ClosedError', code: 'ERR_NOT_OPEN', message: 'closed', cause });
  expect('cause' in new ClosedError('closed')).toBe(false);
});

test('a UsageError has the code it was made with', () => {
  const error = new UsageError('ERR_SEND_STATE', 'not now');
  expect(error).toBeInstanceOf(WsError);
  expect(error).toMatchObject({ name: 'UsageError', code: 'ERR_SEND_STATE', message: 'not now' });
});
