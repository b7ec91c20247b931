// Opens a client's connection over any stream of bytes.

import {
  type ClientAttempt,
  type ClientOptions,
  type ClientSession,
  ConnectionTimeout,
  Connector,
  HandshakeError,
  handshakeHeaders,
  openTransport,
  type Partially,
  type ProxyParameters,
} from '@ws/core';
import type { ByteStream, HeaderInit, TransportDetails } from '@ws/types';
import { cancellable, ownOptions } from '@ws/util/primitives';
import { WebSocketConnection } from './connection.ts';
import {
  type ConnectionOptions,
  checkProtocolOptions,
  connectionLimits,
  DEFAULT_TIMEOUT,
  engineOptions,
  isLimited,
} from './connection-options.ts';

/** Options of {@link connectOver}. */
export interface ConnectOverOptions extends ConnectionOptions {
  /** The URL that the request names, default `ws://localhost`. The stream is connected already. */
  readonly url?: string | undefined;
  readonly subprotocols?: readonly string[] | undefined;
  readonly headers?: HeaderInit | undefined;
  readonly origin?: string | undefined;
  /** Further options of the engine. */
  readonly protocolOptions?: Partially<ClientOptions> | undefined;
}

/** A stream that leads to the server, or to the proxy. */
export interface ConnectedStream {
  readonly stream: ByteStream;
  readonly details: TransportDetails | null;
}

/** A stream that is being connected. */
export interface Dialling {
  readonly connected: ConnectedStream | Promise<ConnectedStream>;
  /** Stops connecting: `connected` rejects. Does nothing when the stream is connected already. */
  stop(): void;
}

/**
 * Performs a client's opening handshake over a stream. The body of a refusal is awaited for 5 seconds, and 64 KiB of it,
 * at most; ConnectionRejected has the part that has come.
 *
 * @throws HandshakeError, ConnectionRejected, ConnectionTimeout, or the signal's reason; the stream is destroyed then
 */
export function connectOver(stream: ByteStream, options: ConnectOverOptions = {}): Promise<WebSocketConnection> {
  const connector = clientConnector(options);
  return connectBy(connector, options, () => ({
    connected: { stream, details: options.transportDetails ?? null },
    stop() {},
  }));
}

/** Makes the connector for {@link connectBy}. @param proxy an HTTP proxy to go through, for adapters that dial */
export function clientConnector(options: ConnectOverOptions, proxy: ProxyParameters | null = null): Connector {
  const { url, subprotocols, headers, origin } = ownOptions(options);
  checkProtocolOptions(options.protocolOptions);
  if (subprotocols !== undefined && !Array.isArray(subprotocols)) {
    throw new TypeError(`subprotocols must be a list, not ${String(subprotocols)}`);
  }
  const session: ClientSession = { url, protocols: subprotocols, headers, origin, proxy };
  const connector = new Connector(session, options.platform);
  handshakeHeaders(headers);
  connector.setProtocolOptions({ ...engineOptions(options), ...options.protocolOptions });
  return connector;
}

/**
 * Connects and performs the opening handshake, both within `connectTimeout`. When the server has refused by then, the
 * error is its refusal.
 *
 * @param dial begins to connect
 * @param explain may give an error that says more; unless it is a HandshakeError, it becomes the cause of one
 */
export async function connectBy(
  connector: Connector,
  options: ConnectionOptions,
  dial: () => Dialling,
  explain: (error: unknown) => unknown = error => error,
): Promise<WebSocketConnection> {
  const { connectTimeout = DEFAULT_TIMEOUT } = options;
  return await cancellable<WebSocketConnection>(options.signal, (resolve, reject) => {
    let attempt: ClientAttempt | null = null;
    let isOver = false;
    const dialling = dial();
    const giveUp = (): HandshakeError | null => {
      isOver = true;
      timer?.cancel();
      if (attempt !== null) return attempt.drop();
      dialling.stop();
      return null;
    };
    const timer = isLimited(connectTimeout)
      ? connector.platform.clock.setTimer(connectTimeout, () => {
          // A server that has refused, and whose body does not end, was not too late.
          reject(giveUp() ?? new ConnectionTimeout(connectTimeout));
        })
      : null;
    const fail = (error: unknown): void => {
      timer?.cancel();
      reject(asHandshakeError(explain(error)));
    };
    const open = ({ stream, details }: ConnectedStream): void => {
      if (isOver) {
        stream.destroy();
        return;
      }
      attempt = openTransport(connector, stream, details);
      attempt.opened.then(opened => {
        timer?.cancel();
        if (!isOver) resolve(clientConnection(connector, opened, details, options));
      }, fail);
    };
    if (isPromise(dialling.connected)) dialling.connected.then(open).catch(fail);
    else open(dialling.connected);
    return giveUp;
  });
}

function clientConnection(
  connector: Connector,
  { transport, response }: Awaited<ClientAttempt['opened']>,
  transportDetails: TransportDetails | null,
  options: ConnectionOptions,
): WebSocketConnection {
  return new WebSocketConnection({
    transport,
    platform: connector.platform,
    transportDetails,
    peer: response.peer,
    isClient: true,
    path: connector.resource,
    handshakeHeaders: response.headers,
    ...connectionLimits(options),
  });
}

function isPromise<Value>(value: Value | Promise<Value>): value is Promise<Value> {
  return typeof (value as Promise<Value>).then === 'function';
}

/** Wraps any other error, such as one of dialling, as the cause of a HandshakeError. */
function asHandshakeError(error: unknown): unknown {
  if (error instanceof HandshakeError) return error;
  const message = error instanceof Error ? error.message : 'the opening handshake failed';
  return new HandshakeError('ERR_CONNECT', { status: null, message, cause: error });
}
