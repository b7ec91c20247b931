import { once } from 'node:events';
import { connect as connectTcp, isIP, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';

/**
 * Reads the address of a server under test.
 *
 * @throws RangeError when it is none of a WebSocket.
 */
export function webSocketUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : null;
  if (url?.protocol !== 'ws:' && url?.protocol !== 'wss:') throw new RangeError(`not a WebSocket URL: ${text}`);
  return url;
}

/** Connects to where a WebSocket URL points; certificates are not checked, a test server may have any. */
export async function dial(url: URL, alpn?: string[]): Promise<Duplex> {
  const isSecure = url.protocol === 'wss:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const port = Number(url.port || (isSecure ? 443 : 80));
  const socket: Socket = isSecure
    ? connectTls({
        host,
        port,
        ...(isIP(host) === 0 ? { servername: host } : {}),
        rejectUnauthorized: false,
        ...(alpn ? { ALPNProtocols: alpn } : {}),
      })
    : connectTcp({ host, port });
  socket.setNoDelay(true);
  await once(socket, isSecure ? 'secureConnect' : 'connect');
  return socket;
}
