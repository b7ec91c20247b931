// What `{ signal }` means for a promise: one shape for all packages.

import type { AbortSignalLike } from '@ws/types';

/** Throws the signal's reason when it is aborted. */
export function throwIfAborted(signal: AbortSignalLike | undefined): void {
  if (signal?.aborted) throw signal.reason;
}

/**
 * A promise that `begin` settles, or the signal. Whichever comes first; nothing is left behind.
 *
 * @param begin is given how to settle it, and returns what is to be undone when the signal comes first
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

/** Waits for `promise`, unless the signal comes first. */
export function orAborted<Value>(promise: Promise<Value>, signal: AbortSignalLike | undefined): Promise<Value> {
  if (signal === undefined) return promise;
  // Nobody else may be there to hear of its failure.
  if (signal.aborted) promise.catch(() => {});
  return cancellable(signal, (resolve, reject) => {
    promise.then(resolve, reject);
    return () => {};
  });
}
