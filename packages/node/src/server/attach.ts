// Serves on the application's own servers: node:http and node:https hand over the socket and the bytes already read.

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

/** Options of {@link attach}. */
export interface AttachOptions {
  /** The path to serve, which must match exactly, without the query. Default: all paths. */
  readonly path?: string | undefined;
}

/** Servers that {@link attach} accepts. */
export type AttachableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** How long sending a refusal may take, in milliseconds. */
const REFUSAL_TIMEOUT = 5000;

/**
 * Serves one upgrade request, as the event `'upgrade'` of a node:http or node:https server gives it. A request that is
 * malformed is answered with an HTTP error. One that arrives before an earlier request is answered ends the connection,
 * unless the earlier response has been ended: then the upgrade goes on as soon as that response is written.
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
 * Serves a server's WebSocket requests, either all or those to `path`. In node:http and node:https they are upgrade
 * requests, in node:http2 extended CONNECT requests (RFC 8441). Several factories may be attached to one server, each
 * to its own path.
 *
 * Requests to other paths are left to the other listeners of the server's event; if there are none, they get a 404.
 * Upgrades to another protocol, such as `h2c`, go where they would go without `attach`: to those other listeners, or
 * else to the request listeners (in Node before 22.21 and 24.9 only for connections accepted after this call).
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
    // Another listener may have taken the socket already.
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
 * Calls back when the responses to earlier requests, which the client has pipelined on the socket, are written. A
 * response that has not been ended is not waited for. Then, or if the socket closes meanwhile, `isFree` is `false`.
 */
function afterResponses(request: IncomingMessage, socket: Duplex, done: (isFree: boolean) => void): void {
  const { _httpMessage: response } = socket as { _httpMessage?: ServerResponse | null };
  // Another listener may have assigned the socket to a response to this very request.
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
    // The HTTP server's own listener runs before ours, and assigns the socket to the next response.
    response.once('finish', goOn);
    socket.once('close', goOn);
    socket.on('error', () => {});
  }
}

/** Refuses an upgrade that no listener serves. The HTTP server no longer reads or closes the socket. */
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
  // The HTTP server's timeout of idle connections does not apply to a WebSocket.
  socket.setTimeout(0);
  return (canUseHandles() ? takeUpgraded(socket) : null) ?? socketStream(socket);
}

/** A stream on an upgraded socket's handle. The HTTP server still has the socket, and relies on it to be closed. */
export function takeUpgraded(socket: Socket): NodeStream | null {
  void socket.remoteAddress; // Node caches the address here, for code that reads it later.
  const handle = takeHandle(socket);
  if (handle === null) return null;
  const stream = new HandleStream(handle);
  markServed(socket, stream);
  // Code that still writes to the socket causes an error, which must not be unhandled.
  socket.on('error', () => {});
  socket.once('close', () => stream.destroy());
  stream.onGone = () => socket.destroy();
  return stream;
}
