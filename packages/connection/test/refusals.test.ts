// A server that refuses, and does not end the body of its refusal.

import { manualClock, memoryPair } from '@ws/testkit';
import { encodeText } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { connectOver } from '../src/connect-over.ts';
import { settle, testPlatform } from './support/pair.ts';

describe('a refusal whose body does not end', () => {
  test.each([
    { name: 'by connectTimeout', connectTimeout: 100, wait: 100 },
    { name: 'after 5 s without a connectTimeout', connectTimeout: 0, wait: 5000 },
    { name: 'after 5 s of a longer connectTimeout', connectTimeout: 60_000, wait: 5000 },
  ])('is told with its status, and what came of the body, $name', async ({ connectTimeout, wait }) => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    a.attach({ onData() {}, onDrain() {}, onEnd() {}, onClose() {} });
    const connecting = connectOver(b, { platform: testPlatform(clock), connectTimeout });
    connecting.catch(() => {});
    a.write(encodeText('HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nlater'));
    await settle();
    clock.advance(wait);
    await expect(connecting).rejects.toMatchObject({
      name: 'ConnectionRejected',
      statusCode: 503,
      headers: { 'retry-after': '9' },
      body: encodeText('later'),
    });
  });
});
