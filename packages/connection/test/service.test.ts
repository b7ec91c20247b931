import { manualClock, memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { connectOver } from '../src/connect-over.ts';
import type { WebSocketConnection } from '../src/connection.ts';
import { ConnectionRejected } from '../src/errors.ts';
import type { WebSocketRequest } from '../src/request.ts';
import { type ServeOverOptions, serveOver, type WebSocketHandler } from '../src/service.ts';
import { failureOf, rawEnd, settle, testPlatform } from './support/pair.ts';

/** A client that is served by `handler`, all in memory. */
function serving(handler: WebSocketHandler, options: ServeOverOptions = {}) {
  const clock = manualClock();
  const platform = testPlatform(clock);
  const { a, b } = memoryPair();
  const served = serveOver(a, handler, { platform, ...options });
  return { clock, served, connecting: connectOver(b, { platform }) };
}

describe('serveOver', () => {
  const fault = new Error('broken');

  test.each([
    { ends: 'returns', code: 1000, handler: async (request: WebSocketRequest) => void (await request.accept()) },
    {
      ends: 'throws',
      code: 1011,
      handler: async (request: WebSocketRequest) => {
        await request.accept();
        throw fault;
      },
    },
    { ends: 'returns before it is open', code: 1000, handler: (request: WebSocketRequest) => void request.accept() },
    {
      ends: 'throws before it is open',
      code: 1011,
      handler: (request: WebSocketRequest) => {
        void request.accept();
        throw fault;
      },
    },
  ])('a handler that $ends: the client is told $code (RFC 6455, 7.4.1)', async ({ code, handler }) => {
    const told: unknown[] = [];
    const { connecting, served, clock } = serving(handler, { onError: error => void told.push(error) });
    const client = await connecting;
    expect(await client.whenClosed).toMatchObject({ code });
    await served;
    await settle();
    expect([told, clock.pendingTimers]).toEqual([code === 1011 ? [fault] : [], 0]);
  });

  test.each([
    ['returns', () => {}],
    [
      'throws',
      () => {
        throw fault;
      },
    ],
  ])('a handler that %s without an answer: the client is answered with 500', async (_name, handler) => {
    const { connecting, served } = serving(handler, { onError() {} });
    const failure = await failureOf(connecting);
    expect(failure).toBeInstanceOf(ConnectionRejected);
    expect(failure).toMatchObject({ statusCode: 500 });
    await served;
  });

  test('what a handler throws goes to the logger when nobody asks for it, and what `onError` throws goes nowhere', async () => {
    const logged: unknown[] = [];
    const logger = { log: (level: string, ...all: unknown[]) => void (level === 'error' && logged.push(all)) };
    const fail: WebSocketHandler = () => {
      throw fault;
    };
    for (const options of [{ platform: { ...testPlatform(), logger } }, { onError: fail as () => void }]) {
      const { connecting, served } = serving(fail, options);
      await failureOf(connecting);
      await served;
    }
    expect(logged).toEqual([['handler-failed', { error: fault }]]);
  });

  test('connectTimeout ends with the request: a connection may be open for longer', async () => {
    let server: WebSocketConnection | undefined;
    const { connecting, served, clock } = serving(
      async request => {
        server = await request.accept();
        await server.whenClosed;
      },
      { connectTimeout: 5000 },
    );
    const client = await connecting;
    await settle();
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1_000_000);
    await settle();
    expect([server?.closed, client.closed]).toEqual([null, null]);
    await client.close();
    await served;
  });

  test('a client that asks for something else is answered, and nothing is left behind', async () => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    const end = rawEnd(b);
    let calls = 0;
    const served = serveOver(a, () => void calls++, { platform: testPlatform(clock), connectTimeout: 5000 });
    b.write(Buffer.from('GET / HTTP/1.1\r\nHost: a\r\n\r\n'));
    await settle();
    expect(end.received()).toMatch(/^HTTP\/1\.1 4/);
    b.end();
    await served;
    await settle();
    expect([calls, a.isClosed, clock.pendingTimers]).toEqual([0, true, 0]);
  });

  test('a client that says nothing is dropped after connectTimeout, and the handler is not called', async () => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    const end = rawEnd(b);
    let calls = 0;
    const served = serveOver(a, () => void calls++, { platform: testPlatform(clock), connectTimeout: 5000 });
    clock.advance(4999);
    await settle();
    expect(a.isClosed).toBe(false);
    clock.advance(1);
    await served;
    await settle();
    expect([calls, end.isGone(), clock.pendingTimers]).toEqual([0, true, 0]);
  });
});
