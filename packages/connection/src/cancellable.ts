import type { AbortSignalLike } from '@ws/types';

/** The option that every call which returns a promise accepts: `{ signal }`. */
export interface Cancellable {
  /** Aborting rejects the promise with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
}
