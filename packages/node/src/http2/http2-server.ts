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
    if (isWebSocket(headers)) {
      const route = findRoute(routes, String(headers[':path'] ?? ''));
      if (route !== undefined) handleHttp2Stream(route.factory, stream, headers);
      else if (!hasOthers(server)) refuse(stream, 404);
    } else if (server.listenerCount('request') === 0 && !hasOthers(server)) {
      if (isUnknown(headers)) refuse(stream, 501);
      // Nobody else listens to this stream either.
      else stream.on('error', ignoreError);
    }
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

/** Names of protocols are compared without case, as those of `Upgrade` are (RFC 9110, 7.8); a proxy may pass them on. */
function isWebSocket(headers: IncomingHttpHeaders): boolean {
  return headers[':method'] === 'CONNECT' && String(headers[':protocol']).toLowerCase() === 'websocket';
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

/** Answers a stream that nobody serves. Node itself resets what the client has not ended (RFC 9113, 8.1). */
function refuse(stream: ServerHttp2Stream, status: number): void {
  stream.on('error', ignoreError);
  // The client may have reset the stream in the same packet.
  if (stream.destroyed || stream.closed) return;
  stream.respond({ ':status': status }, { endStream: true });
}

/**
 * All of ours was handed over: RST_STREAM with NO_ERROR follows where the peer has not ended. Not at once: it would overtake
 * what has yet to leave.
 */
function closeStream(this: ServerHttp2Stream): void {
  setImmediate(() => {
    if (!this.destroyed) this.close();
  });
}

/** An error of a stream harms that stream only, which is over then. */
function ignoreError(): void {}

/** An HTTP/2 stream: the head that the engine answers with becomes headers, `101` becomes `200`. */
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
   * Ends an open connection in both directions: over TCP the peer's end would be waited for, but a stream is ours to close
   * once we have said all (RFC 9113, 8.1), and there are peers that leave their half open, such as Firefox.
   */
  override end(): void {
    if (!this.isWritable) return;
    // Not before that event: `close` right after `end` has Node send without end where the peer has ended already.
    if (this.#isOpen) this.socket.once('finish', closeStream);
    super.end();
  }

  /** The application has a header that HTTP/2 does not allow: the connection ends with a 500. */
  #refuse(stream: ServerHttp2Stream, error: Error): void {
    if (!stream.headersSent && !stream.closed) stream.respond({ ':status': 500 }, { endStream: true });
    this.isWritable = false;
    // Not at once: a reset would overtake the answer.
    this.blame(error);
    setImmediate(() => stream.destroy());
  }
}
