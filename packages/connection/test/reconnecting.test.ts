// Connections one after the other, over whatever opens them: here that is the test.

import { getEventListeners } from 'node:events';
import { type ManualClock, manualClock } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { WebSocketConnection } from '../src/connection.ts';
import { ConnectionRejected, ConnectionTimeout, HandshakeError } from '../src/errors.ts';
import { type Attempt, createReconnecting, type Reconnecting } from '../src/reconnecting.ts';
import { openPair, type Pair, settle } from './support/pair.ts';

/** Options of what opens: one more than are looked at. */
interface OpenOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly subprotocols?: readonly string[];
  readonly signal?: AbortSignal;
}

/** Something that opens connections, or throws what the test says. */
interface World {
  readonly clock: ManualClock;
  readonly reconnecting: Reconnecting<string, OpenOptions>;
  /** What it was asked for. */
  readonly asked: { readonly target: string; readonly options: OpenOptions }[];
  /** What it has opened. */
  readonly pairs: Pair[];
}

/** @param outcomes errors to be thrown; `null`, and when there is none left: a connection */
function createWorld(outcomes: readonly (Error | null)[] = [], random: () => number = () => 1): World {
  const [clock, asked, pairs]: [ManualClock, World['asked'], Pair[]] = [manualClock(), [], []];
  const open = async (target: string, options: OpenOptions): Promise<WebSocketConnection> => {
    asked.push({ target, options });
    const outcome = outcomes[asked.length - 1] ?? null;
    if (outcome !== null) throw outcome;
    const pair = await openPair();
    pairs.push(pair);
    return pair.client;
  };
  return { clock, asked, pairs, reconnecting: createReconnecting<string, OpenOptions>({ open, clock, random }) };
}

/** Lets time pass until a promise is settled. @returns the delays that were waited for */
async function passing(clock: ManualClock, promise: Promise<unknown>): Promise<number[]> {
  const delays: number[] = [];
  let isSettled = false;
  const onSettled = (): void => {
    isSettled = true;
  };
  promise.then(onSettled, onSettled);
  for (;;) {
    await settle();
    if (isSettled) return delays;
    const { nextExpiry } = clock;
    if (nextExpiry === null) throw new Error('nobody waits for the clock');
    delays.push(nextExpiry);
    clock.advance(nextExpiry);
  }
}

const rejected = (status: number): ConnectionRejected => new ConnectionRejected({ status, headers: {} });
const reason = new Error('enough');
const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);
beforeEach(() => {
  unhandled.length = 0;
  process.on('unhandledRejection', onUnhandled);
});
afterEach(async () => {
  await settle();
  process.off('unhandledRejection', onUnhandled);
  expect(unhandled).toEqual([]);
});

