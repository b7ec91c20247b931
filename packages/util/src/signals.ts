// How `{ signal }` cancels a promise, in the same way in all packages.

import type { AbortSignalLike } from '@ws/types';

/** Throws the signal's reason if the signal is aborted. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/**
 * Makes a promise that is settled by `begin` or rejected by the signal, whichever comes first. The listener is then removed.
 *
 * @param begin gets the functions that settle the promise; the function it returns is called if the signal comes first
 */
export function cancellable<Value>(
  signal: AbortSignalLike | undefined,
  begin: (resolve: (value: Value | PromiseLike<Value>) => void, reject: (error: unknown) => void) => () => void,
): Promise<Value> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      reject(signal.reason);
      return;
    }
    let undo = (): void => {};
    const onAbort = (): void => {
      undo();
      signal!.removeEventListener('abort', onAbort);
      reject(signal!.reason);
    };
    const settled =
      <Given>(settle: (given: Given) => void) =>
      (given: Given): void => {
        signal?.removeEventListener('abort', onAbort);
        settle(given);
      };
    signal?.addEventListener('abort', onAbort);
    try {
      undo = begin(settled(resolve), settled(reject));
    } catch (error) {
      settled(reject)(error);
    }
  });
}

/** Settles like `promise`, or rejects with the signal's reason if the signal is aborted first. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignalLike | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  // `promise` may have no other handler, and its failure would then be unhandled.
  if (signal.aborted) promise.catch(() => {});
  return cancellable(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}
