// Reconnecting: opens the next connection when the one before is gone. The opener, the clock and the random source are
// handed in.

import type { AbortSignalLike, Clock } from '@ws/types';
import { cancellable, orAborted, throwIfAborted } from '@ws/util/primitives';
import type { WebSocketConnection } from './connection.ts';
import { checkLimits } from './connection-options.ts';
import { ConnectionRejected } from './errors.ts';
import { closeWithOwn } from './own-close.ts';

/** An attempt to connect. */
export interface Attempt {
  /** 1 for the first attempt, and for the first one after a connection that was open. */
  readonly attempt: number;
  /** Why the attempt before failed, or how the connection before closed; `null`: this is the first attempt. */
  readonly cause: unknown;
}

/** A value, or a function that makes a new one for each attempt. */
export type Fresh<Value> = Value | ((attempt: Attempt) => Value | Promise<Value>);

/** When and how often to try again. */
export interface RetryOptions {
  /** The first delay, in milliseconds, default 500; it doubles with each failure. */
  readonly minDelay?: number | undefined;
  /** The longest delay, default 30,000. */
  readonly maxDelay?: number | undefined;
  /**
   * Whether to try again after a failure. Default: not after a TypeError or a RangeError, and not after a 4xx other
   * than 408, 425 and 429: another attempt would not change these.
   */
  readonly shouldRetry?: ((error: unknown, attempt: number) => boolean) | undefined;
  /** Called after each failure with the error and the delay that follows, in milliseconds. */
  readonly onRetry?: ((error: unknown, delay: number, attempt: number) => void) | undefined;
  /** Gives 0 up to 1, for the jitter; default: the adapter's random source, such as `Math.random`. */
  readonly random?: (() => number) | undefined;
  /** Waits the given number of milliseconds; by default with a timer. */
  readonly wait?: ((delay: number, signal: AbortSignalLike | undefined) => Promise<void>) | undefined;
}

/** Opens connections. Its options include `headers`, which may be made anew for each attempt, and a `signal`. */
export interface Opener<Target, Options> {
  open(target: Target, options: Options): Promise<WebSocketConnection>;
  readonly clock: Clock;
  /** Gives 0 up to 1. */
  readonly random: () => number;
}

/** Options of the function that {@link createReconnecting} makes. */
export type ReconnectingOptions<Options extends OpenerOptions> = Omit<Options, 'headers'> &
  RetryOptions & { readonly headers?: Fresh<Options['headers']> };

/** The options of an opener that reconnecting reads. */
export interface OpenerOptions {
  readonly headers?: unknown;
  readonly signal?: AbortSignalLike | undefined;
}

/** Gives connections to one server, one after the other. */
export type Reconnecting<Target, Options extends OpenerOptions> = (
  url: Fresh<Target>,
  options?: ReconnectingOptions<Options>,
) => AsyncGenerator<WebSocketConnection, void, undefined>;

/**
 * Makes a function that gives connections to one server, one after the other. Ask for the next connection when you are
 * done with the last: asking closes the last one if it is still open. Leaving the loop closes it too. Aborting closes
 * an open connection with 1001 and ends the loop. The loop throws the error that `shouldRetry` does not accept, or the
 * signal's reason.
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
      // The signal may have been aborted while the connection was being handed over.
      throwIfAborted(signal);
      yield connection;
    } finally {
      await closeWithOwn(connection, signal?.aborted ? 1001 : 1000).catch(() => {});
    }
    cause = connection.closed;
    throwIfAborted(signal);
    // Wait also after a connection that was open: the server may accept and close at once every time.
    await pause(delayOf(1, retry));
  }
}

/** Closes the connection with 1001 (going away) when the signal is aborted. Calls that read from it end then. */
function closeWhenAborted(connection: WebSocketConnection, signal: AbortSignalLike | undefined, clock: Clock): void {
  if (signal === undefined) return;
  // Deferred: a call that waits for a message with the same signal rejects with its reason, not with our close.
  const onAbort = (): void => clock.defer(() => void closeWithOwn(connection, 1001).catch(() => {}));
  signal.addEventListener('abort', onAbort);
  void connection.whenClosed.then(() => signal.removeEventListener('abort', onAbort));
}

/** Full jitter: a random delay up to a limit that doubles with each attempt. */
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
