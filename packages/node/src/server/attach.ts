// On servers that others made: node:http and node:https servers hand over what they have read, and the socket.

import type { Server as HttpServer, IncomingMessage, ServerResponse } from 'node:http';
import type { Http2SecureServer, Http2Server } from 'node:http2';
import type { Server as HttpsServer } from 'node:https';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { Server as TlsServer } from 'node:tls';
import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';
import { attachHttp2 } from '../http2/http2-server.ts';
import { takeHandle } from '../native/stream-handle.ts';
import { canUseHandles, probeHandles } from '../streams/handle-probe.ts';
import { HandleStream } from '../streams/handle-stream.ts';
import type { NodeStream } from '../streams/node-stream.ts';
import { isServed, markServed, socketStream } from '../streams/socket-stream.ts';
import { describeTransport } from '../streams/transport-details.ts';
import { findRoute, RouteTable } from '../support/routes.ts';
import { probeTlsHandles } from '../tls/tls-probe.ts';
import { passOtherUpgrades } from './other-upgrades.ts';

/** What {@link attach} takes. */
export interface AttachOptions {
  /** The path to serve, exactly, without query. Default: all of them. */
  readonly path?: string | undefined;
}

/** Servers that can be attached to. */
export type AttachableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** How long a refusal may take to leave, in milliseconds. */
const REFUSAL_TIMEOUT = 5000;

/**
 * Serves one upgrade request, as the event `'upgrade'` of a node:http or node:https server gives it. A request that is
 * malformed is answered accordingly; one that comes before an earlier request is answered ends the connection. Where
 * the earlier response has been ended, the upgrade goes on as soon as it is written.
 *
 * @throws TypeError when the socket is served already
 * @example server.on('upgrade', (request, socket, head) => handleUpgrade(factory, request, socket, head));
 */
export function handleUpgrade<Connection extends AcceptedConnection>(
  factory: ConnectionAcceptor<Connection>,
  request: IncomingMessage,
  socket: Duplex,
  head: Uint8Array,
): Connection {
  if (isTaken(socket)) throw new TypeError('this socket is served already');
  const details = describeTransport(socket, { isServer: true, url: factory.url });
  const protocol = factory.buildProtocol();
  afterResponses(request, socket, isFree => {
    if (!isFree) {
      socket.destroy();
      protocol.attach(socketStream(socket), details);
      return;
    }
    const stream = takeSocket(socket);
    stream.setNoDelay(factory.options.tcpNoDelay);
    const { method = '', url: target = '', httpVersion: version, rawHeaders } = request;
    protocol.attachUpgraded(stream, details, { method, target, version, rawHeaders }, head);
  });
  return protocol;
}

/**
 * Serves the upgrade requests of a server, those to `path` or all: of node:http, node:https, and of node:http2 the
 * extended CONNECT requests (RFC 8441). Several factories may be attached to one server, each to its path.
 *
 * Requests to other paths are left to others who listen to the server's event; if there is nobody, they get a 404.
 * Upgrades to something else, such as `h2c`, go where they would go without us: to those others, or else to the request
 * listeners (Node before 22.21 and 24.9: of connections that come after this call).
 *
 * @returns a function that detaches; connections stay
 */
export function attach(
  server: AttachableServer,
  factory: ConnectionAcceptor<AcceptedConnection>,
  options: AttachOptions = {},
): () => void {
  const { path } = options;
  if (path !== undefined && typeof path !== 'string') throw new TypeError('path must be a string');
  if (path !== undefined && !path.startsWith('/')) throw new RangeError(`path ${path} does not begin with a slash`);
  const detachHttp2 = 'updateSettings' in server ? attachHttp2(server, { factory, path }) : null;
  // A secure HTTP/2 server may speak HTTP/1.1 too.
  void probeHandles();
  if (server instanceof TlsServer) void probeTlsHandles();
  const detachHttp1 = mounts.add(server as HttpServer, { factory, path });
  return () => {
    detachHttp2?.();
    detachHttp1();
  };
}

const mounts: RouteTable<HttpServer> = new RouteTable((server, routes) => {
  const onUpgrade = (request: IncomingMessage, socket: Duplex, head: Uint8Array): void => {
    // Another listener may have been quicker.
    if (isTaken(socket)) return;
    const route = isWebSocket(request) ? findRoute(routes, request.url ?? '') : undefined;
    if (route !== undefined) handleUpgrade(route.factory, request, socket, head);
    else if (server.listenerCount('upgrade') === 1) refuse(request, socket);
  };
  server.on('upgrade', onUpgrade);
  const stopPassing = passOtherUpgrades(server, isWebSocket);
  return () => {
    server.off('upgrade', onUpgrade);
    stopPassing();
  };
});

function isWebSocket({ headers }: IncomingMessage): boolean {
  return (headers.upgrade ?? '')
    .toLowerCase()
    .split(',')
    .some(name => name.trim() === 'websocket');
}

/** Sockets that are waiting for an earlier response to be written. */
const waiting: WeakSet<Duplex> = new WeakSet();

function isTaken(socket: Duplex): boolean {
  return isServed(socket) || waiting.has(socket);
}

/**
 * Calls back when the responses to earlier requests of the socket, which the client has sent ahead, are written. One
 * that has not been ended is not waited for: then the socket is not free, nor when it closes meanwhile.
 */
function afterResponses(request: IncomingMessage, socket: Duplex, done: (isFree: boolean) => void): void {
  const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null };
  // Whoever listens may have given the socket to a response to this very request.
  if (response === undefined || response === null || response.req === request) {
    done(socket.writable);
  } else if (!response.writableEnded || socket.destroyed) {
    done(false);
  } else {
    const goOn = (): void => {
      response.off('finish', goOn);
      socket.off('close', goOn);
      waiting.delete(socket);
      afterResponses(request, socket, done);
    };
    waiting.add(socket);
    // The HTTP server's own listener comes first: by then the next response has the socket.
    response.once('finish', goOn);
    socket.once('close', goOn);
    socket.on('error', () => {});
  }
}

/** Nobody wants this upgrade, and nobody else will answer it. The HTTP server reads and closes the socket no more. */
function refuse(request: IncomingMessage, socket: Duplex): void {
  socket.on('error', () => {});
  afterResponses(request, socket, isFree => {
    if (!isFree) {
      socket.destroy();
      return;
    }
    const timer = setTimeout(() => socket.destroy(), REFUSAL_TIMEOUT);
    socket.once('close', () => clearTimeout(timer));
    socket.resume();
    socket.end('HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n', () => socket.destroy());
  });
}

function takeSocket(socket: Duplex): NodeStream {
  if (!(socket instanceof Socket)) return socketStream(socket);
  // What the HTTP server thought of idle connections ends here.
  socket.setTimeout(0);
  return (canUseHandles() ? takeUpgraded(socket) : null) ?? socketStream(socket);
}

/** The stream of an upgraded socket's handle. The HTTP server still has the socket, and counts on it to be closed. */
export function takeUpgraded(socket: Socket): NodeStream | null {
  void socket.remoteAddress; // Node remembers it, for whoever asks the socket later.
  const handle = takeHandle(socket);
  if (handle === null) return null;
  const stream = new HandleStream(handle);
  markServed(socket, stream);
  // Whoever still writes to it fails alone.
  socket.on('error', () => {});
  socket.once('close', () => stream.destroy());
  stream.onGone = () => socket.destroy();
  return stream;
}
