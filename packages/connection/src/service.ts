// Runs a server: one handler per connection, over streams from any source.

import type { ByteStream, OpeningRequest } from '@ws/types';
import { orAborted, throwIfAborted } from '@ws/util/primitives';
import { type AcceptOverOptions, RequestAcceptor } from './accept-over.ts';
import type { Cancellable } from './cancellable.ts';
import type { WebSocketConnection } from './connection.ts';
import { connectionLimits } from './connection-options.ts';
import { closeWithOwn } from './own-close.ts';
import { WebSocketRequest } from './request.ts';

/** Serves one connection. When it returns, the connection is closed with 1000; when it throws, with 1011. */
export type WebSocketHandler = (request: WebSocketRequest) => Promise<void> | void;

/** Options of {@link serveOver}. */
export interface ServeOverOptions extends AcceptOverOptions {
  /** Called with errors that handlers throw. Default: the platform's logger, if it has one. */
  readonly onError?: ((error: unknown, request: WebSocketRequest) => void) | undefined;
}

/**
 * Serves one client over a stream: calls `handler` when the opening request has come. Resolves when the handler has
 * ended and the connection is gone. A client that asks for something else gets an answer, and a client that sends
 * nothing is dropped after `connectTimeout`; the handler is not called in these cases.
 *
 * @throws the signal's reason; the connection is dropped then
 */
export async function serveOver(
  stream: ByteStream,
  handler: WebSocketHandler,
  options: ServeOverOptions = {},
): Promise<void> {
  throwIfAborted(options.signal);
  const service = new WebSocketService(handler, options);
  const opening = service.acceptor.buildProtocol();
  opening.attach(stream, options.transportDetails ?? null);
  const served = opening.whenGone.then(() => service.whenIdle());
  try {
    await orAborted(served, options.signal);
  } catch (error) {
    opening.dropConnection(true);
    throw error;
  }
}

/** Serves all connections of one server. For adapters: they attach streams to the objects that the acceptor builds. */
export class WebSocketService {
  readonly acceptor: RequestAcceptor;
  readonly #handler: WebSocketHandler;
  readonly #options: ServeOverOptions;
  readonly #connections: Set<WebSocketConnection> = new Set();
  readonly #running: Set<Promise<void>> = new Set();
  /** Requests whose handler has ended, and the code that their connection is closed with. */
  readonly #ended: WeakMap<WebSocketRequest, number> = new WeakMap();

  /** @throws TypeError for a handler that is no function; TypeError, RangeError for options */
  constructor(handler: WebSocketHandler, options: ServeOverOptions) {
    if (typeof handler !== 'function') throw new TypeError('handler must be a function');
    this.#handler = handler;
    this.#options = options;
    this.acceptor = new RequestAcceptor(options, { onRequest: opening => this.serve(opening) });
  }

  /** Connections that are open. */
  get connections(): ReadonlySet<WebSocketConnection> {
    return this.#connections;
  }

  /** Resolves when no handler runs. */
  async whenIdle({ signal }: Cancellable = {}): Promise<void> {
    throwIfAborted(signal);
    await orAborted(Promise.all(this.#running), signal);
  }

  /** Serves a request, also one that does not come from the acceptor's streams. */
  serve(opening: OpeningRequest): void {
    const request: WebSocketRequest = new WebSocketRequest({
      opening,
      platform: this.acceptor.platform,
      ...connectionLimits(this.#options),
      onAccepted: connection => this.#add(request, connection),
    });
    const running = this.#run(request).finally(() => this.#running.delete(running));
    this.#running.add(running);
  }

  #add(request: WebSocketRequest, connection: WebSocketConnection): void {
    this.#connections.add(connection);
    void connection.whenClosed.then(() => this.#connections.delete(connection));
    // The handler may have ended without waiting for `accept`.
    const code = this.#ended.get(request);
    if (code !== undefined) closeWithOwn(connection, code).catch(() => {});
  }

  /** Runs the handler, then answers a request or closes a connection that it has left open. Never rejects. */
  async #run(request: WebSocketRequest): Promise<void> {
    let code = 1000;
    try {
      await this.#handler(request);
    } catch (error) {
      code = 1011;
      this.#report(error, request);
    }
    this.#ended.set(request, code);
    if (!request.isAnswered) await request.reject(500).catch(() => {});
    if (request.connection !== null) await closeWithOwn(request.connection, code).catch(() => {});
  }

  #report(error: unknown, request: WebSocketRequest): void {
    const { onError } = this.#options;
    try {
      // An asynchronous `onError` may fail later: that error is dropped too.
      if (onError !== undefined) Promise.resolve(onError(error, request)).catch(() => {});
      else this.acceptor.platform.logger?.log('error', 'handler-failed', { error });
    } catch {
      // An error of `onError` itself is dropped: there is nobody else to report it to.
    }
  }
}
