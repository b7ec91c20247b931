// Aborted at every point where it may wait, an operation leaves no timer, no listener, and no rejection behind.
import { manualClock, memoryPair } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocketConnection } from '../src/connection.ts';
import { acceptOver, connectOver } from '../src/over.ts';
import { openPair, rawEnd, settle, testPlatform } from './support/pair.ts';

/** A signal that knows how many listen to it. */
class CountingController {
  readonly reason: Error = new Error('enough');
  listeners = 0;
  readonly #controller: AbortController = new AbortController();
  readonly signal: AbortSignal = this.#controller.signal;

  constructor() {
    const { signal } = this;
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    const heard = new Set<unknown>();
    signal.addEventListener = ((name: string, listener: () => void) => {
      heard.add(listener);
      this.listeners = heard.size;
      add(name, listener);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((name: string, listener: () => void) => {
      heard.delete(listener);
      this.listeners = heard.size;
      remove(name, listener);
    }) as typeof signal.removeEventListener;
  }

  abort(): void {
    this.#controller.abort(this.reason);
  }
}

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});
afterEach(() => void process.off('unhandledRejection', onUnhandled));

async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await null;
}

const POINTS = [0, 1, 2, 3, 4, 5, 6, 8, 10, 13, 17, 22, 30, 45, 70, 120];

type Operation = (connection: WebSocketConnection, signal: AbortSignal, peer: WebSocketConnection) => Promise<unknown>;

const OPERATIONS: [name: string, operation: Operation, isBreaking?: boolean][] = [
  ['getMessage', (connection, signal) => connection.getMessage({ signal })],
  ['receive', (connection, signal) => connection.receive({ signal }).next()],
  ['ping', (connection, signal) => connection.ping(undefined, { signal })],
  ['sendMessage', (connection, signal) => connection.sendMessage('x'.repeat(5000), { signal })],
  [
    'sendMessage behind another',
    (connection, signal) => {
      connection.sendMessage(['a', 'b', 'c']).catch(() => {});
      return connection.sendMessage('behind', { signal });
    },
  ],
  ['sendMessage in pieces', (connection, signal) => connection.sendMessage(['a', 'b', 'c'], { signal }), true],
  ['close', (connection, signal) => connection.close(1000, '', { signal }), true],
];

describe.each(OPERATIONS)('%s', (_name, operation, isBreaking = false) => {
  test.each(POINTS)('aborted after %i microtasks leaves nothing behind', async point => {
    const { client, server, clock } = await openPair({ memory: { capacity: 1000 } });
    const controller = new CountingController();
    const outcome = operation(client, controller.signal, server).then(
      () => null,
      error => error,
    );
    await microtasks(point);
    controller.abort();
    // Whichever came first.
    expect([null, controller.reason]).toContain(await outcome);
    await settle();
    expect(controller.listeners).toBe(0);
    if (!isBreaking) {
      const taken = server.getMessage();
      await client.sendMessage('still here');
      let message = await taken;
      while (message !== 'still here') message = await server.getMessage();
      const back = client.getMessage();
      await server.sendMessage('me too');
      expect(await back).toBe('me too');
    }
    await Promise.allSettled([client.close(), server.close()]);
    await settle();
    expect([unhandled, clock.pendingTimers]).toEqual([[], 0]);
  });

  test('a signal that was aborted before does nothing at all', async () => {
    const { client, server } = await openPair();
    const controller = new CountingController();
    controller.abort();
    await expect(operation(client, controller.signal, server)).rejects.toBe(controller.reason);
    await settle();
    expect([controller.listeners, client.closed]).toEqual([0, null]);
  });
});

describe('the opening handshake', () => {
  test.each(POINTS)('of a client, aborted after %i microtasks', async point => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    const end = rawEnd(a);
    const controller = new CountingController();
    const outcome = connectOver(b, { platform: testPlatform(clock), signal: controller.signal }).catch(error => error);
    await microtasks(point);
    controller.abort();
    expect(await outcome).toBe(controller.reason);
    await settle();
    // An aborted signal: the stream was never touched.
    expect(end.isGone() || (point === 0 && end.received() === '')).toBe(true);
    expect([controller.listeners, clock.pendingTimers, unhandled]).toEqual([0, 0, []]);
  });

  test.each(POINTS)('of a server, aborted after %i microtasks', async point => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    rawEnd(b);
    const controller = new CountingController();
    const outcome = acceptOver(a, { platform: testPlatform(clock), signal: controller.signal }).catch(error => error);
    await microtasks(point);
    controller.abort();
    expect(await outcome).toBe(controller.reason);
    await settle();
    expect([a.isClosed, controller.listeners, clock.pendingTimers, unhandled]).toEqual([true, 0, 0, []]);
  });
});

test('aborting a message in pieces that was begun fails the connection; one that was not begun does no harm', async () => {
  const { client, server } = await openPair();
  const never = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const controller = new CountingController();
  const sending = client.sendMessage(never, { signal: controller.signal });
  controller.abort();
  await expect(sending).rejects.toBe(controller.reason);
  await client.sendMessage('fine');
  expect(await server.getMessage()).toBe('fine');

  const begun = (async function* () {
    yield 'half';
    await new Promise(() => {});
  })();
  const second = new CountingController();
  const half = client.sendMessage(begun, { signal: second.signal });
  await settle();
  second.abort();
  await expect(half).rejects.toBe(second.reason);
  expect(await server.whenClosed).toMatchObject({ code: 1011 });
});

test('closing goes on though nobody waits for it any more', async () => {
  const { client, server, serverStream } = await openPair();
  serverStream.pause();
  const controller = new CountingController();
  const closing = client.close(1000, '', { signal: controller.signal });
  controller.abort();
  await expect(closing).rejects.toBe(controller.reason);
  serverStream.resume();
  expect(await server.whenClosed).toMatchObject({ code: 1000 });
});

test('the payload of an aborted ping can be used again', async () => {
  const { client, serverStream } = await openPair();
  serverStream.pause();
  const controller = new CountingController();
  const first = client.ping('a', { signal: controller.signal });
  controller.abort();
  await expect(first).rejects.toBe(controller.reason);
  const second = client.ping('a');
  serverStream.resume();
  expect(await second).toBe(0);
});
