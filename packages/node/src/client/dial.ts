// Opens the transport of clients: TCP, TLS, Unix domain sockets, and TLS through a tunnel that a proxy has opened.

import { connect as connectSocket, isIP, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls, type TLSSocket } from 'node:tls';
import type { ByteStream, Dialer, DialTarget, TransportDetails } from '@ws/types';
import { takeHandle } from '../native/stream-handle.ts';
import { probeHandles } from '../streams/handle-probe.ts';
import { HandleStream } from '../streams/handle-stream.ts';
import type { NodeStream } from '../streams/node-stream.ts';
import { SocketStream, socketStream } from '../streams/socket-stream.ts';
import { describeTransport } from '../streams/transport-details.ts';
import { ConnectError, connectError, formatPlace, type Place } from '../support/net-error.ts';
import { probeTlsHandles } from '../tls/tls-probe.ts';

/** How to connect. */
export interface DialOptions {
  /** TLS settings. Certificates are verified unless `rejectUnauthorized` is `false`. */
  readonly tls?: ConnectionOptions | undefined;
  /** How long connecting may take, TLS included, in milliseconds; 0: no limit. Default 30,000. */
  readonly timeout?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
  /** Aborting it ends the attempt; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

const DEFAULT_TIMEOUT = 30_000;

/** A transport that is open. */
export interface Dialled {
  readonly stream: NodeStream;
  readonly details: TransportDetails;
}

/**
 * Connects to a server.
 *
 * @throws {@link ConnectError}, or the signal's reason
 */
export async function dialTarget(target: DialTarget, options: DialOptions = {}): Promise<Dialled> {
  if (target.isSecure) {
    await probeTlsHandles();
    const socket = await connect(() => secureSocket(target, options), target, options);
    return { stream: socketStream(socket), details: describeTransport(socket, { isServer: false }) };
  }
  const canUseHandles = await probeHandles();
  const socket = await connect(() => plainSocket(target, options), target, options);
  const details = describeTransport(socket, { isServer: false });
  const handle = canUseHandles ? takeHandle(socket) : null;
  return { stream: handle === null ? socketStream(socket) : new HandleStream(handle), details };
}

/**
 * Connects to a proxy. Once the proxy has opened the tunnel, the stream can start TLS with `target`.
 *
 * @throws {@link ConnectError}, or the signal's reason
 */
export async function dialProxy(proxy: Place, target: DialTarget, options: DialOptions = {}): Promise<Dialled> {
  const place = { hostname: proxy.host ?? '', port: proxy.port ?? 0, isSecure: false, udsPath: null };
  const socket = await connect(() => plainSocket(place, options), place, options);
  const details = describeTransport(socket, { isServer: false });
  return { stream: new TunnelStream(socket, target, options, details), details };
}

/** Implements the port `Dialer` with Node's sockets. */
export function createDialer(options: DialOptions = {}): Dialer {
  return {
    async dial(target, { signal } = {}) {
      const { stream } = await dialTarget(
        target,
        signal === undefined ? options : { ...options, signal: signal as AbortSignal },
      );
      return stream;
    },
  };
}

/** The stream to a proxy. Once the tunnel is open, the stream leads to the target, and can start TLS with it. */
class TunnelStream extends SocketStream {
  readonly #target: DialTarget;
  readonly #options: DialOptions;
  readonly #details: TransportDetails;

  /** @param details the details of the tunnel; `startTls` overwrites them with the details of TLS */
  constructor(socket: Socket, target: DialTarget, options: DialOptions, details: TransportDetails) {
    super(socket);
    this.#target = target;
    this.#options = options;
    this.#details = details;
  }

  async startTls(): Promise<ByteStream> {
    const socket = this.release() as Socket;
    const { tls = {} } = this.#options;
    const open = (): TLSSocket => connectTls({ ...serverName(this.#target, tls), ...tls, socket });
    const secured = await connect(open, this.#target, this.#options);
    Object.assign(this.#details, describeTransport(secured, { isServer: false }));
    return socketStream(secured);
  }
}

function plainSocket(target: DialTarget, options: DialOptions): Socket {
  return connectSocket({ ...endpoints(target, options), allowHalfOpen: true, noDelay: true });
}

function secureSocket(target: DialTarget, options: DialOptions): TLSSocket {
  const { tls = {} } = options;
  const socket = connectTls({
    ...serverName(target, tls),
    ...tls,
    ...endpoints(target, options),
  });
  socket.setNoDelay(true);
  return socket;
}

type Endpoints =
  | { readonly path: string }
  | { readonly host: string; readonly port: number; readonly localAddress?: string; readonly localPort?: number };

function endpoints({ hostname, port, udsPath }: DialTarget, { localAddress, localPort }: DialOptions): Endpoints {
  if (udsPath !== null) return { path: udsPath };
  return {
    host: hostname,
    port,
    ...(localAddress === undefined ? {} : { localAddress }),
    ...(localPort === undefined ? {} : { localPort }),
  };
}

/** The name that the certificate must match and that the server is asked for (RFC 6066, 3: never an address). */
function serverName({ hostname, udsPath }: DialTarget, { servername }: ConnectionOptions): ConnectionOptions {
  const host = udsPath === null ? hostname : 'localhost';
  if (servername !== undefined) return { host };
  return isIP(host) === 0 ? { host, servername: host } : { host };
}

/** Waits until the socket is connected (and verified), the time is over or the signal aborted; leaves no listener. */
function connect<Kind extends Socket>(open: () => Kind, target: DialTarget, options: DialOptions): Promise<Kind> {
  const { timeout = DEFAULT_TIMEOUT, signal } = options;
  const place = placeOf(target);
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw signal.reason;
    let socket: Kind;
    try {
      socket = open();
    } catch (error) {
      // Invalid settings are the caller's mistake; other errors, such as an unreadable key, are failures to connect.
      throw error instanceof TypeError || error instanceof RangeError ? error : connectError(place, error);
    }
    // Paused, so that nothing is read before a protocol is attached to the stream.
    socket.pause();
    const readyEvent = 'getPeerCertificate' in socket ? 'secureConnect' : 'connect';
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
      socket.off(readyEvent, onReady);
      socket.off('close', onClose);
    };
    const fail = (reason: unknown): void => {
      settle();
      socket.destroy();
      reject(reason);
    };
    const onReady = (): void => {
      settle();
      socket.off('error', onError);
      resolve(socket);
    };
    // This listener stays after a failure, because a late error would otherwise be unhandled.
    const onError = (error: Error): void => fail(connectError(place, error));
    const onClose = (): void => fail(new ConnectError('ERR_RESET', `${formatPlace(place)} closed the connection`));
    const onAbort = (): void => fail(signal?.reason);
    const onTimeout = (): void =>
      fail(new ConnectError('ERR_TIMEOUT', `no connection to ${formatPlace(place)} within ${timeout} ms`));
    const timer = timeout > 0 ? setTimeout(onTimeout, timeout) : undefined;
    signal?.addEventListener('abort', onAbort);
    socket.on(readyEvent, onReady);
    socket.on('error', onError);
    socket.on('close', onClose);
  });
}

/** The place of a target, for error messages. */
export function placeOf({ hostname, port, udsPath }: DialTarget): Place {
  return udsPath === null ? { host: hostname, port } : { path: udsPath };
}
