import type { AbortSignalLike } from '@ws/types';

/** Takes `{ signal }`, as every call that returns a promise does. */
export interface Cancellable {
  /** Aborting rejects the promise with the signal's reason. */
  readonly signal?: AbortSignalLike | undefined;
}
