import type { HeaderInit, Headers } from '@ws/types';
import { WsError } from '@ws/util';
import { codeWords } from '../support/code-words.ts';

/** Stable names of what can go wrong before a connection is open, for `switch (error.code)`. */
export type HandshakeErrorCode =
  // HTTP from the other side is malformed; it is too big.
  | 'ERR_HTTP_SYNTAX'
  | 'ERR_HTTP_TOO_BIG'
  // The method is not GET; the version is not HTTP/1.1; the request line names no resource; the request has a body.
  | 'ERR_HTTP_METHOD'
  | 'ERR_HTTP_VERSION'
  | 'ERR_REQUEST_TARGET'
  | 'ERR_REQUEST_BODY'
  // Host is missing, repeated or malformed, or does not name our port.
  | 'ERR_HOST'
  // Upgrade is missing where no status page is served; it does not name websocket; Connection does not name upgrade.
  | 'ERR_UPGRADE_REQUIRED'
  | 'ERR_UPGRADE'
  | 'ERR_CONNECTION'
  // Sec-WebSocket-Version is missing, as in the Hixie-76 draft; it is no number; it is not supported.
  | 'ERR_VERSION_MISSING'
  | 'ERR_VERSION'
  | 'ERR_VERSION_UNSUPPORTED'
  // Sec-WebSocket-Protocol is malformed or names a subprotocol twice; Origin is malformed; the origin is not allowed.
  | 'ERR_SUBPROTOCOL'
  | 'ERR_ORIGIN'
  | 'ERR_ORIGIN_REFUSED'
  // Sec-WebSocket-Key is missing, repeated or malformed; Sec-WebSocket-Extensions is malformed.
  | 'ERR_KEY'
  | 'ERR_EXTENSIONS'
  // The server is full or stopping; the application refused; the application failed.
  | 'ERR_TOO_MANY_CONNECTIONS'
  | 'ERR_DENIED'
  | 'ERR_INTERNAL'
  // The server did not switch protocols; its Sec-WebSocket-Accept is missing or wrong; it chose an extension, or a
  // subprotocol, that was not offered.
  | 'ERR_STATUS'
  | 'ERR_ACCEPT'
  | 'ERR_EXTENSION_RESPONSE'
  | 'ERR_SUBPROTOCOL_RESPONSE'
  // The proxy did not connect; the proxy wants other credentials.
  | 'ERR_PROXY'
  | 'ERR_PROXY_AUTHENTICATION'
  // The handshake took too long; the connection was lost before it was done; no connection was made (see `cause`).
  | 'ERR_HANDSHAKE_TIMEOUT'
  | 'ERR_HANDSHAKE_ENDED'
  | 'ERR_CONNECT';

/** What a {@link HandshakeError} carries beside its code. The defaults of message and reason depend on the code. */
export interface HandshakeErrorOptions {
  readonly message?: string | undefined;
  /** See {@link HandshakeError.status}; by default 400, for `ERR_DENIED` 403. */
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
  /** The HTTP status: on a server the one to answer with, on a client the one that was received. `null`: none. */
  readonly status: number | null;
  /** The reason phrase that is sent, or was received, with the status. A received one is untrusted text. */
  readonly reason: string;
  /** The headers to answer with, or the headers that were received (in lower case, without a prototype). */
  readonly headers: HeaderInit | null;
  /** The response's body, up to the limit of the reader that sets it; `null`: no body was read. */
  body: Uint8Array | null = null;

  constructor(code: HandshakeErrorCode, options: HandshakeErrorOptions = {}) {
    const { status = code === 'ERR_DENIED' ? 403 : 400, message = `handshake failed: ${codeWords(code)}` } = options;
    super(code, message, options);
    this.status = status;
    this.reason = options.reason ?? message;
    this.headers = options.headers ?? null;
  }
}

/** The server answered with a status other than 101. */
export class ConnectionRejected extends HandshakeError {
  override readonly name = 'ConnectionRejected';
  /** The headers of the answer, in lower case, without a prototype. Untrusted, as is the body. */
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

  /** @param timeout milliseconds; `null`: the timeout is not known */
  constructor(timeout: number | null, options?: { readonly cause?: unknown }) {
    const message = timeout === null ? undefined : `no connection within ${timeout} ms`;
    super('ERR_HANDSHAKE_TIMEOUT', { ...options, status: null, message });
  }
}
