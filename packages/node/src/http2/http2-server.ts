// The server's side of RFC 8441: serves the extended CONNECT requests of a node:http2 server.

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

/** Stands in for the key of HTTP/1.1. RFC 8441 has no key, so the answer to this one is never sent. */
const NO_KEY = 'AAAAAAAAAAAAAAAAAAAAAA==';

/**
 * Serves one extended CONNECT request, as the event `'stream'` of a node:http2 server gives it. A malformed request
 * gets an error response. The server must announce the setting `enableConnectProtocol`; `attach` does that.
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

/** Serves the requests of a server that match the route. @returns a function that detaches */
export function attachHttp2(server: Http2Server | Http2SecureServer, route: Route): () => void {
  server.updateSettings({ enableConnectProtocol: true });
  return mounts.add(server as Http2Server, route);
}

const mounts: RouteTable<Http2Server> = new RouteTable((server, routes) => {
  const onStream = (stream: ServerHttp2Stream, headers: IncomingHttpHeaders): void => {
    if (isServed(stream)) return;
    if (isWebSocket(headers)) {
      const route = findRoute(routes, String(headers[':path'] ?? ''));
      if (route !== undefined) handleHttp2Stream(route.factory, stream, headers);
      else if (!hasOthers(server)) refuse(stream, 404);
    } else if (server.listenerCount('request') === 0 && !hasOthers(server)) {
      if (isUnknown(headers)) refuse(stream, 501);
      // Nothing else listens to this stream, so its errors are ignored here.
      else stream.on('error', ignoreError);
    }
  };
  // Servers with a request handler need this listener: without it Node would answer every CONNECT with 405 itself.
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

/** Compares the protocol's name without case, as in `Upgrade` (RFC 9110, 7.8): a proxy may pass that name on. */
function isWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'CONNECT' && String(headers[':protocol']).toLowerCase() === 'websocket';
}

/** Whether a request is an extended CONNECT for another protocol. It gets a 501 if nobody answers it (RFC 9220, 3). */
function isUnknown(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'CONNECT' && headers[':protocol'] !== undefined;
}

/** Whether other listeners might answer. With a request handler, one listener of `stream` is Node's own. */
function hasOthers(server: Http2Server): boolean {
  const own = 1 + (server.listenerCount('request') > 0 ? 1 : 0);
  return server.listenerCount('stream') > own || server.listenerCount('connect') > 1;
}

/** Answers a stream that is not served. Node itself resets it if the client has not ended it (RFC 9113, 8.1). */
function refuse(stream: ServerHttp2Stream, status: number): void {
  stream.on('error', ignoreError);
  // The client may have reset the stream in the same packet.
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': status }, { endStream: true });
}

/**
 * Closes a stream after Node has taken all of our bytes. RST_STREAM with NO_ERROR follows if the peer has not ended the
 * stream. This waits one turn, because RST_STREAM would overtake bytes that have yet to leave.
 */
function closeStream(this: ServerHttp2Stream): void {
  setImmediate(() => {
    if (!this.destroyed) this.close();
  });
}

/** Ignores the error of a stream, which ends that stream and harms nothing else. */
function ignoreError(): void {}

/** An HTTP/2 stream. The response head that the engine writes becomes headers, and `101` becomes `200`. */
class Http2ServerStream extends DuplexStream {
  #collector: HeadCollector | null = new HeadCollector();
  #isOpen = false;

  override write(bytes: Uint8Array): boolean {
    if (this.#collector === null) return super.write(bytes);
    const stream = this.socket as ServerHttp2Stream;
    if (!this.isWritable || stream.destroyed || stream.closed) return true;
    const complete = this.#collector.push(bytes);
    if (complete === null) return true;
    this.#collector = null;
    const [, status = '500'] = complete.head.line.split(' ');
    this.#isOpen = status === '101';
    try {
      stream.respond({ ...http2Headers(complete.head), ':status': this.#isOpen ? 200 : Number(status) });
    } catch (error) {
      this.#refuse(stream, error as Error);
      return true;
    }
    return complete.rest.length === 0 || super.write(complete.rest);
  }

  override writev(chunks: readonly Uint8Array[]): boolean {
    return this.#collector === null ? super.writev(chunks) : this.write(concatBytes(chunks));
  }

  /**
   * Ends an open connection in both directions. Over TCP we would wait for the peer's end; a stream of HTTP/2 may be
   * closed once we have sent everything (RFC 9113, 8.1), and some peers, such as Firefox, leave their half open.
   */
  override end(): void {
    if (!this.isWritable) return;
    // Closed only after `finish`: if the peer has ended already, `close` right after `end` makes Node send endlessly.
    if (this.#isOpen) this.socket.once('finish', closeStream);
    super.end();
  }

  /** Ends the connection with a 500, because the application's response has a header that HTTP/2 does not allow. */
  #refuse(stream: ServerHttp2Stream, error: Error): void {
    if (!stream.headersSent && !stream.closed) stream.respond({ ':status': 500 }, { endStream: true });
    this.isWritable = false;
    // The stream is destroyed one turn later, because the reset would overtake the response.
    this.blame(error);
    setImmediate(() => stream.destroy());
  }
}
