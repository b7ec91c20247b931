// A connection again and again: the next one when the one before is gone.

import { setTimeout as sleep } from 'node:timers/promises';
import { ConnectionRejected, checkLimits, orAborted, type WebSocketConnection } from '@ws/connection';
import { nodePlatform } from '../platform/platform.ts';
import { LONGEST_DELAY } from '../platform/timeouts.ts';
import { type OpenTarget, type OpenWebSocketOptions, openOnce } from './open-web-socket.ts';

/** An attempt to connect. */
export interface Attempt {
  /** 1 for the first, and for the first after a connection that was open. */
  readonly attempt: number;
  /** Why the one before failed, or how it closed; `null`: there was none. */
  readonly cause: unknown;
}

type Fresh<Value> = Value | ((attempt: Attempt) => Value | Promise<Value>);

/** Options of `openWebSocket.reconnecting`. */
export interface ReconnectOptions extends Omit<OpenWebSocketOptions, 'headers'> {
  /** Made anew for each attempt when a function. */
  readonly headers?: Fresh<OpenWebSocketOptions['headers']>;
  /** The first delay, in milliseconds, default 500; it doubles with each failure. */
  readonly minDelay?: number | undefined;
  /** The longest delay, default 30,000. */
  readonly maxDelay?: number | undefined;
  /**
   * Whether to go on after a failure. Default: not after a 4xx other than 408, 425 and 429, which another attempt would
   * not change.
   */
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Told of each failure, and of the delay that follows, in milliseconds. */
  readonly onRetry?: ((error: unknown, delay: number, attempt: number) => void) | undefined;
  /** 0 up to 1, for the jitter; default `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Waits; default a timer. */
  readonly wait?: ((delay: number, signal: AbortSignal | undefined) => Promise<void>) | undefined;
}

/**
 * Connections to one server, one after the other. Ask for the next when you are done with the last: it is closed if it
 * is not. Leaving the loop closes the last one. Aborting closes one that is open, with 1001, and ends the loop.
 *
 * @param url made anew for each attempt when a function
 * @throws the error that `shouldRetry` does not accept, or the signal's reason
 */
export async function* reconnecting(
  url: Fresh<string | URL | OpenTarget>,
  options: ReconnectOptions = {},
): AsyncGenerator<WebSocketConnection, void, undefined> {
  const { shouldRetry = isTransient, onRetry, signal, wait = waitFor, ...rest } = options;
  const { minDelay = 0, maxDelay = 0 } = options;
  checkLimits({ minDelay, maxDelay });
  const pause = (delay: number): Promise<void> => orAborted(wait(delay, signal), signal);
  let attempt = 1;
  let cause: unknown = null;
  for (;;) {
    let connection: WebSocketConnection;
    try {
      signal?.throwIfAborted();
      const target = await orAborted(fresh(url, { attempt, cause }), signal);
      const headers = await orAborted(fresh(options.headers, { attempt, cause }), signal);
      connection = await openOnce(target, { ...rest, headers, signal });
    } catch (error) {
      signal?.throwIfAborted();
      if (!shouldRetry(error, attempt)) throw error;
      const delay = delayOf(attempt, options);
      onRetry?.(error, delay, attempt);
      await pause(delay);
      attempt++;
      cause = error;
      continue;
    }
    attempt = 1;
    closeWhenAborted(connection, signal);
    try {
      // It may have come while the connection was being handed over.
      signal?.throwIfAborted();
      yield connection;
    } finally {
      await connection.close(signal?.aborted ? 1001 : 1000).catch(() => {});
    }
    cause = connection.closed;
    signal?.throwIfAborted();
    // Even a server that accepts and closes at once is given a moment.
    await pause(delayOf(1, options));
  }
}

/** Closes with 1001, going away. What is being read from the connection ends by it. */
function closeWhenAborted(connection: WebSocketConnection, signal: AbortSignal | undefined): void {
  if (signal === undefined) return;
  // In a microtask: whoever waits for a message with the same signal is told its reason, not that we closed.
  const onAbort = (): void => nodePlatform.clock.defer(() => void connection.close(1001).catch(() => {}));
  signal.addEventListener('abort', onAbort);
  void connection.whenClosed.then(() => signal.removeEventListener('abort', onAbort));
}

/** Full jitter: anything up to a limit that doubles. */
function delayOf(
  attempt: number,
  {
    minDelay = 500,
    maxDelay = 30_000,
    random = Math.random,
  }: Pick<ReconnectOptions, 'minDelay' | 'maxDelay' | 'random'>,
): number {
  return Math.round(random() * Math.min(maxDelay, minDelay * 2 ** Math.min(attempt - 1, 30)));
}

function isTransient(error: unknown): boolean {
  if (error instanceof TypeError || error instanceof RangeError) return false;
  if (!(error instanceof ConnectionRejected)) return true;
  const { statusCode } = error;
  return statusCode < 400 || statusCode > 499 || statusCode === 408 || statusCode === 425 || statusCode === 429;
}

async function fresh<Value>(value: Fresh<Value>, attempt: Attempt): Promise<Value> {
  return typeof value === 'function' ? await (value as (attempt: Attempt) => Value | Promise<Value>)(attempt) : value;
}

async function waitFor(delay: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(Math.min(delay, LONGEST_DELAY), undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  }
}
