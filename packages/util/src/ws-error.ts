/**
 * The base of every error that is not a misuse by the caller: each has a `code` that stays the same over releases, for
 * `switch (error.code)`. Its subclasses keep their codes and messages in one table beside the class.
 */
export abstract class WsError<Code extends string> extends Error {
  /** Stable name of what went wrong. */
  readonly code: Code;

  /** @param options `cause`: the error that led to this one */
  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    super(message, options);
    this.code = code;
  }
}
