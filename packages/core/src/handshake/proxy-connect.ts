import type { HeaderInit } from '@ws/types';
import { encodeBase64, encodeText, flattenHeaders } from '@ws/util/primitives';
import { HandshakeError } from '../errors/handshake-error.ts';
import { formatHost } from './host-header.ts';
import { encodeHead, type HeaderLine } from './http-message.ts';
import type { ResponseHead } from './response-head.ts';

/** The tunnel that a proxy is asked for, and the credentials. */
export interface ProxyTarget {
  /** IPv6 with or without brackets. */
  readonly host: string;
  readonly port: number;
  /** The user name for the proxy (RFC 7617); `null`: no credentials are sent. */
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** More headers for the proxy. The server never sees them. */
  readonly headers?: HeaderInit | null | undefined;
}

/**
 * Makes the request that asks a proxy for a tunnel (RFC 9110, 9.3.6).
 *
 * @throws RangeError when the host is not valid, the user name has a colon or a control character, or a header breaks
 * the grammar
 */
export function formatConnectRequest({ host, port, username, password, headers }: ProxyTarget): Uint8Array {
  const authority = formatHost(host, port);
  const lines: HeaderLine[] = [['Host', authority]];
  if (username != null) {
    const credentials = `${username}:${password ?? ''}`;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: RFC 7617, 2 forbids them
    if (username.includes(':') || /[\0-\x1f\x7f]/.test(credentials))
      throw new RangeError('malformed proxy credentials');
    lines.push(['Proxy-Authorization', `Basic ${encodeBase64(encodeText(credentials))}`]);
  }
  lines.push(...flattenHeaders(headers));
  return encodeHead(`CONNECT ${authority} HTTP/1.1`, lines);
}

/**
 * Checks a proxy's answer: any 2xx opens the tunnel, and bytes after the head come from the server.
 *
 * @throws {@link HandshakeError} `ERR_PROXY_AUTHENTICATION` for 407, else `ERR_PROXY`, with the proxy's status and
 * headers
 */
export function checkConnectResponse({ version, status, reason, headers }: ResponseHead): void {
  if (status >= 200 && status <= 299 && version.startsWith('HTTP/1.')) return;
  throw new HandshakeError(status === 407 ? 'ERR_PROXY_AUTHENTICATION' : 'ERR_PROXY', {
    message: `the proxy answered ${status} ${reason}`,
    status,
    reason,
    headers,
  });
}
