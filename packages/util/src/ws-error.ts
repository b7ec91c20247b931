/**
 * The base class of every error that is not a misuse by the caller. Each has a `code` that stays the same over releases, for
 * `switch (error.code)`. A subclass keeps its codes and messages in one table beside the class.
 */
export abstract class WsError<Code extends string> extends Error {
  /** Stable code of the error. */
  readonly code: Code;

  /**
   * @param message may quote a peer: control characters in it are escaped, so that it can be printed as it is
   * @param options `cause`: the error that led to this one
   */
  constructor(code: Code, message: string, options?: { readonly cause?: unknown }) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they move cursors, and begin lines in logs
    super(message.replace(/[\0-\x1f\x7f-\x9f]/g, escapeCharacter), options);
    this.code = code;
  }
}

function escapeCharacter(character: string): string {
  return `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
