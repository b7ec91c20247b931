// Accepts a server's connections over any stream of bytes.

import { ConnectionAcceptor, ConnectionTimeout, EngineRequest, type Partially, type ServerOptions } from '@ws/core';
import type { ByteStream, OpeningRequest } from '@ws/types';
import { cancellable } from '@ws/util/primitives';
import {
  type ConnectionOptions,
  checkProtocolOptions,
  connectionLimits,
  DEFAULT_TIMEOUT,
  engineOptions,
  isLimited,
} from './connection-options.ts';
import { WebSocketRequest } from './request.ts';

/** Options of {@link acceptOver}. */
export interface AcceptOverOptions extends ConnectionOptions {
  /** Further options of the engine. */
  readonly protocolOptions?: Partially<ServerOptions> | undefined;
}

/** Callbacks for the requests that a {@link RequestAcceptor} receives. */
export interface RequestListener {
  onRequest(opening: OpeningRequest): void;
  /** Called when there will be no request: the client asked for something else, sent nothing in time, or left. */
  onFailed?(error: unknown): void;
}

/**
 * Reads an opening request from each stream. For adapters: they attach each stream to an object that `buildProtocol`
 * makes. A client that sends no request within `connectTimeout` is dropped.
 */
export class RequestAcceptor extends ConnectionAcceptor<EngineRequest> {
  readonly #options: AcceptOverOptions;
  readonly #listener: RequestListener;
  /** Drops the connections whose request has not come yet. */
  readonly #waiting: WeakMap<EngineRequest, () => void> = new WeakMap();

  /** @throws TypeError, RangeError for options that make no sense */
  constructor(options: AcceptOverOptions, listener: RequestListener) {
    super(options.platform);
    checkProtocolOptions(options.protocolOptions);
    this.setSessionParameters({});
    this.setProtocolOptions({ webStatus: false, ...engineOptions(options), ...options.protocolOptions });
    this.#options = options;
    this.#listener = listener;
  }

  override buildProtocol(): EngineRequest {
    const { connectTimeout = DEFAULT_TIMEOUT } = this.#options;
    const listener = this.#listener;
    let isLate = false;
    const opening = new EngineRequest(this, {
      onRequest: () => {
        timer?.cancel();
        this.#waiting.delete(opening);
        listener.onRequest(opening);
      },
      onFailed: error => {
        timer?.cancel();
        listener.onFailed?.(isLate ? new ConnectionTimeout(connectTimeout, { cause: error }) : error);
      },
    });
    const drop = (): void => {
      isLate = true;
      opening.dropConnection(true);
    };
    // The timer runs until the request has come: how long the application takes to answer is not limited.
    const timer = isLimited(connectTimeout) ? this.platform.clock.setTimer(connectTimeout, drop) : null;
    this.#waiting.set(opening, drop);
    return opening;
  }

  override get openingTime(): number {
    const { connectTimeout = DEFAULT_TIMEOUT } = this.#options;
    return isLimited(connectTimeout) ? connectTimeout : 0;
  }

  override expireOpening(opening: EngineRequest): void {
    this.#waiting.get(opening)?.();
  }
}

/**
 * Reads a client's opening request from a stream.
 *
 * @throws HandshakeError for a request that cannot be accepted (it has been answered), ConnectionTimeout, or the
 * signal's reason; the stream is closed then
 */
export function acceptOver(stream: ByteStream, options: AcceptOverOptions = {}): Promise<WebSocketRequest> {
  let listener: RequestListener = { onRequest() {} };
  const acceptor = new RequestAcceptor(options, {
    onRequest: opening => listener.onRequest(opening),
    onFailed: error => listener.onFailed?.(error),
  });
  return cancellable<WebSocketRequest>(options.signal, (resolve, reject) => {
    const onRequest = (request: OpeningRequest): void => {
      resolve(new WebSocketRequest({ opening: request, platform: acceptor.platform, ...connectionLimits(options) }));
    };
    listener = { onRequest, onFailed: reject };
    const opening = acceptor.buildProtocol();
    opening.attach(stream, options.transportDetails ?? null);
    return () => opening.dropConnection(true);
  });
}
