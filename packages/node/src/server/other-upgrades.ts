// On the application's own server, HTTP/1.1 upgrades to anything but a WebSocket go where they would go without us.
// Node by itself emits every upgrade as the event `'upgrade'` as soon as that event has a listener.

import type { Server as HttpServer, IncomingMessage } from 'node:http';
import { Server as TlsServer } from 'node:tls';

/** Called by Node from 22.21 and 24.9 on for each upgrade request. By default: whether `'upgrade'` has a listener. */
interface AskingServer {
  shouldUpgradeCallback?: (request: IncomingMessage) => boolean;
}

/** A request, with the parser's flag that says whether it is an upgrade. */
type ParsedRequest = IncomingMessage & { upgrade?: boolean | null };

/** A socket of an HTTP server, with the parser that Node keeps on it. */
interface ParsedSocket {
  readonly parser?: { onIncoming?: ((request: ParsedRequest, ...more: unknown[]) => unknown) | null } | null;
}

/**
 * Lets the request listeners of a server answer upgrades that are not for us, as RFC 9110, 7.8 allows. Changes nothing
 * if the server has other listeners of `'upgrade'`, or no request listeners.
 *
 * @param isOurs whether a request wants a WebSocket
 * @returns a function that undoes this
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
    // If other code has replaced our function since, its function stays.
    if (server.shouldUpgradeCallback === ours) server.shouldUpgradeCallback = theirs;
  };
}

/** In older Node versions: a request whose `upgrade` flag is cleared is handled as if `'upgrade'` had no listener. */
function watchParsers(server: HttpServer, isPassed: (request: IncomingMessage) => boolean): () => void {
  const event = server instanceof TlsServer ? 'secureConnection' : 'connection';
  // Node's own listener runs before ours and has made the parser. An HTTP/2 connection has no parser.
  const onConnection = ({ parser }: ParsedSocket): void => {
    const onIncoming = parser?.onIncoming;
    if (!parser || typeof onIncoming !== 'function') return;
    parser.onIncoming = (request, ...more) => {
      // The flag is set for CONNECT too, which Node emits as an event of its own.
      if (request.upgrade && request.method !== 'CONNECT' && isPassed(request)) request.upgrade = false;
      return onIncoming(request, ...more);
    };
  };
  server.on(event, onConnection);
  return () => server.off(event, onConnection);
}