describe('delays', () => {
  test('double with each failure, up to a limit, and begin anew after a connection', async () => {
    const failure = rejected(503);
    const { clock, reconnecting, pairs } = createWorld([...Array(6).fill(failure), null, failure, null]);
    const told: [unknown, number, number][] = [];
    const attempts = reconnecting('ws://a', {
      minDelay: 100,
      maxDelay: 1000,
      onRetry: (...all) => void told.push(all),
    });
    const first = attempts.next();
    expect(await passing(clock, first)).toEqual([100, 200, 400, 800, 1000, 1000]);
    await pairs[0]!.server.sendMessage('hello');
    expect(await (await first).value!.getMessage()).toBe('hello');
    const second = attempts.next();
    // Even a server that accepts and closes at once is given a moment.
    expect(await passing(clock, second)).toEqual([100, 100]);
    expect((await second).value).toBe(pairs[1]!.client);
    expect(told).toEqual([
      [failure, 100, 1],
      [failure, 200, 2],
      [failure, 400, 3],
      [failure, 800, 4],
      [failure, 1000, 5],
      [failure, 1000, 6],
      [failure, 100, 1],
    ]);
    await attempts.return();
  });

  test('are half a second to half a minute by default', async () => {
    const { clock, reconnecting } = createWorld(Array(9).fill(new Error('no')));
    const attempts = reconnecting('ws://a');
    expect(await passing(clock, attempts.next())).toEqual([
      ...[500, 1000, 2000, 4000, 8000, 16_000],
      ...[30_000, 30_000, 30_000],
    ]);
    await attempts.return();
  });

  test.each([
    [0, 0],
    [0.004, 0],
    [0.5, 50],
    [0.999, 100],
  ])('have jitter: of a random %d, %i ms', async (random, delay) => {
    for (const isOption of [true, false]) {
      const { clock, reconnecting } = createWorld([new Error('no')], isOption ? () => 1 : () => random);
      const attempts = reconnecting('ws://a', { minDelay: 100, ...(isOption ? { random: () => random } : {}) });
      expect(await passing(clock, attempts.next())).toEqual([delay]);
      await attempts.return();
    }
  });

  test('are finite, however often it fails', async () => {
    const { reconnecting } = createWorld(Array(2000).fill(new Error('no')));
    const delays: number[] = [];
    const wait = async (delay: number): Promise<void> => void delays.push(delay);
    const attempts = reconnecting('ws://a', { minDelay: 1, maxDelay: Infinity, wait });
    await attempts.next();
    expect([delays.length, delays[30], delays[31], delays.at(-1)]).toEqual([2000, 2 ** 30, 2 ** 30, 2 ** 30]);
    await attempts.return();
  });

  test('are waited for as the application wants: what its function throws is thrown', async () => {
    const { clock, reconnecting, asked } = createWorld([new Error('no')]);
    const { signal } = new AbortController();
    const waited: unknown[] = [];
    const wait = async (...all: unknown[]): Promise<never> => {
      waited.push(all);
      throw new Error('seen enough');
    };
    await expect(reconnecting('ws://a', { minDelay: 100, wait, signal }).next()).rejects.toThrow('seen enough');
    expect([waited, asked.length, clock.pendingTimers, listeners(signal)]).toEqual([[[100, signal]], 1, 0, 0]);
  });

  test.each([
    ['minDelay', -1, RangeError],
    ['maxDelay', Number.NaN, RangeError],
    ['minDelay', '5', TypeError],
  ])('a %s of %j is refused, and nothing is tried', async (name, delay, error) => {
    const { reconnecting, asked } = createWorld();
    await expect(reconnecting('ws://a', { [name]: delay }).next()).rejects.toThrow(error);
    expect(asked).toEqual([]);
  });
});

