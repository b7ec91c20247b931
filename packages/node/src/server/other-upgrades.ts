// Upgrades of HTTP/1.1 to something else than a WebSocket, on a server that somebody else made: they go where they would
// go without us. Node hands every upgrade to the event `'upgrade'` as soon as anybody listens to it.

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server as TlsServer } from 'node:tls';

/** Node from 22.21 and 24.9 on asks for each request that wants an upgrade; by default whether anybody listens. */
interface AskingServer {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** A request, with what its parser thinks of it. */
type ParsedRequest = IncomingMessage & { upgrade?: boolean | null };

/** What older Nodes keep on the sockets of an HTTP server. */
interface ParsedSocket {
  readonly parser?: { onIncoming?: ((request: ParsedRequest, ...more: unknown[]) => unknown) | null } | null;
}

/**
 * Has the request listeners of a server answer upgrades that are not for us, as RFC 9110, 7.8 allows them to. Where there
 * are other listeners of `'upgrade'`, or no request listeners, nothing is changed.
 *
 * @param isOurs whether a request wants a WebSocket
 * @returns a function that ends it
 */
export function passOtherUpgrades(server: HttpServer, isOurs: (request: IncomingMessage) => boolean): () => void {
  let isStopped = false;
  const isPassed = (request: IncomingMessage): boolean =>
    !isStopped && !isOurs(request) && server.listenerCount('upgrade') === 1 && server.listenerCount('request') > 0;
  const stop = isAsking(server) ? answerServer(server, isPassed) : watchParsers(server, isPassed);
  return () => {
    isStopped = true;
    stop();
  };
}

function isAsking(server: object): server is Required<AskingServer> {
  return typeof (server as AskingServer).shouldUpgradeCallback === 'function';
}

function answerServer(server: Required<AskingServer>, isPassed: (request: IncomingMessage) => boolean): () => void {
  const { shouldUpgradeCallback: theirs } = server;
  const ours = (request: IncomingMessage): boolean => !isPassed(request) && theirs.call(server, request);
  server.shouldUpgradeCallback = ours;
  return () => {
    // Whoever has put another function before ours keeps it.
    if (server.shouldUpgradeCallback === ours) server.shouldUpgradeCallback = theirs;
  };
}

/** In older Nodes a request that is said to be no upgrade takes the way that it takes where nobody listens. */
function watchParsers(server: HttpServer, isPassed: (request: IncomingMessage) => boolean): () => void {
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
  // Node's own listener comes first, and has made the parser. One of HTTP/2 has none.
  const onConnection = ({ parser }: ParsedSocket): void => {
    const onIncoming = parser?.onIncoming;
    if (!parser || typeof onIncoming !== 'function') return;
    parser.onIncoming = (request, ...more) => {
      // CONNECT counts as an upgrade, and goes elsewhere.
      if (request.upgrade && request.method !== 'CONNECT' && isPassed(request)) request.upgrade = false;
      return onIncoming(request, ...more);
    };
  };
  server.on(event, onConnection);
  return () => server.off(event, onConnection);
}
