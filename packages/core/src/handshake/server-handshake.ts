// The server's side of the opening handshake (RFC 6455, 4.2). The order of the checks is part of the behaviour: it
// decides which of several faults the answer names.

import type { Digest, HeaderInit, Headers } from '@ws/types';
import { checkHeaderValue, checkToken } from '@ws/util/primitives';
import { HandshakeError } from '../errors/handshake-error.ts';
import { createAcceptKey, isValidKey } from './accept-key.ts';
import { type Extension, parseExtensions } from './extensions-header.ts';
import { parseForwardedFor } from './forwarded-for.ts';
import { hasToken } from './header-list.ts';
import { type HostPort, parseHost } from './host-header.ts';
import { encodeHead, type HeaderLine, handshakeHeaders } from './http-message.ts';
import { isOriginAllowed, type OriginPattern } from './origin.ts';
import type { RequestHead } from './request-head.ts';
import { parseRequestTarget } from './request-target.ts';
import { parseSubprotocols } from './subprotocol.ts';

/** The rules by which a server accepts requests. */
export interface UpgradePolicy {
  /** The protocol versions that it speaks, of 8 and 13. */
  readonly versions: readonly number[];
  /** The patterns of allowed origins, see `compileOriginPatterns`. */
  readonly allowedOrigins: readonly OriginPattern[];
  readonly allowNullOrigin: boolean;
  /** The port that a `Host` header has to name, if it names one; `null`: any. */
  readonly externalPort: number | null;
  /** Whether a request without `Upgrade` gets the status page instead of 426. */
  readonly webStatus: boolean;
  /** How many proxies in front of the server are trusted; 0: none. */
  readonly trustXForwardedFor: number;
}

/** A request that may be accepted. */
export interface UpgradeRequest {
  readonly headers: Headers;
  /** Without the port. IPv6 with brackets. */
  readonly host: string;
  readonly path: string;
  readonly params: Record<string, string[]>;
  /** Path and query. */
  readonly resource: string;
  readonly version: number;
  readonly origin: string | null;
  /** The subprotocols that the client offers, in its order. */
  readonly protocols: readonly string[];
  readonly extensions: readonly Extension[];
  readonly key: string;
  /** The client's address if a trusted proxy has named it, else `null`. */
  readonly forwardedFor: string | null;
}

/**
 * Checks everything that the request alone decides. Whether there is room for a connection, and whether the application
 * accepts it, is checked later.
 *
 * @returns `null` for a request without `Upgrade`, when the policy allows the status page
 * @throws {@link HandshakeError} with the status to answer with
 */
export function checkUpgradeRequest(head: RequestHead, policy: UpgradePolicy): UpgradeRequest | null {
  const { headers, repeated } = head;
  if (head.method !== 'GET') throw new HandshakeError('ERR_HTTP_METHOD', { status: 405, headers: { Allow: 'GET' } });
  if (head.version !== 'HTTP/1.1') throw new HandshakeError('ERR_HTTP_VERSION', { status: 505 });
  const target = parseRequestTarget(head.target);
  const { host } = checkHost(head, policy);
  if (headers.upgrade === undefined) {
    if (policy.webStatus) return null;
    throw new HandshakeError('ERR_UPGRADE_REQUIRED', { status: 426, headers: { Upgrade: 'websocket' } });
  }
  checkSwitch(head);
  const version = checkVersion(head, policy);
  const protocols = parseSubprotocols(headers['sec-websocket-protocol']);
  const origin = checkOrigin(head, version, policy);
  const key = headers['sec-websocket-key'] ?? '';
  if (repeated.includes('sec-websocket-key') || !isValidKey(key)) throw new HandshakeError('ERR_KEY');
  const extensions = parseExtensions(headers['sec-websocket-extensions'] ?? '');
  const forwardedFor = parseForwardedFor(headers['x-forwarded-for'], policy.trustXForwardedFor);
  return { headers, host, ...target, version, origin, protocols, extensions, key, forwardedFor };
}

