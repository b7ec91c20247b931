// Aborted at every point where it may wait, an operation leaves no timer, no listener, and no rejection behind.
import { type MemoryStream, manualClock, memoryPair } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptOver } from '../src/accept-over.ts';
import { connectOver } from '../src/connect-over.ts';
import type { WebSocketConnection } from '../src/connection.ts';
import { serveOver, WebSocketService } from '../src/service.ts';
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

  abort(reason: unknown = this.reason): void {
    this.#controller.abort(reason);
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

/** One try: it is aborted after `point` microtasks. @returns whether it was done before */
type Try = (point: number) => Promise<boolean>;

/** Tries with every point at which the operation may wait. */
async function everyPoint(attempt: Try): Promise<number> {
  for (let point = 0; point < 1000; point++) {
    const isDone = await attempt(point);
    expect(unhandled, `after ${point} microtasks`).toEqual([]);
    if (isDone) return point;
  }
  throw new Error('it is never done');
}

/** Starts an operation, and aborts it. It has ended then by itself, or with the signal's reason. */
async function abortAt<Result>(point: number, start: (signal: AbortSignal) => Promise<Result>) {
  const controller = new CountingController();
  let isDone = false;
  const outcome = start(controller.signal).then(
    result => ({ result, isAborted: false as const }),
    error => {
      expect(error, `after ${point} microtasks`).toBe(controller.reason);
      return { result: null, isAborted: true as const };
    },
  );
  void outcome.then(() => {
    isDone = true;
  });
  await microtasks(point);
  const wasDone = isDone;
  controller.abort();
  const ended = await outcome;
  await settle();
  expect(controller.listeners, `after ${point} microtasks`).toBe(0);
  return { ...ended, wasDone };
}

interface Operation {
  /** What the peer does, so that the operation gets done. */
  readonly provoke?: (peer: WebSocketConnection) => Promise<unknown>;
  readonly start: (connection: WebSocketConnection, signal: AbortSignal) => Promise<unknown>;
  /** A message that must be had by the operation, or later. */
  readonly awaited?: string;
  /** The least number of points there are; with fewer the test would not test much. */
  readonly atLeast: number;
}

const OPERATIONS: Record<string, Operation> = {
  getMessage: {
    provoke: peer => peer.sendMessage('for you'),
    start: (connection, signal) => connection.getMessage({ signal }),
    awaited: 'for you',
    atLeast: 3,
  },
  'messages, the next of them': {
    provoke: peer => peer.sendMessage('for you'),
    start: async (connection, signal) => (await connection.messages({ signal }).next()).value,
    awaited: 'for you',
    atLeast: 3,
  },
  'receive, its first chunk': {
    provoke: peer => peer.sendMessage('for you'),
    start: async (connection, signal) => (await connection.receive({ signal }).next()).value,
    awaited: 'for you',
    atLeast: 3,
  },
  'receive, all of it': {
    provoke: peer => peer.sendMessage(['in ', 'several ', 'pieces']),
    start: async (connection, signal) => {
      let text = '';
      for await (const chunk of connection.receive({ signal })) text += chunk;
      expect(text).toBe('in several pieces');
    },
    atLeast: 10,
  },
  ping: { start: (connection, signal) => connection.ping('same', { signal }), atLeast: 5 },
  pong: { start: (connection, signal) => connection.pong('pong', { signal }), atLeast: 2 },
  'sendMessage, while the transport takes it': {
    start: (connection, signal) => connection.sendMessage('x'.repeat(5000), { signal }),
    atLeast: 5,
  },
  'sendMessage behind another': {
    start: (connection, signal) => {
      connection.sendMessage(['a', 'b', 'c']).catch(() => {});
      return connection.sendMessage('behind', { signal });
    },
    atLeast: 5,
  },
};

describe.each(Object.entries(OPERATIONS))('aborting %s', (_name, { provoke, start, awaited, atLeast }) => {
  test('at every point leaves nothing behind, and the connection as it was', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const { client, server, clock } = await openPair({ memory: { capacity: 1000 } });
      const before = clock.pendingTimers;
      void provoke?.(server).catch(() => {});
      const { result, isAborted, wasDone } = await abortAt(point, signal => start(client, signal));
      expect(clock.pendingTimers).toBe(before);
      // An aborted wait takes no message along.
      if (awaited !== undefined) expect(isAborted ? await client.getMessage() : result).toBe(awaited);
      const taken = server.getMessage();
      await client.sendMessage('still here');
      for (let message = await taken; message !== 'still here'; message = await server.getMessage()) {
        // Whole, or not at all.
        expect(['x'.repeat(5000), 'abc', 'behind']).toContain(message);
      }
      await server.sendMessage('me too');
      let last = await client.getMessage();
      if (last === 'in several pieces') last = await client.getMessage();
      expect(last).toBe('me too');
      await client.ping('same');
      await Promise.all([client.close(), server.close()]);
      await settle();
      expect(clock.pendingTimers).toBe(0);
      return wasDone;
    });
    expect(points).toBeGreaterThanOrEqual(atLeast);
  });

  test('with a signal that was aborted before does nothing at all', async () => {
    const { client, server } = await openPair();
    const controller = new CountingController();
    controller.abort();
    await expect(start(client, controller.signal)).rejects.toBe(controller.reason);
    await settle();
    expect([controller.listeners, client.closed, server.closed]).toEqual([0, null, null]);
  });
});