describe('another attempt', () => {
  test.each<[name: string, failure: Error]>([
    ...[300, 302, 408, 425, 429, 500, 502, 503, 599].map((status): [string, Error] => [
      `a ${status}`,
      rejected(status),
    ]),
    ['a timeout', new ConnectionTimeout(5)],
    ['no connection', new HandshakeError('ERR_CONNECT')],
    ['any other error', new Error('broken')],
  ])('follows %s', async (_name, failure) => {
    const { clock, reconnecting, asked, pairs } = createWorld([failure]);
    const attempts = reconnecting('ws://a');
    const next = attempts.next();
    expect(await passing(clock, next)).toEqual([500]);
    expect([(await next).value, asked.length]).toEqual([pairs[0]!.client, 2]);
    await attempts.return();
  });

  test.each<[name: string, failure: Error]>([
    ...[400, 401, 403, 404, 407, 409, 410, 424, 426, 428, 430, 499].map((status): [string, Error] => [
      `a ${status}`,
      rejected(status),
    ]),
    ['a mistake of the caller, such as a url that is none', new RangeError('nonsense')],
    ['one of another type', new TypeError('nonsense')],
  ])('does not follow %s', async (_name, failure) => {
    const { clock, reconnecting, asked } = createWorld([failure]);
    const told: unknown[] = [];
    const attempts = reconnecting('ws://a', { onRetry: error => void told.push(error) });
    await expect(attempts.next()).rejects.toBe(failure);
    expect([told, asked.length, clock.pendingTimers]).toEqual([[], 1, 0]);
    expect(await attempts.next()).toEqual({ done: true, value: undefined });
  });

  test('follows where shouldRetry says so', async () => {
    const failure = rejected(404);
    const { clock, reconnecting, asked } = createWorld(Array(5).fill(failure));
    const questions: [unknown, number][] = [];
    const shouldRetry = (error: unknown, attempt: number): boolean => questions.push([error, attempt]) < 3;
    const next = reconnecting('ws://a', { shouldRetry }).next();
    await passing(clock, next);
    await expect(next).rejects.toBe(failure);
    expect([questions, asked.length]).toEqual([[1, 2, 3].map(attempt => [failure, attempt]), 3]);
  });

  test('gets url and headers that were made anew, by who knows attempt and cause; all else is passed on', async () => {
    const failures = [rejected(503), rejected(500)];
    const { clock, reconnecting, asked } = createWorld([...failures, null, null]);
    const told: Attempt[] = [];
    const url = (attempt: Attempt): string => `ws://a/${told.push(attempt)}`;
    const headers = async ({ attempt }: Attempt) => ({ 'X-Token': `token ${attempt}` });
    const attempts = reconnecting(url, { headers, subprotocols: ['chat'], minDelay: 1 });
    const first = attempts.next();
    await passing(clock, first);
    const { value } = await first;
    const second = attempts.next();
    await passing(clock, second);
    expect(told).toEqual([
      { attempt: 1, cause: null },
      { attempt: 2, cause: failures[0] },
      { attempt: 3, cause: failures[1] },
      { attempt: 1, cause: value!.closed },
    ]);
    expect(asked.map(({ target, options }) => [target, options])).toEqual(
      [1, 2, 3, 1].map((attempt, index) => [
        `ws://a/${index + 1}`,
        { subprotocols: ['chat'], headers: { 'X-Token': `token ${attempt}` }, signal: undefined },
      ]),
    );
    await attempts.return();
  });

  test('follows where headers could not be made', async () => {
    const { clock, reconnecting, asked } = createWorld();
    const headers = ({ attempt }: Attempt) => {
      if (attempt === 1) throw new Error('no token');
      return { 'X-Token': 'here' };
    };
    const attempts = reconnecting('ws://a', { headers });
    await passing(clock, attempts.next());
    expect(asked.map(({ options }) => options.headers)).toEqual([{ 'X-Token': 'here' }]);
    await attempts.return();
  });
});

describe('a connection', () => {
  test.each([
    ['asks for the next', (attempts: AsyncGenerator) => void attempts.next()],
    ['leaves', (attempts: AsyncGenerator) => void attempts.return(undefined)],
    ['throws', (attempts: AsyncGenerator) => void attempts.throw(reason).catch(() => {})],
  ])('is closed with 1000 when the loop %s', async (_name, goOn) => {
    const { reconnecting, pairs } = createWorld();
    const attempts = reconnecting('ws://a');
    await attempts.next();
    goOn(attempts);
    expect(await pairs[0]!.server.whenClosed).toMatchObject({ code: 1000 });
  });

  test('that the server has closed is followed by the next, which knows how', async () => {
    const { clock, reconnecting, pairs } = createWorld();
    const causes: unknown[] = [];
    const seen: unknown[] = [];
    const looping = (async () => {
      for await (const connection of reconnecting(({ cause }) => `ws://${causes.push(cause)}`)) {
        const { server } = pairs.at(-1)!;
        await server.sendMessage(`hello ${pairs.length}`);
        const closing = server.close(1001, 'restarting');
        for await (const message of connection) seen.push(message);
        await closing;
        if (pairs.length === 2) break;
      }
    })();
    expect(await passing(clock, looping)).toEqual([500]);
    await looping;
    expect(seen).toEqual(['hello 1', 'hello 2']);
    expect(causes).toEqual([null, expect.objectContaining({ code: 1001, reason: 'restarting' })]);
  });
});

