import { HOST, resourceOfSocket, type UrlParam, type UrlParams, type UrlTarget } from './url-parts.ts';

/**
 * Makes a `ws:` or `wss:` URL (RFC 6455, 3). The port is always written.
 *
 * A Unix domain socket is `ws://unix:/run/app.sock`. Its resource is then the path of the socket, as in other systems with
 * this form. Another resource follows a second colon: `ws://unix:/run/app.sock:/chat?room=1`.
 *
 * @throws TypeError when a part has the wrong type, RangeError when it is not allowed in a URL
 * @example createUrl({ hostname: 'localhost', port: 9000, path: '/ws' }) // 'ws://localhost:9000/ws'
 */
export function createUrl(target: UrlTarget): string {
  const {
    hostname,
    port = null,
    isSecure = false,
    path = null,
    params = null,
    udsPath = null,
    resource = null,
  } = target;
  check('hostname', hostname, 'string');
  check('isSecure', isSecure, 'boolean');
  const scheme = isSecure ? 'wss://' : 'ws://';
  const isUnix = hostname.toLowerCase() === 'unix';
  if (resource !== null) check('resource', resource, 'string', RESOURCE);
  const given = resource ?? formatPath(path ?? (isUnix ? '' : '/')) + formatQuery(params);
  if (isUnix ? port !== null : udsPath !== null) throw new RangeError("a port, or hostname 'unix' and a udsPath");
  return isUnix
    ? `${scheme}unix:${formatSocket(udsPath, given)}`
    : `${scheme}${formatHost(hostname)}:${formatPort(port ?? (isSecure ? 443 : 80))}${given}`;
}

/** A resource: empty, or a text that begins with a slash or a question mark; no fragment, no control characters. */
const RESOURCE = /^(?![^/?])[ -"$-~\x80-\uffff]*$/;

/** Text without lone surrogates, which cannot be encoded in UTF-8. */
const WELL_FORMED = /^\P{Cs}*$/u;

function check(title: string, value: unknown, type: string, grammar?: RegExp): void {
  if (typeof value !== type) throw new TypeError(`${title} must be of type ${type}`);
  if (grammar?.test(`${value}`) === false) throw new RangeError(`not a valid ${title}: ${JSON.stringify(value)}`);
}

function formatHost(hostname: string): string {
  const host = /^[^[]*:/.test(hostname) ? `[${hostname}]` : hostname;
  check('hostname', host, 'string', HOST);
  return host;
}

function formatPort(port: number): number {
  check('port', port, 'number', /^[1-9]\d*$/);
  if (port > 65535) throw new RangeError('port must be 1..65535');
  return port;
}

function formatSocket(udsPath: string | null, resource: string): string {
  check('udsPath', udsPath, 'string', /^\P{Cs}+$/u);
  // A colon is escaped only before a slash, where it would look like the second colon.
  const socket = udsPath!.replace(/[^\w.~!$&'()*+,=:/-]|:(?=\/)/gu, encodeURIComponent);
  const path = resource.replace(/\?.*/, '');
  return path === '' || path === resourceOfSocket(socket)
    ? socket + resource.slice(path.length)
    : `${socket}:${resource}`;
}

function formatPath(path: string): string {
  return percentEncode('path', path)
    .replace(/%2F/g, '/')
    .replace(/^(?=[^/])/, '/');
}

function formatQuery(params: UrlParams | null): string {
  check('params', params, 'object');
  const pairs: string[] = [];
  for (const [name, values] of Object.entries(params ?? {})) {
    for (const value of Array.isArray(values) ? values : [values]) {
      if (value !== null && value !== undefined) pairs.push(`${formatParam(name)}=${formatParam(value)}`);
    }
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function formatParam(value: NonNullable<UrlParam>): string {
  // An object is passed on as it is, and rejected as no text. Converting a symbol throws a TypeError by itself.
  return percentEncode('parameter', Object(value) === value ? value : `${value}`).replace(/%20/g, '+');
}

/** Percent-encodes all but the unreserved characters (RFC 3986, 2.3). */
function percentEncode(title: string, text: unknown): string {
  check(title, text, 'string', WELL_FORMED);
  return encodeURIComponent(text as string).replace(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
