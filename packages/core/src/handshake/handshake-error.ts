import type { HeaderInit } from '@ws/types';
import { WsError } from '@ws/util';

/** Stable names of what can go wrong before a connection is open, for `switch (error.code)`. */
export type HandshakeErrorCode =
  | 'ERR_HTTP_SYNTAX'
  | 'ERR_HTTP_TOO_BIG'
  | 'ERR_HTTP_METHOD'
  | 'ERR_HTTP_VERSION'
  | 'ERR_REQUEST_TARGET'
  | 'ERR_REQUEST_BODY'
  | 'ERR_HOST'
  | 'ERR_UPGRADE_REQUIRED'
  | 'ERR_UPGRADE'
  | 'ERR_CONNECTION'
  | 'ERR_VERSION_MISSING'
  | 'ERR_VERSION'
  | 'ERR_VERSION_UNSUPPORTED'
  | 'ERR_SUBPROTOCOL'
  | 'ERR_ORIGIN'
  | 'ERR_ORIGIN_REFUSED'
  | 'ERR_KEY'
  | 'ERR_EXTENSIONS'
  | 'ERR_TOO_MANY_CONNECTIONS'
  | 'ERR_DENIED'
  | 'ERR_INTERNAL'
  | 'ERR_STATUS'
  | 'ERR_ACCEPT'
  | 'ERR_EXTENSION_RESPONSE'
  | 'ERR_SUBPROTOCOL_RESPONSE'
  | 'ERR_PROXY'
  | 'ERR_PROXY_AUTHENTICATION'
  | 'ERR_HANDSHAKE_TIMEOUT'
  | 'ERR_HANDSHAKE_ENDED';

/** The status that a server answers with (`null`: none by itself), and what we say of it. */
const FAILURES: Readonly<Record<HandshakeErrorCode, readonly [status: number | null, message: string]>> = {
  ERR_HTTP_SYNTAX: [400, 'malformed HTTP header'],
  ERR_HTTP_TOO_BIG: [431, 'HTTP header too big'],
  ERR_HTTP_METHOD: [405, 'HTTP method must be GET'],
  ERR_HTTP_VERSION: [505, 'HTTP version must be 1.1'],
  ERR_REQUEST_TARGET: [400, 'malformed request target'],
  ERR_REQUEST_BODY: [400, 'a WebSocket upgrade has no body'],
  ERR_HOST: [400, 'Host missing, repeated, malformed or not ours'],
  ERR_UPGRADE_REQUIRED: [426, 'this is a WebSocket endpoint'],
  ERR_UPGRADE: [400, 'Upgrade is not websocket'],
  ERR_CONNECTION: [400, 'Connection does not name upgrade'],
  ERR_VERSION_MISSING: [400, 'Sec-WebSocket-Version missing: the Hixie-76 protocol is not supported'],
  ERR_VERSION: [400, 'Sec-WebSocket-Version repeated or malformed'],
  ERR_VERSION_UNSUPPORTED: [426, 'WebSocket protocol version not supported'],
  ERR_SUBPROTOCOL: [400, 'Sec-WebSocket-Protocol malformed or with duplicates'],
  ERR_ORIGIN: [400, 'Origin repeated or malformed'],
  ERR_ORIGIN_REFUSED: [403, 'origin not allowed'],
  ERR_KEY: [400, 'Sec-WebSocket-Key missing, repeated or malformed'],
  ERR_EXTENSIONS: [400, 'malformed Sec-WebSocket-Extensions'],
  ERR_TOO_MANY_CONNECTIONS: [503, 'too many connections'],
  ERR_DENIED: [403, 'connection denied'],
  ERR_INTERNAL: [500, 'Internal Server Error'],
  ERR_STATUS: [null, 'the server did not switch protocols'],
  ERR_ACCEPT: [null, 'Sec-WebSocket-Accept missing or wrong'],
  ERR_EXTENSION_RESPONSE: [null, 'the server chose an extension or parameters that were not offered'],
  ERR_SUBPROTOCOL_RESPONSE: [null, 'the server chose a subprotocol that was not offered'],
  ERR_PROXY: [null, 'the proxy did not connect'],
  ERR_PROXY_AUTHENTICATION: [null, 'the proxy wants other credentials'],
  ERR_HANDSHAKE_TIMEOUT: [null, 'opening handshake not finished in time'],
  ERR_HANDSHAKE_ENDED: [null, 'connection lost during the opening handshake'],
};

/** What a {@link HandshakeError} carries beside its code; each has a default by the code. */
export interface HandshakeErrorOptions {
  readonly message?: string | undefined;
  /** See {@link HandshakeError.status}. */
  readonly status?: number | null | undefined;
  /** See {@link HandshakeError.reason}; by default the message. */
  readonly reason?: string | undefined;
  /** See {@link HandshakeError.headers}. */
  readonly headers?: HeaderInit | null | undefined;
  readonly cause?: unknown;
}

/** The opening handshake failed: there is no connection, and there never was one. */
export class HandshakeError extends WsError<HandshakeErrorCode> {
  override readonly name = 'HandshakeError';
  /** The HTTP status: of a server the one to answer with, of a client the one that was received. `null`: none. */
  readonly status: number | null;
  /** The reason phrase that goes, or came, with the status. Received ones are untrusted text. */
  readonly reason: string;
  /** Headers to answer with, or that were received (then in lower case, without a prototype). */
  readonly headers: HeaderInit | null;
  /** What was read of the response's body; set by whoever reads it, as far as its limit goes. */
  body: Uint8Array | null = null;

  constructor(code: HandshakeErrorCode, options: HandshakeErrorOptions = {}) {
    const [status, text] = FAILURES[code];
    const { message = text } = options;
    super(code, message, 'cause' in options ? options : undefined);
    this.status = options.status === undefined ? status : options.status;
    this.reason = options.reason ?? message;
    this.headers = options.headers ?? null;
  }
}
