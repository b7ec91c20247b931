import { type Connector, HandshakeError, type WebSocketClientFactory, WebSocketClientProtocol } from '@ws/core';
import type { ByteStream, DialTarget, TransportDetails } from '@ws/types';
import { WsError } from '@ws/util';
import { ownOptions } from '@ws/util/primitives';
import { ConnectError, formatPlace } from '../support/net-error.ts';
import { type Dialled, type DialOptions, dialProxy, dialTarget, placeOf } from './dial.ts';

export type ConnectOptions = DialOptions;

export type ProxyErrorCode = 'ERR_PROXY' | 'ERR_PROXY_AUTHENTICATION';

/** The proxy did not open a tunnel; `cause` is the HandshakeError with the proxy's answer. */
export class ProxyError extends WsError<ProxyErrorCode> {
  override readonly name = 'ProxyError';
  /** The status of the proxy's answer, such as 407. */
  readonly status: number | null;

  constructor(message: string, cause: HandshakeError) {
    super(cause.code as ProxyErrorCode, message, { cause });
    this.status = cause.status;
  }
}

/**
 * Connects to the factory's url, through the factory's proxy if it has one, and performs the opening handshake.
 *
 * A protocol class that overrides neither `onOpen` nor `onMessage` gets its messages only after the promise has
 * resolved, so that listeners added then miss no message.
 *
 * @returns the connection, open
 * @throws ConnectError, ProxyError, HandshakeError, or the signal's reason
 */
export async function connectWS(
  factory: WebSocketClientFactory,
  given: ConnectOptions = {},
): Promise<WebSocketClientProtocol> {
  const options = ownOptions(given);
  const { signal } = options;
  signal?.throwIfAborted();
  const { stream, details } = await dialFor(factory, options);
  try {
    return unlessAborted(await openOver(factory, stream, signal, details), signal);
  } catch (error) {
    throw asProxyError(error, factory);
  }
}

/** Connects to the server of a client's url, or to the client's proxy. */
export async function dialFor(connector: Connector, options: ConnectOptions): Promise<Dialled> {
  checkOptions(options);
  const target = targetOf(connector);
  const { proxy } = connector;
  const dialled = await (proxy === null ? dialTarget(target, options) : dialProxy(proxy, target, options));
  if (!connector.options.tcpNoDelay) dialled.stream.setNoDelay(false);
  return dialled;
}

/** Performs the opening handshake over a connected stream. */
export async function openOver(
  factory: WebSocketClientFactory,
  stream: ByteStream,
  signal: AbortSignal | undefined,
  details: TransportDetails | null,
): Promise<WebSocketClientProtocol> {
  if (signal?.aborted) {
    stream.destroy();
    throw signal.reason;
  }
  const protocol = factory.buildProtocol();
  const onAbort = (): void => protocol.dropConnection(true);
  signal?.addEventListener('abort', onAbort);
  try {
    protocol.attach(stream, details);
    if (isUsedByListeners(protocol)) {
      protocol.pauseReceiving();
      // Resumed a turn later, so that code that awaits the promise can add its listeners first.
      protocol.opened.then(
        () => setImmediate(() => protocol.resumeReceiving()),
        () => {},
      );
    }
    await protocol.opened;
    return unlessAborted(protocol, signal);
  } catch (error) {
    throw signal?.aborted ? signal.reason : error;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}

/** Returns an open connection, or drops it and throws the signal's reason if the signal was aborted meanwhile. */
export function unlessAborted<Protocol extends WebSocketClientProtocol>(
  protocol: Protocol,
  signal: AbortSignal | undefined,
): Protocol {
  if (!signal?.aborted) return protocol;
  protocol.dropConnection(true);
  throw signal.reason;
}

function isUsedByListeners(protocol: WebSocketClientProtocol): boolean {
  const base = WebSocketClientProtocol.prototype;
  return protocol.onOpen === base.onOpen && protocol.onMessage === base.onMessage;
}

function targetOf({ hostname, port, isSecure, udsPath }: Connector): DialTarget {
  return { hostname, port: port ?? (isSecure ? 443 : 80), isSecure, udsPath };
}

/** Turns an error that the proxy caused into a ProxyError, which names the target and the proxy. */
export function asProxyError(error: unknown, connector: Connector): unknown {
  const { proxy } = connector;
  if (proxy === null || !(error instanceof HandshakeError) || !error.code.startsWith('ERR_PROXY')) return error;
  // The proxy opened the tunnel and TLS failed inside it: the server caused the error, not the proxy.
  if (error.cause instanceof ConnectError) return error.cause;
  const places = `${formatPlace(placeOf(targetOf(connector)))} through the proxy ${formatPlace(proxy)}`;
  return new ProxyError(`cannot connect to ${places}: ${error.message}`, error);
}

function checkOptions({ timeout, localAddress, localPort, tls, signal }: ConnectOptions): void {
  if (timeout !== undefined && typeof timeout !== 'number') throw new TypeError('timeout must be a number');
  if (timeout !== undefined && !(timeout >= 0 && timeout < 2 ** 31)) {
    throw new RangeError(`timeout ${timeout} is not a number of milliseconds`);
  }
  if (localAddress !== undefined && typeof localAddress !== 'string') {
    throw new TypeError('localAddress must be a string');
  }
  if (localPort !== undefined && typeof localPort !== 'number') throw new TypeError('localPort must be a number');
  if (tls !== undefined && (typeof tls !== 'object' || tls === null)) throw new TypeError('tls must be an object');
  if (signal !== undefined && !(signal instanceof AbortSignal)) throw new TypeError('signal must be an AbortSignal');
}
