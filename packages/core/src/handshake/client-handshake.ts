// The client's side of the opening handshake (RFC 6455, 4.1). A request is checked before a byte is written; a response
// is checked in the order of the RFC.

import type {
  CompressionExtension,
  CompressionOffer,
  CompressionResponse,
  ConnectingRequest,
  Digest,
  Headers,
  Random,
} from '@ws/types';
import { checkHeaderValue, decodeText, encodeBase64, encodeText } from '@ws/util/primitives';
import { ConnectionRejected, HandshakeError, type HandshakeErrorCode } from '../errors/handshake-error.ts';
import { createAcceptKey } from './accept-key.ts';
import { parseExtensions } from './extensions-header.ts';
import { hasToken } from './header-list.ts';
import { formatHost } from './host-header.ts';
import { encodeHead, type HeaderLine, handshakeHeaders } from './http-message.ts';
import type { ResponseHead } from './response-head.ts';

/** The parts of an opening request. */
export interface ClientRequestInit {
  readonly connecting: ConnectingRequest;
  /** The protocol version, 8 or 13. */
  readonly version: number;
  /** Whether the connection uses TLS, which decides the default port. */
  readonly isSecure: boolean;
  readonly offers: readonly CompressionOffer[];
  readonly random: Random;
}

/** A request, and the values that its response is checked against. */
export interface ClientRequest {
  /** The bytes to send. */
  readonly bytes: Uint8Array;
  readonly key: string;
  readonly version: number;
  readonly protocols: readonly string[];
  readonly offers: readonly CompressionOffer[];
}

/** What the server agreed to. */
export interface UpgradeResponse {
  readonly headers: Headers;
  readonly version: number;
  readonly protocol: string | null;
  /** The compression that the server chose of those offered. */
  readonly compression: CompressionResponse | null;
}

/**
 * Makes the opening request, with a fresh key.
 *
 * @throws TypeError or RangeError when a part of the request breaks a grammar, or the extra headers include one that
 * the handshake sets itself
 */
export function createClientRequest(init: ClientRequestInit): ClientRequest {
  const { connecting, version, offers, random } = init;
  const { useragent, origin, protocols } = connecting;
  const extra = handshakeHeaders(connecting.headers);
  const nonce = new Uint8Array(16);
  random.fill(nonce);
  const key = encodeBase64(nonce);

  const lines: HeaderLine[] = [];
  if (useragent && !extra.some(([name]) => name.toLowerCase() === 'user-agent')) lines.push(['User-Agent', useragent]);
  lines.push(['Host', formatHostHeader(init)], ['Upgrade', 'websocket'], ['Connection', 'Upgrade']);
  lines.push(['Pragma', 'no-cache'], ['Cache-Control', 'no-cache'], ...extra, ['Sec-WebSocket-Key', key]);
  if (origin) lines.push([version < 13 ? 'Sec-WebSocket-Origin' : 'Origin', origin]);
  if (protocols.length > 0) lines.push(['Sec-WebSocket-Protocol', protocols.join(', ')]);
  if (offers.length > 0) {
    lines.push(['Sec-WebSocket-Extensions', offers.map(offer => offer.getExtensionString()).join(', ')]);
  }
  lines.push(['Sec-WebSocket-Version', `${version}`]);
  for (const [name, value] of lines) checkHeaderValue(`header ${name}`, value);
  const bytes = encodeHead(`GET ${formatResource(connecting.resource)} HTTP/1.1`, lines);
  return { bytes, key, version, protocols: [...protocols], offers };
}

/** Writes the `Host` header. A Unix domain socket (host `unix`) has no host name: its server is on this machine. */
function formatHostHeader({ connecting: { host, port }, isSecure }: ClientRequestInit): string {
  if (host === 'unix') return 'localhost';
  return formatHost(host, port === (isSecure ? 443 : 80) ? null : port);
}

/** Escapes all characters that are not visible ASCII. The others stay as they are, also existing escapes. */
function formatResource(resource: string): string {
  // Encoded and decoded first: this makes a lone surrogate, which cannot be escaped, U+FFFD, which can.
  return resource.replace(/[^!-~]+/g, run => encodeURIComponent(decodeText(encodeText(run))));
}

/**
 * Checks the server's response against the request.
 *
 * @param extensions the extensions whose responses can be read
 * @throws {@link ConnectionRejected} when it is not 101; {@link HandshakeError} with the response's status and headers
 */
export function checkUpgradeResponse(
  head: ResponseHead,
  sent: ClientRequest,
  digest: Digest,
  extensions: readonly CompressionExtension[],
): UpgradeResponse {
  const { headers, repeated, status, reason } = head;
  if (status !== 101) {
    const message = `the server answered ${status} ${reason}`.trim();
    throw new ConnectionRejected({ message, status, reason, headers });
  }
  if (head.version !== 'HTTP/1.1') throw failure(head, 'ERR_HTTP_VERSION');
  if (headers.upgrade?.toLowerCase() !== 'websocket') throw failure(head, 'ERR_UPGRADE');
  if (!hasToken(headers.connection, 'upgrade')) throw failure(head, 'ERR_CONNECTION');
  // Two headers of this name arrive joined, which does not equal the one expected value.
  if (headers['sec-websocket-accept'] !== createAcceptKey(sent.key, digest)) throw failure(head, 'ERR_ACCEPT');
  const compression = checkExtensions(head, sent, extensions);
  const protocol = headers['sec-websocket-protocol'] || null;
  if (protocol !== null && (repeated.includes('sec-websocket-protocol') || !sent.protocols.includes(protocol))) {
    throw failure(head, 'ERR_SUBPROTOCOL_RESPONSE');
  }
  return { headers, version: sent.version, protocol, compression };
}

function checkExtensions(
  head: ResponseHead,
  { offers }: ClientRequest,
  extensions: readonly CompressionExtension[],
): CompressionResponse | null {
  const value = head.headers['sec-websocket-extensions'];
  if (value === undefined) return null;
  try {
    const [first, ...more] = parseExtensions(value);
    if (first === undefined && !head.repeated.includes('sec-websocket-extensions')) return null;
    const offered = offers.filter(offer => offer.extensionName === first?.[0]);
    const extension = extensions.find(({ extensionName }) => extensionName === first?.[0]);
    if (first && extension && offered.length > 0 && more.length === 0)
      return extension.parseResponse(first[1], offered);
  } catch (cause) {
    throw failure(head, 'ERR_EXTENSION_RESPONSE', { cause });
  }
  throw failure(head, 'ERR_EXTENSION_RESPONSE');
}

function failure(
  { status, reason, headers }: ResponseHead,
  code: HandshakeErrorCode,
  options?: { readonly message?: string; readonly cause?: unknown },
): HandshakeError {
  return new HandshakeError(code, { ...options, status, reason, headers });
}
