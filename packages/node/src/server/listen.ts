// Listens without an `http.Server`: the core reads the HTTP head itself.

import { createServer, type ListenOptions as NetListenOptions, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';
import type { TransportDetails } from '@ws/types';
import { ownOptions } from '@ws/util/primitives';
import { acceptHandles } from '../native/stream-handle.ts';
import { canUseHandles, probeHandles } from '../streams/handle-probe.ts';
import { HandleStream } from '../streams/handle-stream.ts';
import type { NodeStream } from '../streams/node-stream.ts';
import { socketStream } from '../streams/socket-stream.ts';
import { describeHandle, describeTransport } from '../streams/transport-details.ts';
import { formatPlace, ListenError, listenError, type Place } from '../support/net-error.ts';
import { probeTlsHandles } from '../tls/tls-probe.ts';
import { AddressLimit } from './address-limit.ts';
import { ListeningPort } from './listening-port.ts';
import { secureSockets } from './secure-sockets.ts';

/** Where and how to listen. */
export interface ListenOptions {
  /** Name or address of this machine. Default: all of the machine's addresses. */
  readonly host?: string | undefined;
  /** Port to listen on; 0: any free port. Default: the port of the factory's url. */
  readonly port?: number | undefined;
  /** Path of a Unix domain socket, instead of host and port. Default: the path in the factory's url, if any. */
  readonly path?: string | undefined;
  /** Certificate, key and other options of `tls.createServer`. Required if the factory's url is `wss:`. */
  readonly tls?: TlsOptions | undefined;
  /** The most connections that may wait to be accepted; the system may allow fewer. Default 511, as in Node. */
  readonly backlog?: number | undefined;
  /** Share the port with other processes that do the same; the kernel spreads connections (Node 22.12 or newer). */
  readonly reusePort?: boolean | undefined;
  /**
   * The most connections from one address (in IPv6 one /64) at a time, including connections that are being opened. A
   * connection over the limit is answered with 503, or dropped before the TLS handshake. Behind a proxy all connections
   * come from the proxy's address. Default 0: no limit.
   */
  readonly maxConnectionsPerAddress?: number | undefined;
}

/** A client that finds the backlog full is tried again by its kernel, a second later or more. */
const DEFAULT_BACKLOG = 511;

/** How long a client may take for the TLS handshake, in milliseconds. */
const TLS_HANDSHAKE_TIMEOUT = 10_000;

/**
 * Listens, and serves each connection with a protocol object of the factory.
 *
 * @throws {@link ListenError}; TypeError or RangeError for options that make no sense
 */
export async function listenWS(
  factory: ConnectionAcceptor<AcceptedConnection>,
  given: ListenOptions = {},
): Promise<ListeningPort> {
  const options = ownOptions(given);
  checkOptions(factory, options);
  const place = placeToListen(factory, options);
  // The probe decides how accepted sockets are read, so it must end before the first one is accepted.
  await (options.tls === undefined ? probeHandles() : probeTlsHandles());
  let server: Server;
  try {
    server = createListener(options.tls);
  } catch (error) {
    throw new ListenError('ERR_CERTIFICATE', `cannot listen on ${formatPlace(place)}: ${(error as Error).message}`, {
      cause: error,
    });
  }
  const { maxConnectionsPerAddress: most = 0 } = options;
  const port = new ListeningPort(server, most === 0 ? null : new AddressLimit(most));
  const isSecure = options.tls !== undefined;
  const side = { isServer: true, url: factory.url };
  const serveSocket = (socket: Socket): AcceptedConnection =>
    serve(factory, port, socketStream(socket), describeTransport(socket, side));
  if (isSecure) secureSockets(server, factory, port, serveSocket);
  else server.on('connection', serveSocket);
  await listen(server, place, options);
  if (!isSecure && canUseHandles()) {
    acceptHandles(server, handle => serve(factory, port, new HandleStream(handle), describeHandle(handle, side)));
  }
  // An error while accepting, such as too many open files, concerns one connection only.
  server.on('error', error => factory.platform.logger?.log('warn', 'accept-failed', { error }));
  return port;
}

function createListener(tls: TlsOptions | undefined): Server {
  // `noDelay` on the listener sets it once per connection; `serve` need not set it again for the protocol option.
  if (tls === undefined) return createServer({ allowHalfOpen: true, noDelay: true });
  // Sockets are not half-open before there is a stream: a client that leaves during the TLS handshake is gone.
  return createTlsServer({ handshakeTimeout: TLS_HANDSHAKE_TIMEOUT, ...tls, noDelay: true });
}

function serve(
  factory: ConnectionAcceptor<AcceptedConnection>,
  port: ListeningPort,
  stream: NodeStream,
  details: TransportDetails,
): AcceptedConnection {
  if (!factory.options.tcpNoDelay) stream.setNoDelay(false);
  const protocol = factory.buildProtocol();
  port.add(stream, protocol, details);
  protocol.attach(stream, details);
  return protocol;
}

function listen(
  server: Server,
  place: Place,
  { backlog = DEFAULT_BACKLOG, reusePort = false }: ListenOptions,
): Promise<void> {
  const where: NetListenOptions & { reusePort?: boolean } =
    place.path === undefined
      ? { port: place.port ?? 0, ...(place.host === undefined ? {} : { host: place.host }) }
      : { path: place.path };
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(listenError(place, error));
    server.once('error', onError);
    server.listen({ ...where, backlog, ...(reusePort ? { reusePort } : {}) }, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

function placeToListen(factory: ConnectionAcceptor<AcceptedConnection>, { host, port, path }: ListenOptions): Place {
  const udsPath = path ?? (port === undefined && host === undefined ? factory.udsPath : null);
  if (udsPath !== null) return { path: udsPath };
  return { port: port ?? factory.port ?? 0, ...(host === undefined ? {} : { host }) };
}

function checkOptions(factory: ConnectionAcceptor<AcceptedConnection>, options: ListenOptions): void {
  const { port, path, host, backlog, tls, reusePort, maxConnectionsPerAddress } = options;
  if (port !== undefined) checkInteger('port', port, 0, 65535);
  if (backlog !== undefined) checkInteger('backlog', backlog, 1, 2 ** 31 - 1);
  if (maxConnectionsPerAddress !== undefined) {
    checkInteger('maxConnectionsPerAddress', maxConnectionsPerAddress, 0, 2 ** 31 - 1);
  }
  checkText('host', host);
  checkText('path', path);
  if (path !== undefined && (port !== undefined || host !== undefined)) {
    throw new TypeError('path stands instead of host and port');
  }
  if (tls !== undefined && (typeof tls !== 'object' || tls === null)) throw new TypeError('tls must be an object');
  if (factory.isSecure && tls === undefined) {
    throw new TypeError(`${factory.url} is secure: the option tls must bring certificate and key`);
  }
  if (reusePort && !hasReusePort(process.versions.node)) {
    const place = formatPlace(placeToListen(factory, options));
    const message = `cannot listen on ${place}: reusePort needs Node 22.12, this is ${process.versions.node}`;
    throw new ListenError('ERR_UNSUPPORTED', message);
  }
}

/** Node supports `reusePort` from 22.12 and 23.1 on; older versions ignore it silently. */
function hasReusePort(version: string): boolean {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  return major > 23 || (major === 23 && minor >= 1) || (major === 22 && minor >= 12);
}

function checkInteger(name: string, value: number, least: number, most: number): void {
  if (typeof value !== 'number') throw new TypeError(`${name} must be a number`);
  if (!Number.isInteger(value) || value < least || value > most) {
    throw new RangeError(`${name} ${value} is not an integer from ${least} to ${most}`);
  }
}

function checkText(name: string, value: string | undefined): void {
  if (value !== undefined && typeof value !== 'string') throw new TypeError(`${name} must be a string`);
}
