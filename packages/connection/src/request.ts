import { type ConnectAnswer, HandshakeError as EngineHandshakeError, handshakeHeaders } from '@ws/core';
import { ConnectionAccept, type HeaderInit, type Headers } from '@ws/types';
import { encodeText, flattenHeaders } from '@ws/util/primitives';
import { WebSocketConnection } from './connection.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import type { PullServerProtocol } from './engine.ts';
import { ConnectionClosed } from './errors.ts';
import { type Cancellable, cancellable, orAborted, throwIfAborted } from './signals.ts';

/** What {@link WebSocketRequest.accept} answers with. */
export interface AcceptOptions extends Cancellable {
  /** One that the client proposed. */
  readonly subprotocol?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
}

/** What {@link WebSocketRequest.reject} answers with. */
export interface RejectOptions extends Cancellable {
  readonly headers?: HeaderInit | null | undefined;
  readonly body?: string | Uint8Array | null | undefined;
}

/** What a request is made of. */
export interface RequestSetup {
  readonly protocol: PullServerProtocol;
  readonly messageQueueSize: number;
  readonly disconnectTimeout: number;
  /** Answers the engine. */
  readonly answer: (result: ConnectAnswer) => void;
  readonly deny: (error: unknown) => void;
  /** Told of the connection before who accepted it. */
  readonly onAccepted?: ((connection: WebSocketConnection) => void) | undefined;
}

/** A client that wants to connect. Answered once, by `accept` or `reject`. */
export class WebSocketRequest {
  /** In lower case. */
  readonly headers: Headers;
  /** Path and query. */
  readonly path: string;
  readonly proposedSubprotocols: readonly string[];
  readonly local: Endpoint;
  readonly remote: Endpoint;

  /** What `accept` gave; `null` before. */
  connection: WebSocketConnection | null = null;
  readonly #setup: RequestSetup;
  #isAnswered = false;

  /** For adapters: applications are given one. */
  constructor(setup: RequestSetup) {
    const { protocol } = setup;
    const { request, transportDetails } = protocol;
    const isSecure = transportDetails?.isSecure === true;
    this.#setup = setup;
    this.headers = request!.headers;
    this.path = protocol.resource;
    this.proposedSubprotocols = request!.protocols;
    this.local = parseEndpoint(transportDetails?.own ?? null, isSecure);
    this.remote = parseEndpoint(transportDetails?.peer ?? protocol.peer, isSecure);
  }

  /** Whether `accept` or `reject` was called. */
  get isAnswered(): boolean {
    return this.#isAnswered;
  }

  /**
   * Opens the connection. Aborting drops it.
   *
   * @throws TypeError or RangeError for a subprotocol that was not proposed, or headers that break the grammar (the
   * request is then still to be answered); ConnectionClosed when the client is gone
   */
  async accept({ subprotocol = null, headers = null, signal }: AcceptOptions = {}): Promise<WebSocketConnection> {
    throwIfAborted(signal);
    const answer = new ConnectionAccept(subprotocol, headers);
    if (subprotocol !== null && !this.proposedSubprotocols.includes(subprotocol)) {
      throw new RangeError(`the client did not propose the subprotocol ${subprotocol}`);
    }
    handshakeHeaders(headers);
    this.#take();
    const { protocol } = this.#setup;
    return await cancellable<WebSocketConnection>(signal, (resolve, reject) => {
      let isAborted = false;
      protocol.opened.then(
        () => void (isAborted || resolve(this.#connect())),
        cause => reject(new ConnectionClosed(null, { cause })),
      );
      this.#setup.answer(answer);
      return () => {
        isAborted = true;
        protocol.dropConnection(true);
      };
    });
  }

  /**
   * Answers with another status than 101, 300 to 599, and closes the transport. Resolves when it is gone; aborting
   * stops the waiting, not the answer.
   *
   * @throws TypeError or RangeError for a status, headers or body that cannot be (the request is then still to be
   * answered)
   */
  async reject(statusCode: number, { headers = null, body = null, signal }: RejectOptions = {}): Promise<void> {
    throwIfAborted(signal);
    if (!Number.isInteger(statusCode) || statusCode < 300 || statusCode > 599) {
      throw new RangeError(`status ${statusCode} is not 300 to 599`);
    }
    flattenHeaders(headers);
    if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
      throw new TypeError('a body is a string or a Uint8Array');
    }
    this.#take();
    const error = new EngineHandshakeError('ERR_DENIED', { status: statusCode, headers });
    error.body = typeof body === 'string' ? encodeText(body) : body;
    this.#setup.deny(error);
    await orAborted(this.#setup.protocol.closed, signal);
  }

  #connect(): WebSocketConnection {
    const { path, headers: handshakeHeaders } = this;
    const { protocol, messageQueueSize, disconnectTimeout } = this.#setup;
    const setup = { protocol, isClient: false, path, handshakeHeaders, messageQueueSize, disconnectTimeout };
    this.connection = new WebSocketConnection(setup);
    this.#setup.onAccepted?.(this.connection);
    return this.connection;
  }

  #take(): void {
    if (this.#isAnswered) throw new TypeError('the request is answered already');
    this.#isAnswered = true;
  }
}
