// A connection again and again: the next one when the one before is gone. Over whatever opens connections; time and
// chance are handed in.

import type { AbortSignalLike, Clock } from '@ws/types';
import { cancellable, orAborted, throwIfAborted } from '@ws/util/primitives';
import type { WebSocketConnection } from './connection.ts';
import { checkLimits } from './connection-options.ts';
import { ConnectionRejected } from './errors.ts';
import { closeWithOwn } from './own-close.ts';

/** An attempt to connect. */
export interface Attempt {
  /** 1 for the first, and for the first after a connection that was open. */
  readonly attempt: number;
  /** Why the one before failed, or how it closed; `null`: there was none. */
  readonly cause: unknown;
}

/** A value, or what makes one anew for each attempt. */
export type Fresh<Value> = Value | ((attempt: Attempt) => Value | Promise<Value>);

/** When and how often to try again. */
export interface RetryOptions {
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
  /** 0 up to 1, for the jitter; default: that of whoever binds it, such as `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Waits so many milliseconds; default a timer. */
  readonly wait?: ((delay: number, signal: AbortSignalLike | undefined) => Promise<void>) | undefined;
}

/** What opens connections: its options have `headers`, which may be made anew for each attempt, and a `signal`. */
export interface Opener<Target, Options> {
  open(target: Target, options: Options): Promise<WebSocketConnection>;
  readonly clock: Clock;
  /** 0 up to 1. */
  readonly random: () => number;
}

/** Options of what {@link createReconnecting} makes. */
export type ReconnectingOptions<Options extends OpenerOptions> = Omit<Options, 'headers'> &
  RetryOptions & { readonly headers?: Fresh<Options['headers']> };

/** What of an opener's options is looked at. */
export interface OpenerOptions {
  readonly headers?: unknown;
  readonly signal?: AbortSignalLike | undefined;
}

/** Connections to one server, one after the other. */
export type Reconnecting<Target, Options extends OpenerOptions> = (
  url: Fresh<Target>,
  options?: ReconnectingOptions<Options>,
) => AsyncGenerator<WebSocketConnection, void, undefined>;

/**
 * Makes a function that gives connections to one server, one after the other. Ask for the next when you are done with
 * the last: it is closed if it is not. Leaving the loop closes the last one. Aborting closes one that is open, with
 * 1001, and ends the loop. It throws the error that `shouldRetry` does not accept, or the signal's reason.
 */
export function createReconnecting<Target, Options extends OpenerOptions>(
  opener: Opener<Target, Options>,
): Reconnecting<Target, Options> {
  return (url, options) => reconnect(opener, url, options ?? ({} as ReconnectingOptions<Options>));
}

async function* reconnect<Target, Options extends OpenerOptions>(
  opener: Opener<Target, Options>,
  url: Fresh<Target>,
  options: ReconnectingOptions<Options>,
): AsyncGenerator<WebSocketConnection, void, undefined> {
  const { shouldRetry = isTransient, onRetry, signal, minDelay, maxDelay, random, wait, ...rest } = options;
  checkLimits({ minDelay: minDelay ?? 0, maxDelay: maxDelay ?? 0 });
  const retry = { minDelay, maxDelay, random: random ?? opener.random };
  const pause = (delay: number): Promise<void> =>
    wait === undefined ? waitFor(opener.clock, delay, signal) : orAborted(wait(delay, signal), signal);
  let attempt = 1;
  let cause: unknown = null;
  for (;;) {
    let connection: WebSocketConnection;
    try {
      throwIfAborted(signal);
      const target = await orAborted(fresh(url, { attempt, cause }), signal);
      const headers = await orAborted(fresh(options.headers, { attempt, cause }), signal);
      connection = await opener.open(target, { ...rest, headers, signal } as unknown as Options);
    } catch (error) {
      throwIfAborted(signal);
      if (!shouldRetry(error, attempt)) throw error;
      const delay = delayOf(attempt, retry);
      onRetry?.(error, delay, attempt);
      await pause(delay);
      attempt++;
      cause = error;
      continue;
    }
    attempt = 1;
    closeWhenAborted(connection, signal, opener.clock);
    try {
      // It may have come while the connection was being handed over.
      throwIfAborted(signal);
      yield connection;
    } finally {
      await closeWithOwn(connection, signal?.aborted ? 1001 : 1000).catch(() => {});
    }
    cause = connection.closed;
    throwIfAborted(signal);
    // Even a server that accepts and closes at once is given a moment.
    await pause(delayOf(1, retry));
  }
}

/** Closes with 1001, going away. What is being read from the connection ends by it. */
function closeWhenAborted(connection: WebSocketConnection, signal: AbortSignalLike | undefined, clock: Clock): void {
  if (signal === undefined) return;
  // In a microtask: whoever waits for a message with the same signal is told its reason, not that we closed.
  const onAbort = (): void => clock.defer(() => void closeWithOwn(connection, 1001).catch(() => {}));
  signal.addEventListener('abort', onAbort);
  void connection.whenClosed.then(() => signal.removeEventListener('abort', onAbort));
}

/** Full jitter: anything up to a limit that doubles. */
function delayOf(
  attempt: number,
  { minDelay = 500, maxDelay = 30_000, random }: Pick<RetryOptions, 'minDelay' | 'maxDelay'> & { random: () => number },
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

function waitFor(clock: Clock, delay: number, signal: AbortSignalLike | undefined): Promise<void> {
  return cancellable<void>(signal, resolve => {
    const timer = clock.setTimer(delay, resolve);
    return () => timer.cancel();
  });
}
