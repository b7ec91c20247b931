// The server's side of RFC 8441: extended CONNECT requests of a node:http2 server.

import type {
  Http2SecureServer,
  Http2Server,
  Http2ServerRequest,
  Http2ServerResponse,
  IncomingHttpHeaders,
  ServerHttp2Stream,
} from 'node:http2';
import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';
import { concatBytes } from '@ws/util/primitives';
import { DuplexStream, isServed } from '../streams/socket-stream.ts';
import { describeTransport } from '../streams/transport-details.ts';
import { findRoute, type Route, RouteTable } from '../support/routes.ts';
import { HeadCollector, http2Headers, rawHeaders } from './http2-stream.ts';

/** What the key of HTTP/1.1 would be; RFC 8441 has none, so its answer is never sent. */
const NO_KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';

/**
 * Serves one extended CONNECT request, as the event `'stream'` of a node:http2 server gives it. One that is malformed is
 * answered accordingly. The server must announce the setting `enableConnectProtocol`; `attach` sees to that.
 *
 * @throws TypeError when the stream is served already
 */
export function handleHttp2Stream<Connection extends AcceptedConnection>(
  factory: ConnectionAcceptor<Connection>,
  stream: ServerHttp2Stream,
  headers: IncomingHttpHeaders,
): Connection {
  if (isServed(stream)) throw new TypeError('this stream is served already');
  const protocol = factory.buildProtocol();
  const details = describeTransport(stream.session?.socket ?? stream, { isServer: true, url: factory.url });
  const authority = String(headers[':authority'] ?? headers.host ?? '');
  const head = {
    method: 'GET',
    target: String(headers[':path'] ?? ''),
    version: '1.1',
    rawHeaders: [
      ...['Host', authority, 'Upgrade', 'websocket', 'Connection', 'Upgrade', 'Sec-WebSocket-Key', NO_KEY],
      ...rawHeaders(headers),
    ],
  };
  protocol.attachUpgraded(new Http2ServerStream(stream), details, head);
  return protocol;
}

/** Serves those requests of a server that go to the route. @returns a function that detaches */
export function attachHttp2(server: Http2Server | Http2SecureServer, route: Route): () => void {
  server.updateSettings({ enableConnectProtocol: true });
  return mounts.add(server as Http2Server, route);
}

const mounts: RouteTable<Http2Server> = new RouteTable((server, routes) => {
  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    if (isServed(stream)) return;
    if (!isWebSocket(headers)) {
      if (isUnknown(headers) && server.listenerCount('request') === 0 && !hasOthers(server)) {
        stream.respond({ ':status': 501 }, { endStream: true });
      }
      return;
    }
    const route = findRoute(routes, String(headers[':path'] ?? ''));
    if (route !== undefined) handleHttp2Stream(route.factory, stream, headers);
    else if (!hasOthers(server)) stream.respond({ ':status': 404 }, { endStream: true });
  };
  // For servers with a request handler: without this listener Node would answer every CONNECT with 405 itself.
  const onConnect = (request: Http2ServerRequest, response: Http2ServerResponse): void => {
    if (isWebSocket(request.headers) || server.listenerCount('connect') > 1) return;
    response.statusCode = 405;
    response.end();
  };
  server.on('stream', onStream);
  server.on('connect', onConnect as () => void);
  return () => {
    server.off('stream', onStream);
    server.off('connect', onConnect as () => void);
  };
});

function isWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'CONNECT' && headers[':protocol'] === 'websocket';
}

/** An extended CONNECT for something else. Without a request handler nobody would ever answer it (RFC 9220, 3: 501). */
function isUnknown(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'CONNECT' && headers[':protocol'] !== undefined;
}

/** Whether anybody else might answer. One listener of `stream` is Node's own where there is a request handler. */
function hasOthers(server: Http2Server): boolean {
  const own = 1 + (server.listenerCount('request') > 0 ? 1 : 0);
  return server.listenerCount('stream') > own || server.listenerCount('connect') > 1;
}

/** An HTTP/2 stream: the head that the engine answers with becomes headers, `101` becomes `200`. */
class Http2ServerStream extends DuplexStream {
  #collector: HeadCollector | null = new HeadCollector();

  override write(bytes: Uint8Array): boolean {
    if (this.#collector === null) return super.write(bytes);
    const stream = this.socket as ServerHttp2Stream;
    if (!this.isWritable || stream.destroyed) return true;
    const complete = this.#collector.push(bytes);
    if (complete === null) return true;
    this.#collector = null;
    const [, status = '500'] = complete.head.line.split(' ');
    try {
      stream.respond({ ...http2Headers(complete.head), ':status': status === '101' ? 200 : Number(status) });
    } catch (error) {
      this.#refuse(stream, error as Error);
      return true;
    }
    return complete.rest.length === 0 || super.write(complete.rest);
  }

  override writev(chunks: readonly Uint8Array[]): boolean {
    return this.#collector === null ? super.writev(chunks) : this.write(concatBytes(chunks));
  }

  /** The application has a header that HTTP/2 does not allow: the connection ends with a 500. */
  #refuse(stream: ServerHttp2Stream, error: Error): void {
    if (!stream.headersSent) stream.respond({ ':status': 500 }, { endStream: true });
    this.isWritable = false;
    // Not at once: a reset would overtake the answer.
    this.blame(error);
    setImmediate(() => stream.destroy());
  }
}
