// The one global of the web that is in no ES2022 library and has no port: declared here alone.

import type { AbortSignalLike } from '@ws/types';

declare const AbortController: new () => { readonly signal: AbortSignalLike; abort(reason?: unknown): void };

/** Aborts a signal. */
export interface Aborter {
  readonly signal: AbortSignalLike;
  abort(reason?: unknown): void;
}

export function createAborter(): Aborter {
  return new AbortController();
}
