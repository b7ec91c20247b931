// One handler per connection: what a server does, wherever its streams come from.

import type { ConnectAnswer, WebSocketServerFactory } from '@ws/core';
import type { ByteStream } from '@ws/types';
import type { WebSocketConnection } from './connection.ts';
import { PullServerProtocol } from './engine.ts';
import { type AcceptOverOptions, DEFAULT_TIMEOUT, isLimited, serverFactory } from './over.ts';
import { WebSocketRequest } from './request.ts';
import { type Cancellable, orAborted, throwIfAborted } from './signals.ts';

/** Serves one connection. When it returns, the connection is closed with 1000; when it throws, with 1011. */
export type WebSocketHandler = (request: WebSocketRequest) => Promise<void> | void;

/** Options of {@link serveOver}. */
export interface ServeOverOptions extends AcceptOverOptions {
  /** Told of what handlers throw. Default: the platform's logger, if it has one. */
  readonly onError?: ((error: unknown, request: WebSocketRequest) => void) | undefined;
}

/**
 * Serves one client over a stream: calls `handler` when its opening request is there. Resolves when the handler has
 * ended and the connection is gone. A client that asks for something else is answered, one that says nothing is dropped
 * after `connectTimeout`; the handler is not called then.
 *
 * @throws the signal's reason: the connection is dropped then
 */
export async function serveOver(
  stream: ByteStream,
  handler: WebSocketHandler,
  options: ServeOverOptions = {},
): Promise<void> {
  throwIfAborted(options.signal);
  const service = new WebSocketService(handler, options);
  const protocol = service.factory.buildProtocol();
  protocol.attach(stream, options.transportDetails ?? null);
  const served = protocol.closed.then(() => service.whenIdle());
  try {
    await orAborted(served, options.signal);
  } catch (error) {
    protocol.dropConnection(true);
    throw error;
  }
}

/** What serves all connections of one server. For adapters, which attach the protocol objects that the factory builds. */
export class WebSocketService {
  readonly factory: WebSocketServerFactory;
  readonly #handler: WebSocketHandler;
  readonly #options: ServeOverOptions;
  readonly #connections: Set<WebSocketConnection> = new Set();
  readonly #running: Set<Promise<void>> = new Set();

  /** @throws TypeError for a handler that is no function; TypeError, RangeError for options */
  constructor(handler: WebSocketHandler, options: ServeOverOptions) {
    if (typeof handler !== 'function') throw new TypeError('handler must be a function');
    this.#handler = handler;
    this.#options = options;
    this.factory = this.#createFactory();
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

  #createFactory(): WebSocketServerFactory {
    const { connectTimeout = DEFAULT_TIMEOUT } = this.#options;
    const factory = serverFactory(this.#options);
    const { clock } = factory.platform;
    const serve = (protocol: PullServerProtocol): Promise<ConnectAnswer> => this.#serve(protocol);
    factory.protocol = class extends PullServerProtocol {
      constructor() {
        super();
        // Until the request is there: how long the answer takes is the handler's matter.
        const timer = isLimited(connectTimeout)
          ? clock.setTimer(connectTimeout, () => this.dropConnection(true))
          : null;
        void this.closed.then(() => timer?.cancel());
        this.answer = () => {
          timer?.cancel();
          return serve(this);
        };
      }
    };
    return factory;
  }

  #serve(protocol: PullServerProtocol): Promise<ConnectAnswer> {
    const { messageQueueSize = 1, disconnectTimeout = DEFAULT_TIMEOUT } = this.#options;
    let endCode: number | null = null;
    return new Promise((answer, deny) => {
      const request = new WebSocketRequest({
        protocol,
        messageQueueSize,
        disconnectTimeout,
        answer,
        deny,
        onAccepted: connection => {
          this.#connections.add(connection);
          void connection.whenClosed.then(() => this.#connections.delete(connection));
          // The handler did not wait for it.
          if (endCode !== null) connection.close(endCode).catch(() => {});
        },
      });
      const onEnd = (code: number): void => {
        endCode = code;
      };
      const running = this.#run(request, onEnd).finally(() => this.#running.delete(running));
      this.#running.add(running);
    });
  }

  /** Runs the handler, and ends what it leaves open. Never rejects. */
  async #run(request: WebSocketRequest, onEnd: (code: number) => void): Promise<void> {
    let code = 1000;
    try {
      await this.#handler(request);
    } catch (error) {
      code = 1011;
      this.#report(error, request);
    }
    onEnd(code);
    if (!request.isAnswered) await request.reject(500).catch(() => {});
    await request.connection?.close(code).catch(() => {});
  }

  #report(error: unknown, request: WebSocketRequest): void {
    const { onError } = this.#options;
    try {
      // One that is asynchronous may fail later: that is nobody's to hear either.
      if (onError !== undefined) Promise.resolve(onError(error, request)).catch(() => {});
      else this.factory.platform.logger?.log('error', 'handler-failed', { error });
    } catch {
      // Who is told of errors and fails is not told again.
    }
  }
}