test('aborting a message in pieces at every point: it arrives whole, or not at all', { timeout: 60_000 }, async () => {
  const pieces = async function* () {
    for (const piece of ['in ', 'several ', 'pieces']) {
      await null;
      yield piece;
    }
  };
  const points = await everyPoint(async point => {
    const { client, server, clock } = await openPair({ memory: { capacity: 1000 } });
    const taken = server.getMessage().catch(error => error.reason.code);
    const { isAborted, wasDone } = await abortAt(point, signal => client.sendMessage(pieces(), { signal }));
    if (isAborted && client.closed === null) await client.sendMessage('nothing was sent');
    const got = await taken;
    expect(['in several pieces', 'nothing was sent', 1011]).toContain(got);
    if (!isAborted) expect(got).toBe('in several pieces');
    await Promise.all([client.close(), server.close()].map(closing => closing.catch(() => {})));
    await settle();
    expect(clock.pendingTimers).toBe(0);
    return wasDone;
  });
  expect(points).toBeGreaterThan(5);
});

test('aborting close at every point: it closes all the same', { timeout: 60_000 }, async () => {
  const points = await everyPoint(async point => {
    const { client, server, clock } = await openPair();
    const { isAborted, wasDone } = await abortAt(point, signal => client.close(4000, 'bye', { signal }));
    if (point > 0 || !isAborted) expect(await server.whenClosed).toMatchObject({ code: 4000, reason: 'bye' });
    await Promise.all([client.close(), server.close()]);
    await settle();
    expect(clock.pendingTimers).toBe(0);
    return wasDone;
  });
  expect(points).toBeGreaterThan(5);
});

describe('the streams of a connection, at every point', () => {
  /** How a test ends them, with 4000. */
  const ENDS: Record<string, (streams: Ends, controller: CountingController) => Promise<unknown>> = {
    'aborting a pipe': async ({ piping }, controller) => {
      controller.abort({ closeCode: 4000 });
      await expect(piping).rejects.toEqual({ closeCode: 4000 });
    },
    'cancelling what is read': ({ reader }) => reader.cancel({ closeCode: 4000 }),
    'aborting what is written': ({ writer }) => writer.abort({ closeCode: 4000 }),
  };
  interface Ends {
    readonly piping: Promise<void>;
    readonly reader: ReadableStreamDefaultReader<unknown>;
    readonly writer: WritableStreamDefaultWriter<string>;
  }

  test.each(Object.entries(ENDS))('%s leaves nothing behind', { timeout: 60_000 }, async (how, end) => {
    for (let point = 0; point < 60; point++) {
      const { client, server, clock } = await openPair({ memory: { capacity: 1000 } });
      const controller = new CountingController();
      const { readable, writable } = client.streams();
      const streams = {} as { -readonly [Name in keyof Ends]: Ends[Name] };
      if (how === 'aborting a pipe') {
        streams.piping = readable.pipeTo(writable as WritableStream<unknown>, { signal: controller.signal });
        streams.piping.catch(() => {});
      } else {
        streams.reader = readable.getReader();
        streams.writer = writable.getWriter() as WritableStreamDefaultWriter<string>;
        streams.writer.closed.catch(() => {});
        streams.reader.closed.catch(() => {});
        for (const waiting of [streams.reader.read(), streams.writer.write('x'.repeat(5000))]) waiting.catch(() => {});
      }
      const taken = server.getMessage().catch(error => error.reason.code);
      const sent = server.sendMessage('x'.repeat(5000)).catch(() => {});
      await microtasks(point);
      await end(streams, controller);
      expect(await server.whenClosed, `after ${point} microtasks`).toMatchObject({ code: 4000 });
      // Whole, or not at all.
      expect(['x'.repeat(5000), 4000]).toContain(await taken);
      await sent;
      await client.whenClosed;
      await settle();
      expect([controller.listeners, clock.pendingTimers, unhandled], `after ${point} microtasks`).toEqual([0, 0, []]);
    }
  });
});

