import type { HeaderInit, Headers } from '@ws/types';
import { WsError } from '@ws/util';
import { codeWords } from '../support/code-words.ts';

/** Stable names of what can go wrong before a connection is open, for `switch (error.code)`. */
export type HandshakeErrorCode =
  // Malformed, and too big, what the other side sent as HTTP.
  | 'ERR_HTTP_SYNTAX'
  | 'ERR_HTTP_TOO_BIG'
  // Not GET; not HTTP/1.1; the request line names no resource; a request with a body.
  | 'ERR_HTTP_METHOD'
  | 'ERR_HTTP_VERSION'
  | 'ERR_REQUEST_TARGET'
  | 'ERR_REQUEST_BODY'
  // Host missing, repeated, malformed, or not our port.
  | 'ERR_HOST'
  // No Upgrade where no status page is served; an Upgrade that is not to websocket; a Connection without upgrade.
  | 'ERR_UPGRADE_REQUIRED'
  | 'ERR_UPGRADE'
  | 'ERR_CONNECTION'
  // Sec-WebSocket-Version: none, as of the Hixie-76 draft; no number; none that is spoken here.
  | 'ERR_VERSION_MISSING'
  | 'ERR_VERSION'
  | 'ERR_VERSION_UNSUPPORTED'
  // Sec-WebSocket-Protocol malformed, or one subprotocol twice; Origin malformed; an origin that is not allowed.
  | 'ERR_SUBPROTOCOL'
  | 'ERR_ORIGIN'
  | 'ERR_ORIGIN_REFUSED'
  // Sec-WebSocket-Key missing, repeated or malformed; Sec-WebSocket-Extensions malformed.
  | 'ERR_KEY'
  | 'ERR_EXTENSIONS'
  // No room, or the server stops; the application said no; it failed.
  | 'ERR_TOO_MANY_CONNECTIONS'
  | 'ERR_DENIED'
  | 'ERR_INTERNAL'
  // The server did not switch protocols; its Sec-WebSocket-Accept is missing or wrong; it chose what was not offered.
  | 'ERR_STATUS'
  | 'ERR_ACCEPT'
  | 'ERR_EXTENSION_RESPONSE'
  | 'ERR_SUBPROTOCOL_RESPONSE'
  // The proxy did not connect; it wants other credentials.
  | 'ERR_PROXY'
  | 'ERR_PROXY_AUTHENTICATION'
  // Not done in time; the connection was lost before; there was none, by the fault that is the cause.
  | 'ERR_HANDSHAKE_TIMEOUT'
  | 'ERR_HANDSHAKE_ENDED'
  | 'ERR_CONNECT';

/** What a {@link HandshakeError} carries beside its code; both message and reason have a default by the code. */
export interface HandshakeErrorOptions {
  readonly message?: string | undefined;
  /** See {@link HandshakeError.status}; by default 400, of `ERR_DENIED` 403. */
  readonly status?: number | null | undefined;
  /** See {@link HandshakeError.reason}; by default the message. */
  readonly reason?: string | undefined;
  /** See {@link HandshakeError.headers}. */
  readonly headers?: HeaderInit | null | undefined;
  readonly cause?: unknown;
}

/** The opening handshake failed: there is no connection, and there never was one. */
export class HandshakeError extends WsError<HandshakeErrorCode> {
  override readonly name: string = 'HandshakeError';
  /** The HTTP status: of a server the one to answer with, of a client the one that was received. `null`: none. */
  readonly status: number | null;
  /** The reason phrase that goes, or came, with the status. Received ones are untrusted text. */
  readonly reason: string;
  /** Headers to answer with, or that were received (then in lower case, without a prototype). */
  readonly headers: HeaderInit | null;
  /** What was read of the response's body; set by whoever reads it, as far as its limit goes. */
  body: Uint8Array | null = null;

  constructor(code: HandshakeErrorCode, options: HandshakeErrorOptions = {}) {
    const { status = code === 'ERR_DENIED' ? 403 : 400, message = `handshake failed: ${codeWords(code)}` } = options;
    super(code, message, options);
    this.status = status;
    this.reason = options.reason ?? message;
    this.headers = options.headers ?? null;
  }
}

/** The server answered, and not with 101. */
export class ConnectionRejected extends HandshakeError {
  override readonly name = 'ConnectionRejected';
  /** In lower case, without a prototype. Untrusted, as is the body. */
  declare readonly headers: Headers;

  /** @param options with the status and the headers of the answer */
  constructor(options: HandshakeErrorOptions & { readonly status: number; readonly headers: Headers }) {
    super('ERR_STATUS', options);
  }

  /** The status of the answer. */
  get statusCode(): number {
    return this.status!;
  }
}

/** The opening handshake took too long. */
export class ConnectionTimeout extends HandshakeError {
  override readonly name = 'ConnectionTimeout';

  /** @param timeout milliseconds; `null`: not known */
  constructor(timeout: number | null, options?: { readonly cause?: unknown }) {
    const message = timeout === null ? undefined : `no connection within ${timeout} ms`;
    super('ERR_HANDSHAKE_TIMEOUT', { ...options, status: null, message });
  }
}
