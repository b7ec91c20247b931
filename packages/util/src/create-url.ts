import { HOST_NAME, IPV6, resourceOfSocket, type UrlParam, type UrlParams, type UrlTarget } from './url-parts.ts';

/**
 * Makes a `ws:` or `wss:` URL (RFC 6455, 3). The port is always written.
 *
 * A Unix domain socket is `ws://unix:/run/app.sock`; the resource then is the socket's path, as in other systems with
 * this form. Any other resource follows after a second colon: `ws://unix:/run/app.sock:/chat?room=1`.
 *
 * @throws TypeError when a part has the wrong type, RangeError when it has no place in a URL
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
  if (typeof hostname !== 'string') throw new TypeError('hostname must be a string');
  if (typeof isSecure !== 'boolean') throw new TypeError('isSecure must be a boolean');
  const scheme = isSecure ? 'wss://' : 'ws://';
  const isUnix = hostname.toLowerCase() === 'unix';
  const given = resource === null ? formatPath(path ?? (isUnix ? '' : '/')) + formatQuery(params) : checked(resource);
  if (isUnix) {
    if (port !== null) throw new RangeError('a Unix socket has no port');
    return `${scheme}unix:${formatSocket(udsPath, given)}`;
  }
  if (udsPath !== null) throw new RangeError("udsPath goes with hostname 'unix'");
  return `${scheme}${formatHost(hostname)}:${formatPort(port ?? (isSecure ? 443 : 80))}${given}`;
}

function formatHost(hostname: string): string {
  const address = hostname.replace(/^\[(.*)\]$/, '$1');
  if (IPV6.test(address)) return `[${address}]`;
  if (!HOST_NAME.test(hostname)) throw new RangeError('hostname is not a host name');
  return hostname;
}

function formatPort(port: number): number {
  if (typeof port !== 'number') throw new TypeError('port must be a number');
  if (!Number.isInteger(port) || port < 1 || port > 65535) throw new RangeError('port must be 1..65535');
  return port;
}

function formatSocket(udsPath: string | null, resource: string): string {
  if (typeof udsPath !== 'string') throw new TypeError("hostname 'unix' needs a udsPath");
  if (udsPath === '') throw new RangeError('udsPath is empty');
  // A colon stays one, unless it looked like the second colon.
  const socket = wellFormed(udsPath).replace(/[^\w.~!$&'()*+,=:/-]|:(?=\/)/gu, encodeURIComponent);
  const implied = resourceOfSocket(socket);
  if (resource[0] !== '/') return socket + resource;
  const rest = resource.slice(implied.length);
  return resource.startsWith(implied) && /^(\?|$)/.test(rest) ? socket + rest : `${socket}:${resource}`;
}

function formatPath(path: string): string {
  if (typeof path !== 'string') throw new TypeError('path must be a string');
  const slash = path === '' || path[0] === '/' ? '' : '/';
  return slash + percentEncode(path).replace(/%2F/g, '/');
}

function formatQuery(params: UrlParams | null): string {
  if (typeof params !== 'object') throw new TypeError('params must be an object');
  const pairs: string[] = [];
  for (const [name, values] of Object.entries(params ?? {})) {
    for (const value of Array.isArray(values) ? values : [values]) {
      if (value !== null && value !== undefined) pairs.push(`${escapeForm(name)}=${escapeForm(value)}`);
    }
  }
  return pairs.length > 0 ? `?${pairs.join('&')}` : '';
}

function checked(resource: string): string {
  if (typeof resource !== 'string') throw new TypeError('resource must be a string');
  if (!/^(?![^/?])[ -"$-~\x80-\uffff]*$/.test(resource)) throw new RangeError('resource is not a path and query');
  return resource;
}

function escapeForm(value: UrlParam): string {
  if (typeof value === 'object' || typeof value === 'function' || typeof value === 'symbol') {
    throw new TypeError('a parameter must be a string, number or boolean');
  }
  return percentEncode(`${value}`).replace(/%20/g, '+');
}

/** Percent-encodes all but the unreserved characters (RFC 3986, 2.3). */
function percentEncode(text: string): string {
  return encodeURIComponent(wellFormed(text)).replace(
    /[!'()*]/g,
    sign => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function wellFormed(text: string): string {
  if (/\p{Cs}/u.test(text)) throw new RangeError('half a surrogate pair has no place in a URL');
  return text;
}
