// Which class of errors goes with which URI.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Args, type Kwargs } from '../errors.ts';
import { checkUri } from './arguments.ts';

/** A class of errors. Made from a message that came, it gets the positional arguments. */
export type ErrorClass = new (...args: never[]) => Error;

/** An error as it is sent. */
export interface WireError {
  readonly error: string;
  readonly args: Args;
  readonly kwargs: Kwargs;
}

/** The classes that an application has defined. */
export class ErrorClasses {
  readonly #uris: Map<ErrorClass, string> = new Map();
  readonly #classes: Map<string, ErrorClass> = new Map();

  /** @throws TypeError, RangeError */
  define(errorClass: ErrorClass, uri: string): void {
    if (typeof errorClass !== 'function') throw new TypeError('errorClass must be a class');
    checkUri('uri', uri);
    this.#uris.set(errorClass, uri);
    this.#classes.set(uri, errorClass);
  }

  /** What an endpoint's error is sent as. */
  toWire(error: unknown): WireError {
    if (error instanceof ApplicationError) return error;
    const text = error instanceof Error ? error.message : String(error);
    const found = error instanceof Error ? this.#uris.get(error.constructor as ErrorClass) : undefined;
    const kwargs = isErrorWithKwargs(error) ? error.kwargs : {};
    return { error: found ?? ErrorUri.runtimeError, args: [text], kwargs };
  }

  /** What an error that came is thrown as. */
  fromWire(uri: string, args: Args, kwargs: Kwargs): Error {
    const errorClass = this.#classes.get(uri);
    if (errorClass === undefined) return new ApplicationError(uri, args, kwargs);
    try {
      return new errorClass(...(args as never[]));
    } catch (cause) {
      return new ApplicationError(uri, args, kwargs, { cause });
    }
  }
}

function isErrorWithKwargs(error: unknown): error is { kwargs: Kwargs } {
  return error instanceof Error && 'kwargs' in error && typeof error.kwargs === 'object' && error.kwargs !== null;
}
