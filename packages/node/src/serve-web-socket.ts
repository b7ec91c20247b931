// The pull API over Node's sockets, server side: one handler per connection.

import type { TlsOptions } from 'node:tls';
import { acceptDeflate } from '@ws/compress/deflate';
import {
  type AcceptOverOptions,
  Endpoint,
  PullServerProtocol,
  serverFactory,
  type WebSocketConnection,
  WebSocketRequest,
} from '@ws/connection';
import { type ConnectAnswer, isWireCloseCode, type WebSocketServerFactory } from '@ws/core';
import { type ListenOptions, listenWS } from './listen.ts';
import type { CloseOptions, ListeningPort } from './listening-port.ts';
import { type AttachableServer, attach } from './mount.ts';
import { type KeepaliveOptions, keepaliveOptions } from './open-once.ts';
import { nodePlatform } from './platform.ts';

/** Serves one connection. When it returns, the connection is closed with 1000; when it throws, with 1011. */
export type WebSocketHandler = (request: WebSocketRequest) => Promise<void> | void;

/** Options of {@link serveWebSocket}. */
export interface ServeOptions extends Omit<AcceptOverOptions, 'platform' | 'transportDetails' | 'signal'> {
  readonly host?: string | undefined;
  /** Default 0: any that is free. */
  readonly port?: number | undefined;
  /** Path of a Unix domain socket; with `server` the path of the URL to serve. */
  readonly path?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** An HTTP server to serve on, instead of a port of its own. */
  readonly server?: AttachableServer | undefined;
  /** Several places to listen on. */
  readonly listeners?: readonly ListenOptions[] | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Accept permessage-deflate. Default `false`. */
  readonly compression?: boolean | undefined;
  /** `false`: no pings. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
  /** Told of what handlers throw. Default: the platform's logger, if it has one. */
  readonly onError?: ((error: unknown, request: WebSocketRequest) => void) | undefined;
}

/**
 * Listens, and calls `handler` for each client that wants to connect.
 *
 * @throws ListenError, TypeError, RangeError
 */
export async function serveWebSocket(handler: WebSocketHandler, options: ServeOptions = {}): Promise<WebSocketServer> {
  if (typeof handler !== 'function') throw new TypeError('handler must be a function');
  const server = new WebSocketServer(handler, options);
  await server.start(options);
  return server;
}

/** Where connections are served. */
export class WebSocketServer implements AsyncDisposable {
  readonly #handler: WebSocketHandler;
  readonly #options: ServeOptions;
  readonly #factory: WebSocketServerFactory;
  readonly #connections: Set<WebSocketConnection> = new Set();
  readonly #running: Set<Promise<void>> = new Set();
  #ports: { readonly port: ListeningPort; readonly isSsl: boolean }[] = [];
  #detach: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(handler: WebSocketHandler, options: ServeOptions) {
    this.#handler = handler;
    this.#options = options;
    this.#factory = this.#createFactory();
  }

  /** Connections that are open. */
  get connections(): ReadonlySet<WebSocketConnection> {
    return this.#connections;
  }

  /** Where it listens. */
  get endpoints(): Endpoint[] {
    return this.#ports.flatMap(({ port: { address }, isSsl }) => {
      if (address === null) return [];
      if (typeof address === 'string') return [new Endpoint(address, null, isSsl)];
      return [new Endpoint(address.address, address.port, isSsl)];
    });
  }

  /** The port. @throws RangeError unless there is exactly one */
  get port(): number {
    const [endpoint, ...more] = this.endpoints;
    if (more.length > 0 || endpoint?.port == null) throw new RangeError('there is not exactly one port: see endpoints');
    return endpoint.port;
  }

  /**
   * Stops: new handshakes get 503, open connections a Close frame; waits for the handlers, and drops what is still
   * there after the grace. Called again, it is the same stop.
   *
   * @throws TypeError, RangeError for a code, reason or grace that cannot be: nothing has changed then
   */
  async close(options: CloseOptions = {}): Promise<void> {
    checkClose(options);
    this.#closing ??= this.#close(options);
    await this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  async start({ server, host, port = 0, path, tls, listeners }: ServeOptions): Promise<void> {
    if (server !== undefined) {
      this.#detach = attach(server, this.#factory, { path });
      return;
    }
    const places = listeners ?? [path === undefined ? { host, port, tls } : { path, tls }];
    if (places.length === 0) throw new RangeError('listeners is empty');
    try {
      for (const place of places) {
        const port = await listenWS(this.#factory, place);
        this.#ports.push({ port, isSsl: place.tls !== undefined });
      }
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  async #close({ code = 1001, reason = null, grace = 5000 }: CloseOptions): Promise<void> {
    this.#detach?.();
    this.#factory.refuseNewConnections();
    const ports = this.#ports.map(({ port }) => port.close({ code, reason, grace }));
    if (this.#detach !== null) for (const protocol of [...this.#factory.connections]) protocol.goAway(code, reason);
    await this.#handlersEnded(grace);
    for (const protocol of [...this.#factory.connections]) protocol.dropConnection(true);
    await Promise.all(ports);
  }

  /** Resolves when no handler runs, but not later than after `grace` milliseconds. */
  #handlersEnded(grace: number): Promise<void> {
    return new Promise(resolve => {
      const timer = nodePlatform.clock.setTimer(grace, resolve);
      void Promise.all(this.#running).then(() => {
        timer.cancel();
        resolve();
      });
    });
  }

  #createFactory(): WebSocketServerFactory {
    const options = this.#options;
    const { allowedOrigins, compression, connectTimeout = 60_000 } = options;
    const factory = serverFactory({ ...options, platform: nodePlatform });
    // It serves wherever it listens: each connection's own end is told by its address.
    factory.url = '';
    factory.setProtocolOptions({
      ...keepaliveOptions(options.keepalive),
      ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
      ...(compression ? { perMessageCompressionAccept: acceptDeflate() } : {}),
      ...options.protocolOptions,
    });
    const serve = (protocol: PullServerProtocol): Promise<ConnectAnswer> => this.#serve(protocol);
    factory.protocol = class extends PullServerProtocol {
      constructor() {
        super();
        // Until the request is there: how long the answer takes is the handler's matter.
        const timer = nodePlatform.clock.setTimer(connectTimeout, () => this.dropConnection(true));
        void this.closed.then(() => timer.cancel());
        this.answer = () => {
          timer.cancel();
          return serve(this);
        };
      }
    };
    return factory;
  }

  #serve(protocol: PullServerProtocol): Promise<ConnectAnswer> {
    const { messageQueueSize = 1, disconnectTimeout = 60_000 } = this.#options;
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
      if (onError !== undefined) onError(error, request);
      else nodePlatform.logger?.log('error', 'handler-failed', { error });
    } catch {
      // Who is told of errors and fails is not told again.
    }
  }
}

function checkClose({ code = 1001, reason = null, grace = 0 }: CloseOptions): void {
  if (typeof code !== 'number') throw new TypeError('code must be a number');
  if (!isWireCloseCode(code)) throw new RangeError(`code ${code} may not stand in a Close frame`);
  if (reason !== null && typeof reason !== 'string') throw new TypeError('reason must be a string');
  if (typeof grace !== 'number') throw new TypeError('grace must be a number');
  if (!(grace >= 0)) throw new RangeError(`grace ${grace} is negative`);
}
