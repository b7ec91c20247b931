import { once } from 'node:events';
import type { IncomingMessage, Server } from 'node:http';
import type { Server as HttpsServer } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { handleUpgrade, ListenError, socketStream, type WebSocketServerFactory } from '@ws/node';
import { TransportDetails } from '@ws/types';
import { createFeed, FEED_PATH } from './feed.ts';
import { Monitor } from './monitor.ts';
import { servePage } from './page-files.ts';
import { isLoopback, isOurs } from './same-origin.ts';
import { TappedStream } from './tapped-stream.ts';

/** Where to serve. */
export interface PlaygroundOptions {
  readonly host?: string | undefined;
  /** Default 0: any that is free. */
  readonly port?: number | undefined;
  /** Whether the seconds are counted by the clock (default), or by whoever calls `monitor.tick()`. */
  readonly hasClock?: boolean | undefined;
}

/** A playground that is served. */
export interface Playground {
  readonly port: number;
  readonly monitor: Monitor;
  /** Tells everybody with 1001, and drops who is still there after `grace` milliseconds (default 1000). */
  close(options?: { readonly grace?: number }): Promise<void>;
}

const PAGE = new URL('../page/', import.meta.url);

/**
 * Serves a factory's connections on an HTTP server, and beside them a page that shows them. The page is at `/`; what
 * it is told goes over {@link FEED_PATH}; every other upgrade request is the factory's.
 *
 * `?fragment=N` in the request has the answers sent in frames of at most N bytes.
 *
 * @throws ListenError
 */
export async function servePlayground(
  server: Server | HttpsServer,
  factory: WebSocketServerFactory,
  { host = '127.0.0.1', port = 0, hasClock = true }: PlaygroundOptions = {},
): Promise<Playground> {
  const monitor = new Monitor();
  const feed = createFeed(monitor);
  const page = servePage(PAGE);
  let isLocal = true;
  server.on('request', (request, response) => {
    if (isOurs({ host: request.headers.host }, isLocal)) page(request, response);
    else response.writeHead(421, { 'Content-Type': 'text/plain' }).end('not the name of this server\n');
  });
  server.on('upgrade', (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (request.url?.replace(/\?.*/, '') !== FEED_PATH) serveWatched(factory, monitor, request, socket as Socket, head);
    else if (isOurs(request.headers, isLocal)) handleUpgrade(feed, request, socket, head);
    else refuse(socket);
  });
  await listen(server, host, port);
  const address = server.address() as AddressInfo;
  isLocal = isLoopback(address.address);
  const ticking = hasClock ? setInterval(() => monitor.tick(), 1000).unref() : undefined;
  return {
    port: address.port,
    monitor,
    async close({ grace = 1000 } = {}) {
      clearInterval(ticking);
      await stop(server, [factory, feed], grace);
    },
  };
}

/** Serves one connection with everything that goes through it seen. */
function serveWatched(
  factory: WebSocketServerFactory,
  monitor: Monitor,
  request: IncomingMessage,
  socket: Socket,
  head: Uint8Array,
): void {
  const { method = '', url: target = '', httpVersion: version, rawHeaders } = request;
  const protocol = factory.buildProtocol();
  const fragment = /[?&]fragment=(\d{1,7})(?:&|$)/.exec(target)?.[1];
  if (fragment !== undefined) protocol.setProtocolOptions({ autoFragmentSize: Number(fragment) });
  const connection = monitor.watch(protocol);
  // What the HTTP server thought of idle connections ends here.
  socket.setTimeout(0);
  socket.setNoDelay(factory.options.tcpNoDelay);
  const stream = new TappedStream(socketStream(socket), connection);
  if (head.length > 0) connection.onIncoming(head);
  protocol.attachUpgraded(stream, describe(socket), { method, target, version, rawHeaders }, head);
}

function describe(socket: Socket): TransportDetails {
  const { remoteAddress = '', remotePort = 0, localAddress = '', localPort = 0 } = socket;
  const name = (address: string, port: number): string =>
    `${address.includes(':') ? 'tcp6' : 'tcp4'}:${address}:${port}`;
  return new TransportDetails({
    channelType: 'encrypted' in socket ? 'tls' : 'tcp',
    channelFraming: 'websocket',
    peer: name(remoteAddress, remotePort),
    own: name(localAddress, localPort),
    isServer: true,
    isSecure: 'encrypted' in socket,
  });
}

async function listen(server: Server | HttpsServer, host: string, port: number): Promise<void> {
  server.listen({ host, port });
  try {
    await once(server, 'listening');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const [name, text] =
      code === 'EADDRINUSE' ? (['ERR_PORT_TAKEN', 'it is taken'] as const) : (['ERR_LISTEN', message] as const);
    throw new ListenError(name, `cannot listen on ${host}:${port}: ${text}`, { cause });
  }
}

function refuse(socket: Duplex): void {
  socket.on('error', () => {});
  socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
}

async function stop(
  server: Server | HttpsServer,
  factories: readonly WebSocketServerFactory[],
  grace: number,
): Promise<void> {
  const closed = new Promise(resolve => server.close(resolve));
  const connections = factories.flatMap(factory => {
    factory.refuseNewConnections();
    return [...factory.connections];
  });
  for (const connection of connections) connection.goAway(1001);
  const timer = setTimeout(() => {
    for (const connection of connections) connection.dropConnection(true);
  }, grace);
  server.closeIdleConnections();
  await Promise.all(connections.map(connection => connection.closed));
  clearTimeout(timer);
  server.closeAllConnections();
  await closed;
}
