import type { AbortSignalLike } from '@ws/types';

/** Takes `{ signal }`. */
export interface Abortable {
  /** Aborting rejects the promise with the signal's reason; what was asked for is taken back when it comes. */
  readonly signal?: AbortSignalLike | undefined;
}

/**
 * Does something, unless the signal comes first.
 *
 * @param undo takes back what comes after the signal
 */
export function abortable<Value>(
  signal: AbortSignalLike | undefined,
  begin: () => Promise<Value>,
  undo: (value: Value) => Promise<unknown> | undefined,
): Promise<Value> {
  if (signal === undefined) return begin();
  if (signal.aborted) return Promise.reject(signal.reason);
  return new Promise((resolve, reject) => {
    let isAborted = false;
    const stop = (): void => signal.removeEventListener('abort', onAbort);
    const onAbort = (): void => {
      isAborted = true;
      stop();
      reject(signal.reason);
    };
    signal.addEventListener('abort', onAbort);
    begin().then(
      value => {
        stop();
        // The session may be gone by then, and what was asked for with it.
        if (isAborted) undo(value)?.catch(() => {});
        else resolve(value);
      },
      error => {
        stop();
        reject(error);
      },
    );
  });
}
