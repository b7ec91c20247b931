import type { HeaderInit, Headers, MessageTransport, OpeningRequest } from '@ws/types';
import { cancellable, orAborted, throwIfAborted } from '@ws/util/primitives';
import type { Cancellable } from './cancellable.ts';
import { type ConnectionPlatform, WebSocketConnection } from './connection.ts';
import type { ConnectionLimits } from './connection-options.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { ConnectionClosed } from './errors.ts';

/** Options of {@link WebSocketRequest.accept}. */
export interface AcceptOptions extends Cancellable {
  /** One of the subprotocols that the client proposed. */
  readonly subprotocol?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
}

/** Options of {@link WebSocketRequest.reject}. */
export interface RejectOptions extends Cancellable {
  readonly headers?: HeaderInit | null | undefined;
  readonly body?: string | Uint8Array | null | undefined;
}

/** What the constructor of a request takes. */
export interface RequestSetup extends ConnectionLimits {
  readonly opening: OpeningRequest;
  readonly platform: ConnectionPlatform;
  /** Called with the connection before `accept` resolves. */
  readonly onAccepted?: ((connection: WebSocketConnection) => void) | undefined;
}

/** The request of a client that wants to connect. It is answered once, by `accept` or `reject`. */
export class WebSocketRequest {
  /** The request's headers, names in lower case. */
  readonly headers: Headers;
  /** The path and query that the client asked for. */
  readonly path: string;
  readonly proposedSubprotocols: readonly string[];
  readonly local: Endpoint;
  readonly remote: Endpoint;

  /** The connection that `accept` opened; `null` before. */
  connection: WebSocketConnection | null = null;
  readonly #setup: RequestSetup;

  /** For adapters only: applications receive requests, they do not construct them. */
  constructor(setup: RequestSetup) {
    const { headers, resource, subprotocols, transportDetails, peer } = setup.opening;
    const isSecure = transportDetails?.isSecure === true;
    this.#setup = setup;
    this.headers = headers;
    this.path = resource;
    this.proposedSubprotocols = subprotocols;
    this.local = parseEndpoint(transportDetails?.own ?? null, isSecure);
    this.remote = parseEndpoint(transportDetails?.peer ?? peer, isSecure);
  }

  /** Whether `accept` or `reject` was called. */
  get isAnswered(): boolean {
    return this.#setup.opening.isAnswered;
  }

  /**
   * Opens the connection. Aborting drops it.
   *
   * @throws TypeError or RangeError for a subprotocol that was not proposed, or headers that break the grammar (the
   * request can still be answered then); ConnectionClosed when the client is gone
   */
  async accept({ subprotocol = null, headers = null, signal }: AcceptOptions = {}): Promise<WebSocketConnection> {
    throwIfAborted(signal);
    const { opening } = this.#setup;
    this.#checkUnanswered();
    return await cancellable<WebSocketConnection>(signal, (resolve, reject) => {
      let isAborted = false;
      const accepted = opening.accept({ subprotocol, headers });
      // When this answer could not be sent, the request can still be answered; otherwise a failure means no connection.
      const { isAnswered } = opening;
      accepted.then(
        transport => void (isAborted || resolve(this.#connect(transport))),
        cause => reject(isAnswered ? new ConnectionClosed(null, { cause }) : cause),
      );
      return () => {
        isAborted = true;
        opening.drop();
      };
    });
  }

  /**
   * Refuses the request with a status of 300 to 599 and closes the transport. Resolves when the transport is gone;
   * aborting stops the waiting, not the answer.
   *
   * @throws TypeError or RangeError for a status, headers or body that cannot be sent (the request can still be
   * answered then)
   */
  async reject(statusCode: number, { headers = null, body = null, signal }: RejectOptions = {}): Promise<void> {
    throwIfAborted(signal);
    this.#checkUnanswered();
    await orAborted(this.#setup.opening.reject(statusCode, { headers, body }), signal);
  }

  #connect(transport: MessageTransport): WebSocketConnection {
    const { path, headers: handshakeHeaders } = this;
    const { opening, platform, messageQueueSize, disconnectTimeout, onAccepted } = this.#setup;
    const { transportDetails, peer } = opening;
    this.connection = new WebSocketConnection({
      transport,
      platform,
      transportDetails,
      peer,
      isClient: false,
      path,
      handshakeHeaders,
      messageQueueSize,
      disconnectTimeout,
    });
    onAccepted?.(this.connection);
    return this.connection;
  }

  #checkUnanswered(): void {
    if (this.isAnswered) throw new TypeError('the request is answered already');
  }
}
