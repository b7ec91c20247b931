// The pull API over Node's sockets, server side: one handler per connection.

import type { TlsOptions } from 'node:tls';
import { acceptDeflate } from '@ws/compress/deflate';
import {
  type Cancellable,
  Endpoint,
  type ServeOverOptions,
  type WebSocketConnection,
  type WebSocketHandler,
} from '@ws/connection';
import { checkProtocolOptions, orAborted, WebSocketService } from '@ws/connection/adapter';
import { ownOptions } from '@ws/util/primitives';
import { type KeepaliveOptions, keepaliveOptions } from '../client/open-web-socket.ts';
import { nodePlatform } from '../platform/platform.ts';
import { withTimeout } from '../support/timeouts.ts';
import { type AttachableServer, attach } from './attach.ts';
import { type ListenOptions, listenWS } from './listen.ts';
import { type CloseOptions, checkStop, type ListeningPort } from './listening-port.ts';

/** Options of {@link serveWebSocket}. */
export interface ServeOptions extends Omit<ServeOverOptions, 'platform' | 'transportDetails'> {
  readonly host?: string | undefined;
  /** Default 0: any free port. */
  readonly port?: number | undefined;
  /** Path of a Unix domain socket; with `server`, the URL path to serve. */
  readonly path?: string | undefined;
  readonly tls?: TlsOptions | undefined;
  /** An existing HTTP server to serve on, instead of listening on a port. */
  readonly server?: AttachableServer | undefined;
  /** Several places to listen on. */
  readonly listeners?: readonly ListenOptions[] | undefined;
  /** The limit of `listenWS`; not with `server`. Each of the `listeners` has its own limit. Default 0: no limit. */
  readonly maxConnectionsPerAddress?: number | undefined;
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Accept permessage-deflate. Default `false`. */
  readonly compression?: boolean | undefined;
  /** How pings keep connections alive; `false`: no pings are sent. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
}

/** Options of {@link WebSocketServer.close}. */
export interface ServerCloseOptions extends CloseOptions, Cancellable {}

/**
 * Listens, and calls `handler` for each client that wants to connect.
 *
 * @param options their `signal` cancels only this call; once the server listens, `close` stops it
 * @throws ListenError, TypeError, RangeError, or the signal's reason: nothing listens then
 */
export async function serveWebSocket(handler: WebSocketHandler, given: ServeOptions = {}): Promise<WebSocketServer> {
  const options = ownOptions(given);
  const { signal } = options;
  if (signal?.aborted) throw signal.reason;
  const server = new WebSocketServer(handler, options);
  const started = server.start(options);
  try {
    await orAborted(started, signal);
    return server;
  } catch (error) {
    started.then(
      () => server.close({ grace: 0 }),
      () => {},
    );
    throw error;
  }
}

export type { WebSocketHandler } from '@ws/connection';

/** A server of the pull API. */
export class WebSocketServer implements AsyncDisposable {
  readonly #service: WebSocketService;
  #ports: { readonly port: ListeningPort; readonly isSsl: boolean }[] = [];
  #detach: (() => void) | null = null;
  #closing: Promise<void> | null = null;

  /** @internal */
  constructor(handler: WebSocketHandler, options: ServeOptions) {
    const { allowedOrigins, compression } = options;
    checkProtocolOptions(options.protocolOptions);
    this.#service = new WebSocketService(handler, {
      ...options,
      platform: nodePlatform,
      protocolOptions: {
        ...keepaliveOptions(options.keepalive),
        ...(allowedOrigins === undefined ? {} : { allowedOrigins }),
        ...(compression ? { perMessageCompressionAccept: acceptDeflate() } : {}),
        ...options.protocolOptions,
      },
    });
    // Without a url, the transport details of each connection give its local address instead.
    this.#service.acceptor.url = '';
  }

  /** The open connections. */
  get connections(): ReadonlySet<WebSocketConnection> {
    return this.#service.connections;
  }

  /** The addresses on which the server listens. */
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
   * Stops the server: new handshakes get 503, open connections a Close frame. Waits for the handlers, and drops
   * connections that are still open after the grace; when it resolves, there are no connections. From then on a server
   * that was given as `server` treats upgrades as it would without this one. A second call waits for the same stop.
   * Aborting the signal ends the waiting only; the server stops all the same.
   *
   * @throws TypeError, RangeError for a code, reason or grace that cannot be: nothing has changed then
   */
  async close(given: ServerCloseOptions = {}): Promise<void> {
    const options = ownOptions(given);
    checkStop(options);
    const { signal } = options;
    if (signal?.aborted) throw signal.reason;
    this.#closing ??= this.#close(options);
    await orAborted(this.#closing, signal);
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /** @internal */
  async start(options: ServeOptions): Promise<void> {
    const { server, host, port = 0, path, tls, listeners, maxConnectionsPerAddress } = options;
    if (server !== undefined) {
      this.#detach = attach(server, this.#service.acceptor, { path });
      return;
    }
    const places = listeners ?? [
      { ...(path === undefined ? { host, port } : { path }), tls, maxConnectionsPerAddress },
    ];
    checkPlaces(places);
    try {
      for (const place of places) {
        const port = await listenWS(this.#service.acceptor, place);
        this.#ports.push({ port, isSsl: place.tls !== undefined });
      }
    } catch (error) {
      await this.close({ grace: 0 });
      throw error;
    }
  }

  async #close({ code = 1001, reason = null, grace = 5000 }: CloseOptions): Promise<void> {
    const { acceptor } = this.#service;
    acceptor.refuseNewConnections();
    const ports = this.#ports.map(({ port }) => port.close({ code, reason, grace }));
    if (this.#detach !== null) for (const connection of [...acceptor.connections]) connection.goAway(code, reason);
    await withTimeout(this.#service.whenIdle(), grace);
    this.#detach?.();
    const left = [...acceptor.connections];
    for (const connection of left) connection.dropConnection(true);
    const closed = [...this.connections].map(({ whenClosed }) => whenClosed);
    await Promise.all([...ports, ...closed, ...left.map(({ whenGone }) => whenGone)]);
  }
}

function checkPlaces(places: unknown): void {
  if (!Array.isArray(places)) throw new TypeError('listeners must be an array');
  if (places.length === 0) throw new RangeError('listeners is empty');
  for (const place of places) {
    if (typeof place !== 'object' || place === null) throw new TypeError('a listener is { host, port } or { path }');
  }
}
