import type { AbortSignalLike } from '@ws/types';
import { cancellable } from '@ws/util/primitives';

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
  return cancellable(signal, (resolve, reject) => {
    let isAborted = false;
    begin().then(value => {
      // The session may be gone by then, and what was asked for with it.
      if (isAborted) undo(value)?.catch(() => {});
      else resolve(value);
    }, reject);
    return () => {
      isAborted = true;
    };
  });
}
