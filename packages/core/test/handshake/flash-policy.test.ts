import { everySplit } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { FLASH_POLICY_REQUEST_LENGTH, matchFlashPolicyRequest } from '../../src/handshake/flash-policy.ts';
import { DEFAULT_FLASH_POLICY } from '../../src/options/options.ts';
import { latin1 } from './support.ts';

describe('matchFlashPolicyRequest', () => {
  test('recognises the request however it is cut', () => {
    const matched = everySplit(latin1('<policy-file-request/>\0'), chunks =>
      chunks.reduce((count, chunk) => matchFlashPolicyRequest(chunk, count), 0),
    );
    expect(matched).toBe(FLASH_POLICY_REQUEST_LENGTH);
  });

  test('does not mind what follows it', () => {
    expect(matchFlashPolicyRequest(latin1('<policy-file-request/>\0more'), 0)).toBe(FLASH_POLICY_REQUEST_LENGTH);
  });

  test.each(['GET / HTTP/1.1', '<policy-file-request/>x', '<policx'])('is not taken in by %j', input => {
    expect(matchFlashPolicyRequest(latin1(input), 0)).toBe(-1);
  });

  test('waits for more', () => {
    expect(matchFlashPolicyRequest(latin1('<policy'), 0)).toBe(7);
    expect(matchFlashPolicyRequest(latin1(''), 7)).toBe(7);
  });
});

test('the default policy ends in NUL', () => {
  expect(DEFAULT_FLASH_POLICY.endsWith('</cross-domain-policy>\0')).toBe(true);
});
