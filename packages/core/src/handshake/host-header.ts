import { HandshakeError } from '../errors/handshake-error.ts';

/** The host and port of a `Host` header. */
export interface HostPort {
  /** IPv6 with brackets. */
  readonly host: string;
  /** `null` when none was given. */
  readonly port: number | null;
}

/** Parses host and port by the grammar of URLs (RFC 3986, 3.2.2). `null`: the text is no host, or no host and port. */
export function parseHostPort(text: string): HostPort | null {
  const [, host, digits] = /^([\w.~%!$&'()*+,;=-]+|\[[\da-f:.]+\])(?::(\d{1,5}))?$/i.exec(text) ?? [];
  const port = digits === undefined ? null : Number(digits);
  return host === undefined || (port !== null && port > 65535) ? null : { host, port };
}

/**
 * Reads a `Host` header (RFC 9110, 7.2), so strictly that a URL built from it cannot get another path, or another host.
 *
 * @throws {@link HandshakeError} when the header is missing or malformed
 */
export function parseHost(value: string | undefined): HostPort {
  const parsed = parseHostPort(value ?? '');
  if (parsed === null) throw new HandshakeError('ERR_HOST');
  return parsed;
}

/**
 * Writes host and port for a `Host` header or a CONNECT target; IPv6 gets its brackets.
 *
 * @param port `null` leaves it out
 * @throws RangeError when the arguments are not a host and a port
 */
export function formatHost(host: string, port: number | null): string {
  const name = host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
  const text = port === null ? name : `${name}:${port}`;
  // A text that parses back to the same host has no line end, no blank, and no port hidden in its name.
  if (parseHostPort(text)?.host !== name) throw new RangeError(`not a host: ${JSON.stringify(text)}`);
  return text;
}