describe('the opening handshake, aborted at every point', () => {
  test('connectOver', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const clock = manualClock();
      const platform = testPlatform(clock);
      const { a, b } = memoryPair({ chunkSize: 20 });
      const served = serveOver(a, async request => void (await (await request.accept()).whenClosed), { platform });
      const { result, wasDone } = await abortAt(point, signal => connectOver(b, { platform, signal }));
      if (result !== null) await result.close();
      else expect(b.isClosed).toBe(true);
      await served;
      await settle();
      expect([a.isClosed, clock.pendingTimers], `after ${point} microtasks`).toEqual([true, 0]);
      return wasDone;
    });
    expect(points).toBeGreaterThan(20);
  });

  test('acceptOver', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const clock = manualClock();
      const platform = testPlatform(clock);
      const { a, b } = memoryPair({ chunkSize: 20 });
      const connecting = connectOver(b, { platform }).catch(() => null);
      const { result, wasDone } = await abortAt(point, signal => acceptOver(a, { platform, signal }));
      if (result === null) expect(a.isClosed).toBe(true);
      await result?.reject(404);
      await connecting;
      await settle();
      expect([a.isClosed, clock.pendingTimers], `after ${point} microtasks`).toEqual([true, 0]);
      return wasDone;
    });
    expect(points).toBeGreaterThan(10);
  });

  test('serveOver', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const clock = manualClock();
      const platform = testPlatform(clock);
      const { a, b } = memoryPair({ chunkSize: 20 });
      const talking = connectOver(b, { platform })
        .then(client => client.close())
        .catch(() => null);
      const { isAborted, wasDone } = await abortAt(point, signal =>
        serveOver(a, async request => void (await (await request.accept()).whenClosed), {
          platform,
          signal,
          onError() {},
        }),
      );
      if (isAborted) expect(a.isClosed).toBe(true);
      await talking;
      await settle();
      expect([a.isClosed, clock.pendingTimers], `after ${point} microtasks`).toEqual([true, 0]);
      return wasDone;
    });
    expect(points).toBeGreaterThan(20);
  });

  test('serveOver drops a connection that is open', async () => {
    const clock = manualClock();
    const platform = testPlatform(clock);
    const { a, b } = memoryPair();
    const controller = new CountingController();
    const ended: unknown[] = [];
    const served = serveOver(
      a,
      async request => {
        const connection = await request.accept();
        ended.push(await connection.getMessage().catch(error => error.reason.code));
      },
      { platform, signal: controller.signal },
    );
    const client = await connectOver(b, { platform });
    await settle();
    controller.abort();
    await expect(served).rejects.toBe(controller.reason);
    await client.whenClosed;
    await settle();
    expect([a.isClosed, ended, controller.listeners, clock.pendingTimers]).toEqual([true, [1006], 0, 0]);
  });

  test('accept: there is a connection, or the client is gone', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const clock = manualClock();
      const platform = testPlatform(clock);
      const { a, b } = memoryPair({ chunkSize: 20 });
      const connecting = connectOver(b, { platform }).catch(() => null);
      const request = await acceptOver(a, { platform });
      const { result, wasDone } = await abortAt(point, signal => request.accept({ signal }));
      const client = await connecting;
      expect(request.connection).toBe(result);
      if (result !== null) expect(await result.close()).toMatchObject({ code: 1000 });
      else if (client !== null) expect(await client.whenClosed).toMatchObject({ code: 1006 });
      await settle();
      expect([a.isClosed, b.isClosed, clock.pendingTimers], `after ${point} microtasks`).toEqual([true, true, 0]);
      return wasDone;
    });
    expect(points).toBeGreaterThan(1);
  });

  test('reject: the client is told all the same', { timeout: 60_000 }, async () => {
    const points = await everyPoint(async point => {
      const clock = manualClock();
      const platform = testPlatform(clock);
      const { a, b } = memoryPair({ chunkSize: 20 });
      const connecting = connectOver(b, { platform }).catch(error => error);
      const request = await acceptOver(a, { platform });
      const { wasDone } = await abortAt(point, signal => request.reject(403, { signal, body: 'not you' }));
      expect(await connecting).toMatchObject({ statusCode: 403 });
      await settle();
      expect([a.isClosed, b.isClosed, clock.pendingTimers], `after ${point} microtasks`).toEqual([true, true, 0]);
      return wasDone;
    });
    expect(points).toBeGreaterThan(3);
  });

  test.each([
    ['connectOver', (stream: MemoryStream, signal: AbortSignal) => connectOver(stream, { signal })],
    ['acceptOver', (stream: MemoryStream, signal: AbortSignal) => acceptOver(stream, { signal })],
    ['serveOver', (stream: MemoryStream, signal: AbortSignal) => serveOver(stream, () => {}, { signal })],
  ])('%s with a signal that was aborted before does not touch the stream', async (_name, start) => {
    const { a, b } = memoryPair({ chunkSize: 20 });
    const end = rawEnd(a);
    const reason = new Error('enough');
    await expect(start(b, AbortSignal.abort(reason))).rejects.toBe(reason);
    await settle();
    expect([end.received(), end.isGone(), b.isClosed]).toEqual(['', false, false]);
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

test('waiting for the handlers of a service can be aborted, and it goes on', async () => {
  const { a, b } = memoryPair();
  const platform = testPlatform(manualClock());
  const service = new WebSocketService(async request => void (await (await request.accept()).whenClosed), { platform });
  service.acceptor.buildProtocol().attach(a);
  const client = await connectOver(b, { platform });
  const controller = new CountingController();
  const waiting = service.whenIdle(controller);
  controller.abort();
  await expect(waiting).rejects.toBe(controller.reason);
  expect([controller.listeners, client.closed]).toEqual([0, null]);
  await client.close();
  await service.whenIdle();
  await settle();
  expect(service.connections.size).toBe(0);
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
