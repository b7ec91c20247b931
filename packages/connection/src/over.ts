// Both sides of a connection over any stream of bytes.

import {
  type ClientOptions,
  type ConnectAnswer,
  HandshakeError as EngineHandshakeError,
  handshakeHeaders,
  type Partially,
  type ProxyParameters,
  type ServerOptions,
  WebSocketClientFactory,
  WebSocketServerFactory,
} from '@ws/core';
import type { ByteStream, HeaderInit, Headers, Platform, TransportDetails } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { WebSocketConnection } from './connection.ts';
import { PullClientProtocol, PullServerProtocol } from './engine.ts';
import { ConnectionRejected, ConnectionTimeout, HandshakeError } from './errors.ts';
import { WebSocketRequest } from './request.ts';
import { type Cancellable, cancellable } from './signals.ts';

/** What both sides can be told. Durations in milliseconds, sizes in bytes; of both, `Infinity` or 0: no limit. */
export interface ConnectionOptions extends Cancellable {
  /** Longest message to receive, and to send; default 1 MiB. */
  readonly maxMessageSize?: number | undefined;
  /** Messages that may wait for who takes them, default 1. */
  readonly messageQueueSize?: number | undefined;
  /** For the opening handshake, default 60,000. */
  readonly connectTimeout?: number | undefined;
  /** For the closing handshake, default 60,000. */
  readonly disconnectTimeout?: number | undefined;
  /** Where it runs; by default what the engine takes by itself. */
  readonly platform?: Platform | undefined;
  readonly transportDetails?: TransportDetails | undefined;
}

/** What a client asks for. */
export interface ConnectOverOptions extends ConnectionOptions {
  /** Default `ws://localhost`: the stream is connected already, this is what the request says. */
  readonly url?: string | undefined;
  readonly subprotocols?: readonly string[] | undefined;
  readonly headers?: HeaderInit | undefined;
  readonly origin?: string | undefined;
  /** Further options of the engine. */
  readonly protocolOptions?: Partially<ClientOptions> | undefined;
}

/** What a server can be told. */
export interface AcceptOverOptions extends ConnectionOptions {
  /** Further options of the engine. */
  readonly protocolOptions?: Partially<ServerOptions> | undefined;
}

/** Of the opening and of the closing handshake, in milliseconds. */
export const DEFAULT_TIMEOUT = 60_000;
const DEFAULT_MESSAGE_SIZE = 2 ** 20;

/**
 * Performs a client's opening handshake over a stream.
 *
 * @throws HandshakeError, ConnectionRejected, ConnectionTimeout, or the signal's reason; the stream is destroyed then
 */
export function connectOver(stream: ByteStream, options: ConnectOverOptions = {}): Promise<WebSocketConnection> {
  const factory = clientFactory(options);
  return connectBy(factory, options, protocol => protocol.attach(stream, options.transportDetails ?? null));
}

/** The engine's factory for {@link connectBy}. @param proxy an HTTP proxy to go through, for adapters that dial */
export function clientFactory(
  options: ConnectOverOptions,
  proxy: ProxyParameters | null = null,
): WebSocketClientFactory {
  const { url, subprotocols, headers, origin } = ownOptions(options);
  const factory = new WebSocketClientFactory(
    { url, protocols: subprotocols, headers, origin, proxy },
    options.platform,
  );
  handshakeHeaders(headers);
  factory.protocol = PullClientProtocol;
  factory.setProtocolOptions({ ...commonOptions(options), ...options.protocolOptions });
  return factory;
}

/** The same with a protocol object that somebody else attaches. */
export async function connectBy(
  factory: WebSocketClientFactory,
  options: ConnectionOptions,
  attach: (protocol: PullClientProtocol) => void,
): Promise<WebSocketConnection> {
  const { connectTimeout = DEFAULT_TIMEOUT } = options;
  const protocol = factory.buildProtocol() as PullClientProtocol;
  return await cancellable<WebSocketConnection>(options.signal, (resolve, reject) => {
    const onOpened = (): void => resolve(clientConnection(protocol, options));
    protocol.opened.then(onOpened, error => reject(asHandshakeError(error, connectTimeout)));
    attach(protocol);
    return () => protocol.dropConnection(true);
  });
}

/** The connection object of a protocol object that has been opened. */
export function clientConnection(protocol: PullClientProtocol, options: ConnectionOptions): WebSocketConnection {
  const { disconnectTimeout = DEFAULT_TIMEOUT, messageQueueSize = 1 } = options;
  return new WebSocketConnection({
    protocol,
    isClient: true,
    path: protocol.factory.resource,
    handshakeHeaders: protocol.response!.headers,
    messageQueueSize,
    disconnectTimeout,
  });
}

