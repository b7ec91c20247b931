import type { CloseReason, Headers } from '@ws/types';
import { WsError } from '@ws/util';

/** The connection is closed, or closing: what was asked for cannot be done any more. */
export class ConnectionClosed extends WsError<'ERR_CONNECTION_CLOSED'> {
  override readonly name = 'ConnectionClosed';
  /** How it closed; `null` when it never opened. */
  readonly reason: CloseReason | null;
  constructor(reason: CloseReason | null, options?: { readonly cause?: unknown }) {
    super('ERR_CONNECTION_CLOSED', `the connection is closed${reason === null ? '' : `: ${reason}`}`, options);
    this.reason = reason;
  }
}

/** Stable names of why there is no connection. */
export type HandshakeErrorCode =
  | 'ERR_HANDSHAKE'
  | 'ERR_CONNECTION_REJECTED'
  | 'ERR_CONNECTION_TIMEOUT'
  | 'ERR_DISCONNECTION_TIMEOUT';

/** The opening handshake failed; `cause` says why. Root of the three below. */
export class HandshakeError extends WsError<HandshakeErrorCode> {
  override readonly name: string = 'HandshakeError';
  constructor(message: string, options?: { readonly cause?: unknown }, code: HandshakeErrorCode = 'ERR_HANDSHAKE') {
    super(code, message, options);
  }
}

/** The server answered, and not with 101. */
export class ConnectionRejected extends HandshakeError {
  override readonly name = 'ConnectionRejected';
  readonly statusCode: number;
  /** In lower case. Untrusted, as is the body. */
  readonly headers: Headers;
  /** At most 64 KiB of it; `null`: there was none. */
  readonly body: Uint8Array | null;
  constructor(statusCode: number, headers: Headers, body: Uint8Array | null, options?: { readonly cause?: unknown }) {
    super(`the server rejected the connection with ${statusCode}`, options, 'ERR_CONNECTION_REJECTED');
    this.statusCode = statusCode;
    this.headers = headers;
    this.body = body;
  }
}

/** The opening handshake took longer than `connectTimeout`. */
export class ConnectionTimeout extends HandshakeError {
  override readonly name = 'ConnectionTimeout';
  constructor(timeout: number, options?: { readonly cause?: unknown }) {
    super(`no connection within ${timeout} ms`, options, 'ERR_CONNECTION_TIMEOUT');
  }
}

/** The closing handshake took longer than `disconnectTimeout`; the transport was dropped. */
export class DisconnectionTimeout extends HandshakeError {
  override readonly name = 'DisconnectionTimeout';
  constructor(timeout: number) {
    super(`no answer to the Close frame within ${timeout} ms`, undefined, 'ERR_DISCONNECTION_TIMEOUT');
  }
}
