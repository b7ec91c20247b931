import { HandshakeError } from '../errors/handshake-error.ts';
import { parseHostPort } from './host-header.ts';

/** An origin (RFC 6454, 4), scheme and host in lower case, IPv6 with brackets. */
export interface Origin {
  /** Empty where the text has no scheme (`//example.com`). */
  readonly scheme: string;
  readonly host: string;
  /** The scheme's default port where the text has none; `null` when the scheme has no default that we know. */
  readonly port: number | null;
}

/** A pattern, split at its stars. Made by {@link compileOriginPatterns}. */
export type OriginPattern = readonly string[];

/**
 * Reads an `Origin` header. Path, query and user name do not belong there, and are ignored.
 *
 * @returns `null` for the opaque origin: `null`, and `file:` URLs
 * @throws {@link HandshakeError} when there is no host, or no valid port
 */
export function parseOrigin(text: string): Origin | null {
  const lower = text.toLowerCase();
  if (lower === 'null' || lower.startsWith('file:')) return null;
  // A backslash is refused in an authority: browsers end the host there, other parsers do not.
  const [, scheme = '', authority] = /^(?:([a-z][a-z\d+.-]*):)?\/\/([^/?#\\]*)(?:[/?#]|$)/.exec(lower) ?? [];
  if (authority === undefined) throw new HandshakeError('ERR_ORIGIN');
  const endpoint = authority.slice(authority.lastIndexOf('@') + 1);
  const parsed = parseHostPort(endpoint);
  if (parsed === null) throw new HandshakeError('ERR_ORIGIN');
  return { scheme, host: parsed.host, port: parsed.port ?? defaultPort(scheme) };
}

/**
 * Prepares patterns such as `https://*.example.com`. A star stands for any characters, also dots and slashes; all
 * other characters stand for themselves, in any case. A pattern without a port allows the scheme's default port only.
 */
export function compileOriginPatterns(patterns: readonly string[]): OriginPattern[] {
  return patterns.map(pattern => pattern.toLowerCase().split('*'));
}

/**
 * Whether a page of this origin may connect (RFC 6455, 10.2). A pattern has to match the whole of
 * `scheme://host:port`, or of `scheme://host` where the port is the scheme's own.
 *
 * @param origin the header; a client that sends none is not a browser, and is allowed
 * @param allowNullOrigin whether the opaque origin is allowed: no pattern ever matches it
 * @throws {@link HandshakeError} `ERR_ORIGIN` when the header is malformed
 */
export function isOriginAllowed(
  origin: string | null,
  patterns: readonly OriginPattern[],
  allowNullOrigin: boolean,
): boolean {
  if (origin === null) return true;
  const parsed = parseOrigin(origin);
  if (parsed === null) return allowNullOrigin;
  const { scheme, host, port } = parsed;
  const short = `${scheme}://${host}`;
  const full = `${short}:${port ?? ''}`;
  const isDefaultPort = port === defaultPort(scheme);
  return patterns.some(pattern => matches(pattern, full) || (isDefaultPort && matches(pattern, short)));
}

/** Matches in linear time: each piece is searched once, after the piece before it, without backtracking. */
function matches(pieces: OriginPattern, text: string): boolean {
  const first = pieces[0]!;
  const last = pieces[pieces.length - 1]!;
  if (pieces.length === 1) return text === first;
  const end = text.length - last.length;
  if (!text.startsWith(first) || !text.endsWith(last)) return false;
  let at = first.length;
  for (const piece of pieces.slice(1, -1)) {
    const found = text.indexOf(piece, at);
    if (found < 0) return false;
    at = found + piece.length;
  }
  return at <= end;
}

function defaultPort(scheme: string): number | null {
  return scheme === 'http' ? 80 : scheme === 'https' ? 443 : null;
}