/**
 * Reads a client's opening request from a stream.
 *
 * @throws HandshakeError for a request that cannot be accepted (it has been answered), ConnectionTimeout, or the
 * signal's reason; the stream is closed then
 */
export function acceptOver(stream: ByteStream, options: AcceptOverOptions = {}): Promise<WebSocketRequest> {
  const factory = serverFactory(options);
  return acceptBy(factory, options, protocol => protocol.attach(stream, options.transportDetails ?? null));
}

/** The engine's factory for {@link acceptBy}. */
export function serverFactory(options: AcceptOverOptions): WebSocketServerFactory {
  const factory = new WebSocketServerFactory({}, options.platform);
  factory.protocol = PullServerProtocol;
  factory.setProtocolOptions({
    webStatus: false,
    ...commonOptions(options),
    // Until the request is there; how long the answer takes is the application's matter.
    openHandshakeTimeout: 0,
    ...options.protocolOptions,
  });
  return factory;
}

/** The same with a protocol object that somebody else attaches. */
export async function acceptBy(
  factory: WebSocketServerFactory,
  options: ConnectionOptions,
  attach: (protocol: PullServerProtocol) => void,
): Promise<WebSocketRequest> {
  const { connectTimeout = DEFAULT_TIMEOUT, disconnectTimeout = DEFAULT_TIMEOUT, messageQueueSize = 1 } = options;
  const protocol = factory.buildProtocol() as PullServerProtocol;
  return await cancellable<WebSocketRequest>(options.signal, (resolve, reject) => {
    const { clock } = factory.platform;
    const timer = isLimited(connectTimeout)
      ? clock.setTimer(connectTimeout, () => {
          reject(new ConnectionTimeout(connectTimeout));
          protocol.dropConnection(true);
        })
      : null;
    protocol.answer = () => {
      timer?.cancel();
      return new Promise<ConnectAnswer>((answer, deny) => {
        resolve(new WebSocketRequest({ protocol, messageQueueSize, disconnectTimeout, answer, deny }));
      });
    };
    protocol.opened.catch(error => {
      timer?.cancel();
      reject(asHandshakeError(error, connectTimeout));
    });
    attach(protocol);
    return () => protocol.dropConnection(true);
  });
}

function commonOptions(options: ConnectionOptions): Partially<ServerOptions & ClientOptions> {
  const { maxMessageSize = DEFAULT_MESSAGE_SIZE } = options;
  const { connectTimeout = DEFAULT_TIMEOUT, disconnectTimeout = DEFAULT_TIMEOUT, messageQueueSize = 1 } = options;
  checkLimits({ maxMessageSize, connectTimeout, disconnectTimeout, messageQueueSize });
  return {
    maxMessagePayloadSize: finiteOr0(maxMessageSize),
    openHandshakeTimeout: finiteOr0(connectTimeout),
    closeHandshakeTimeout: finiteOr0(disconnectTimeout),
    // So both sides agree on how it closed (RFC 6455, 5.5.1: typically echoed).
    echoCloseCodeReason: true,
  };
}

/** Checks sizes and durations, by their names. @throws TypeError, RangeError when one is not 0 or more */
export function checkLimits(limits: Readonly<Record<string, unknown>>): void {
  for (const [name, limit] of Object.entries(limits)) {
    if (typeof limit !== 'number') throw new TypeError(`${name} must be a number`);
    if (!(limit >= 0)) throw new RangeError(`${name} ${limit} is not 0 or more`);
  }
}

/** Whether there is a limit to a duration. */
export function isLimited(duration: number): boolean {
  return duration > 0 && Number.isFinite(duration);
}

/** The engine says 0 for what has no limit. */
function finiteOr0(value: number): number {
  return Number.isFinite(value) ? value : 0;
}

/** What the engine says of a failed opening, in this package's terms. */
export function asHandshakeError(error: unknown, connectTimeout: number): unknown {
  if (!(error instanceof EngineHandshakeError)) return new HandshakeError(messageOf(error), { cause: error });
  if (error.code === 'ERR_HANDSHAKE_TIMEOUT') return new ConnectionTimeout(connectTimeout, { cause: error });
  if (error.code === 'ERR_STATUS') {
    return new ConnectionRejected(error.status!, (error.headers ?? {}) as Headers, error.body, { cause: error });
  }
  return new HandshakeError(error.message, { cause: error });
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'the opening handshake failed';
}
