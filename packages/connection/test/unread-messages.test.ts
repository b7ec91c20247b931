// Messages that have come, and the calls that wait for them when something else ends.

import { describe, expect, test } from 'vitest';
import { failureOf, openPair, settle } from './support/pair.ts';

describe('messages that have come', () => {
  test('are dropped by terminate, as by close', async () => {
    for (const end of ['terminate', 'close'] as const) {
      const { server, client } = await openPair({ server: { messageQueueSize: 5 } });
      await client.sendMessage('one');
      await settle();
      void server[end]();
      expect(await failureOf(server.getMessage())).toMatchObject({ code: 'ERR_CONNECTION_CLOSED' });
      await server.whenClosed;
      expect(server.closed?.code).toBe(end === 'close' ? 1000 : 1006);
    }
  });

  test('go to a loop over chunks when the call before it, which wants a whole message, is aborted', async () => {
    const { server, client } = await openPair();
    const controller = new AbortController();
    const whole = failureOf(server.getMessage({ signal: controller.signal }));
    const chunks = server.receive();
    const first = chunks.next();
    const pieces = new TransformStream<string, string>();
    const writer = pieces.writable.getWriter();
    const sending = client.sendMessage(pieces.readable);
    await writer.write('one');
    await settle();
    controller.abort('enough');
    expect([await whole, await first]).toEqual(['enough', { done: false, value: 'one' }]);
    await writer.close();
    await sending;
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });
});
