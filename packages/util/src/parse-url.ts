import { decodeTextLossy } from './text.ts';
import { HOST, resourceOfSocket, type UrlParts } from './url-parts.ts';

/**
 * Parses a `ws:` or `wss:` URL (RFC 6455, 3). {@link createUrl} is its inverse.
 *
 * Leading blanks, tabs and line ends anywhere, and user name and password are dropped. `;parameters` after the last segment
 * of the path stay in `resource`, but not in `path`. Invalid escapes are left as they are. Names beyond ASCII are not
 * converted.
 *
 * @throws TypeError when `url` is not a string, RangeError when it is not a `ws:` or `wss:` URL, has a fragment, or has a port
 * beyond 1..65535
 * @example parseUrl('wss://example.com/chat?room=1').params // { room: ['1'] }
 */
export function parseUrl(url: string): UrlParts {
  if (typeof url !== 'string') throw new TypeError('the URL must be a string');
  const text = url.trimStart().replace(/[\t\n\r]/g, '');
  const scheme = /^wss?:/i.exec(text)?.[0];
  if (scheme === undefined) throw new RangeError('not a ws: or wss: URL');
  // This matches any text: every group is optional, and the last one takes the rest.
  const [, authority = '', rawPath = '', query = '', fragment = ''] =
    /^(?:\/\/([^/?#]*))?([^?#]*)(?:\?([^#]*))?#?(.*)$/s.exec(text.slice(scheme.length))!;
  if (fragment !== '') throw new RangeError('a WebSocket URL has no fragment');
  if (/[^ -~\x80-\uffff]/.test(text)) throw new RangeError('a URL has no control characters');

  const isSecure = scheme.length === 4;
  // Browsers end the host at a backslash. It is rejected, so that no URL means different hosts here and there.
  if (authority.includes('\\')) throw new RangeError("the URL's hostname is not valid");
  const endpoint = authority.slice(authority.lastIndexOf('@') + 1);
  return /^unix(:|$)/i.test(endpoint)
    ? { isSecure, ...parseSocket(endpoint[4] === ':' ? endpoint.slice(5) + rawPath : '', query) }
    : { isSecure, ...parseEndpoint(endpoint, isSecure), udsPath: null, ...parseResource(rawPath || '/', query) };
}

function parseEndpoint(endpoint: string, isSecure: boolean): Pick<UrlParts, 'hostname' | 'port'> {
  const [, host = '', digits = ''] = /^(\[.*\]|[^:]*)(?::(.*))?$/.exec(endpoint) ?? [];
  if (host === '') throw new RangeError('the URL has no hostname');
  if (!HOST.test(host)) throw new RangeError("the URL's hostname is not valid");
  const port = digits === '' ? (isSecure ? 443 : 80) : /^\d+$/.test(digits) ? Number(digits) : 0;
  if (port < 1 || port > 65535) throw new RangeError("the URL's port must be 1..65535");
  return { hostname: host.replace(/^\[|\]$/g, '').toLowerCase(), port };
}

/** @param location the text between `unix:` and the query: the socket's path, perhaps followed by a colon and a path */
function parseSocket(location: string, query: string): Omit<UrlParts, 'isSecure'> {
  // This matches any text. The path begins at the first `:/`.
  const [, socket = '', rawPath = resourceOfSocket(socket)] = /^(.*?)(?::(\/.*))?$/s.exec(location)!;
  if (socket === '') throw new RangeError('the URL has no socket path after unix:');
  return { hostname: 'unix', port: null, udsPath: decodePercent(socket), ...parseResource(rawPath, query) };
}

function parseResource(rawPath: string, query: string): Pick<UrlParts, 'resource' | 'path' | 'params'> {
  const resource = query === '' ? rawPath : `${rawPath}?${query}`;
  return { resource, path: decodePercent(rawPath.replace(/;[^/]*$/, '')), params: parseQuery(query) };
}

/** Parses form data. A name without a value, or with an empty one, is left out. */
function parseQuery(query: string): Record<string, string[]> {
  const params: Record<string, string[]> = Object.create(null);
  for (const pair of query.replace(/\+/g, ' ').split('&')) {
    const [, name, value] = /^([^=]*)=(.+)$/.exec(pair) ?? [];
    if (name === undefined || value === undefined) continue;
    const key = decodePercent(name);
    params[key] ??= [];
    params[key].push(decodePercent(value));
  }
  return params;
}

/** Decodes `%xx` as UTF-8. Bytes that are not UTF-8 become U+FFFD; invalid escapes are left as they are. */
function decodePercent(text: string): string {
  return text.replace(/(?:%[\da-f]{2})+/gi, run =>
    decodeTextLossy(Uint8Array.from(run.slice(1).split('%'), digits => Number.parseInt(digits, 16))),
  );
}
