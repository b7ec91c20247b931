import { WsError } from '@ws/util';

/** Stable names of the mistakes that an application can make with a connection, for `switch (error.code)`. */
export type UsageErrorCode =
  | 'ERR_NOT_OPEN'
  | 'ERR_ALREADY_ATTACHED'
  | 'ERR_SEND_STATE'
  | 'ERR_TOO_BIG_TO_SEND'
  | 'ERR_STREAMING_COMPRESSED'
  | 'ERR_UNSUPPORTED';

/** The connection is not open (any more), so the call has no effect. `cause`: the error that ended it, if any. */
export class ClosedError extends WsError<'ERR_NOT_OPEN'> {
  override readonly name = 'ClosedError';
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ERR_NOT_OPEN', message, options);
  }
}

/** The application called something in a state that does not allow it. Nothing was changed and nothing was sent. */
export class UsageError extends WsError<UsageErrorCode> {
  override readonly name = 'UsageError';
}