function checkHost({ headers }: RequestHead, { externalPort }: UpgradePolicy): HostPort {
  // Two `Host` headers arrive joined, which is not a valid host.
  const parsed = parseHost(headers.host);
  const isOurs = externalPort === null || parsed.port === null || parsed.port === externalPort;
  if (!isOurs) throw new HandshakeError('ERR_HOST');
  return parsed;
}

function checkSwitch({ headers, repeated }: RequestHead): void {
  if (repeated.includes('upgrade') || !hasToken(headers.upgrade, 'websocket')) throw new HandshakeError('ERR_UPGRADE');
  if (repeated.includes('connection') || !hasToken(headers.connection, 'upgrade')) {
    throw new HandshakeError('ERR_CONNECTION');
  }
  // A body is refused: a proxy in front of us would not see its bytes as frames, which allows request smuggling.
  if ((headers['content-length'] ?? '0') !== '0' || headers['transfer-encoding'] !== undefined) {
    throw new HandshakeError('ERR_REQUEST_BODY');
  }
}

function checkVersion({ headers }: RequestHead, { versions }: UpgradePolicy): number {
  const text = headers['sec-websocket-version'];
  if (text === undefined)
    throw new HandshakeError('ERR_VERSION_MISSING', { message: 'the Hixie-76 protocol is not supported' });
  // Two version headers arrive joined, which is not a number.
  if (!/^(?:0|[1-9]\d{0,2})$/.test(text)) throw new HandshakeError('ERR_VERSION');
  const version = Number(text);
  if (versions.includes(version)) return version;
  const supported = [...versions].sort((a, b) => b - a).join(', ');
  throw new HandshakeError('ERR_VERSION_UNSUPPORTED', {
    status: 426,
    headers: { Upgrade: 'websocket', 'Sec-WebSocket-Version': supported },
  });
}

function checkOrigin({ headers, repeated }: RequestHead, version: number, policy: UpgradePolicy): string | null {
  const name = version < 13 ? 'sec-websocket-origin' : 'origin';
  const origin = headers[name] ?? null;
  if (origin !== null && repeated.includes(name)) throw new HandshakeError('ERR_ORIGIN');
  if (isOriginAllowed(origin, policy.allowedOrigins, policy.allowNullOrigin)) return origin;
  throw new HandshakeError('ERR_ORIGIN_REFUSED', { status: 403 });
}

/** The parts of the response with which a server accepts. */
export interface UpgradeAnswer {
  /** The client's `Sec-WebSocket-Key`. */
  readonly key: string;
  /** The chosen subprotocol. */
  readonly protocol: string | null;
  /** The value of `Sec-WebSocket-Extensions`; `null` or `''`: none. */
  readonly extensions: string | null;
  /** The `Server` header; `null` or `''`: none. */
  readonly server: string | null;
  /** Additional headers: first the server's, then the application's for this connection. */
  readonly headers: readonly (HeaderInit | null)[];
}

const SWITCH: readonly HeaderLine[] = [
  ['Upgrade', 'websocket'],
  ['Connection', 'Upgrade'],
];

/**
 * Formats the response that opens the connection (RFC 6455, 4.2.2).
 *
 * @throws TypeError or RangeError when a part of the response breaks the header grammar
 */
export function formatAcceptResponse(answer: UpgradeAnswer, digest: Digest): Uint8Array {
  const { key, protocol, extensions, server } = answer;
  const lines: HeaderLine[] = server ? [checked('Server', server), ...SWITCH] : [...SWITCH];
  for (const headers of answer.headers) lines.push(...handshakeHeaders(headers));
  if (protocol !== null) {
    checkToken('subprotocol', protocol);
    lines.push(['Sec-WebSocket-Protocol', protocol]);
  }
  lines.push(['Sec-WebSocket-Accept', createAcceptKey(key, digest)]);
  if (extensions) lines.push(checked('Sec-WebSocket-Extensions', extensions));
  return encodeHead('HTTP/1.1 101 Switching Protocols', lines);
}

function checked(name: string, value: string): HeaderLine {
  checkHeaderValue(`header ${name}`, value);
  return [name, value];
}
