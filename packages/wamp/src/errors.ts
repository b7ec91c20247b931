// What can go wrong, by class and by stable code.

import { WsError } from '@ws/util';
import { ErrorUri } from './error-uris.ts';

/** Stable names, for `switch (error.code)`. */
export type WampErrorCode =
  | 'ERR_WAMP_PROTOCOL'
  | 'ERR_WAMP_INVALID_URI'
  | 'ERR_WAMP_SERIALIZATION'
  | 'ERR_WAMP_TRANSPORT_LOST'
  | 'ERR_WAMP_SESSION_NOT_READY'
  | 'ERR_WAMP_APPLICATION';

/** The peer broke the protocol: a message that is none, or one that may not come now. Answered with 1002. */
export class ProtocolError extends WsError<WampErrorCode> {
  override readonly name: string = 'ProtocolError';
  constructor(message: string, options?: { readonly cause?: unknown }, code: WampErrorCode = 'ERR_WAMP_PROTOCOL') {
    super(code, message, options);
  }
}

/** A URI or a realm's name that is none. */
export class InvalidUriError extends ProtocolError {
  override readonly name = 'InvalidUriError';
  constructor(message: string) {
    super(message, undefined, 'ERR_WAMP_INVALID_URI');
  }
}

/** A message holds something that the serializer cannot write. Nothing was sent. */
export class SerializationError extends WsError<WampErrorCode> {
  override readonly name = 'SerializationError';
  constructor(message: string, options?: { readonly cause?: unknown }) {
    super('ERR_WAMP_SERIALIZATION', message, options);
  }
}

/** The transport is not there (any more). */
export class TransportLost extends WsError<WampErrorCode> {
  override readonly name = 'TransportLost';
  constructor(message = 'the transport is not open') {
    super('ERR_WAMP_TRANSPORT_LOST', message);
  }
}

/** The session has not joined a realm, or has left it. */
export class SessionNotReady extends WsError<WampErrorCode> {
  override readonly name = 'SessionNotReady';
  constructor(message: string) {
    super('ERR_WAMP_SESSION_NOT_READY', message);
  }
}

/** Positional arguments. */
export type Args = readonly unknown[];

/** Keyword arguments. */
export type Kwargs = Readonly<Record<string, unknown>>;

/** An error with a URI: what a call was answered with, or what an endpoint throws to answer with it. */
export class ApplicationError extends WsError<WampErrorCode> {
  override readonly name: string = 'ApplicationError';
  /** Such as `wamp.error.no_such_procedure`. */
  readonly error: string;
  readonly args: Args;
  readonly kwargs: Kwargs;

  /** @param error the URI */
  constructor(error: string, args: Args = [], kwargs: Kwargs = {}, options?: { readonly cause?: unknown }) {
    const [first] = args;
    super('ERR_WAMP_APPLICATION', typeof first === 'string' ? `${error}: ${first}` : error, options);
    this.error = error;
    this.args = args;
    this.kwargs = kwargs;
  }
}

/** Arguments are not of the types that an endpoint or a handler takes. */
export class TypeCheckError extends ApplicationError {
  override readonly name = 'TypeCheckError';
  constructor(message: string) {
    super(ErrorUri.typeCheckError, [message]);
  }
}