describe('aborting', { timeout: 10_000 }, () => {
  test('before anything was tried: nothing is', async () => {
    const { reconnecting, asked } = createWorld();
    await expect(reconnecting('ws://a', { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason);
    expect(asked).toEqual([]);
  });

  test('during a delay leaves no timer, and no listener', async () => {
    const { clock, reconnecting, asked } = createWorld([new Error('no')]);
    const controller = new AbortController();
    const next = reconnecting('ws://a', { signal: controller.signal }).next();
    await settle();
    expect(clock.pendingTimers).toBe(1);
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect([asked.length, clock.pendingTimers, listeners(controller.signal)]).toEqual([1, 0, 0]);
  });

  test('does not wait for a function of the application that waits', async () => {
    const { reconnecting } = createWorld([new Error('no')]);
    const controller = new AbortController();
    const wait = (): Promise<void> => new Promise(() => {});
    const next = reconnecting('ws://a', { signal: controller.signal, wait }).next();
    await settle();
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect(listeners(controller.signal)).toBe(0);
  });

  test.each([
    ['url', (hang: () => Promise<never>) => [hang, {}] as const],
    ['headers', (hang: () => Promise<never>) => ['ws://a', { headers: hang }] as const],
  ])('does not wait for a function that makes the %s and hangs', async (_name, make) => {
    const { reconnecting, asked } = createWorld();
    const controller = new AbortController();
    let isAsked = false;
    const [url, options] = make(() => {
      isAsked = true;
      return new Promise<never>(() => {});
    });
    const next = reconnecting(url, { ...options, signal: controller.signal }).next();
    await settle();
    expect(isAsked).toBe(true);
    controller.abort(reason);
    await expect(next).rejects.toBe(reason);
    expect([asked, listeners(controller.signal)]).toEqual([[], 0]);
  });

  test('closes the connection that is open with 1001: what reads from it ends, and so does the loop', async () => {
    const { reconnecting, pairs, asked } = createWorld();
    const controller = new AbortController();
    const seen: string[] = [];
    const looping = (async () => {
      for await (const connection of reconnecting('ws://a', { signal: controller.signal })) {
        await pairs[0]!.server.sendMessage('hello');
        for await (const message of connection) {
          seen.push(String(message));
          controller.abort(reason);
        }
        seen.push('ended');
      }
    })();
    await expect(looping).rejects.toBe(reason);
    expect([seen, asked.length, listeners(controller.signal)]).toEqual([['hello', 'ended'], 1, 0]);
    expect(await pairs[0]!.server.whenClosed).toMatchObject({ code: 1001 });
  });

  test('between two connections closes the first with 1001', async () => {
    const { reconnecting, pairs, clock } = createWorld();
    const controller = new AbortController();
    const attempts = reconnecting('ws://a', { signal: controller.signal });
    const { value } = await attempts.next();
    controller.abort(reason);
    await expect(attempts.next()).rejects.toBe(reason);
    expect([value!.closed, pairs.length, clock.pendingTimers]).toMatchObject([{ code: 1001 }, 1, 0]);
    expect(listeners(controller.signal)).toBe(0);
  });

  test.each([...Array(12).keys()])('%i microtasks after the opening leaves nothing open', async ticks => {
    const { clock, pairs } = createWorld();
    const controller = new AbortController();
    const { signal } = controller;
    const open = async (): Promise<WebSocketConnection> => {
      const pair = await openPair();
      pairs.push(pair);
      void (async () => {
        for (let i = 0; i < ticks; i++) await null;
        controller.abort(reason);
      })();
      return pair.client;
    };
    const reconnecting = createReconnecting<string, OpenOptions>({ open, clock, random: () => 1 });
    const looping = (async () => {
      for await (const connection of reconnecting('ws://a', { signal })) await connection.getMessage().catch(() => {});
    })();
    await expect(looping).rejects.toBe(reason);
    await settle();
    expect(pairs.map(({ client, server }) => [client.closed, server.closed])).toEqual([
      [expect.objectContaining({ code: 1001 }), expect.objectContaining({ code: 1001 })],
    ]);
    expect([clock.pendingTimers, listeners(signal)]).toEqual([0, 0]);
  });
});
