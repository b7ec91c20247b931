// What a program is told of its connection: the variables of CGI (RFC 3875, 4.1), as websocketd gives them.

import type { ConnectionRequest, TransportDetails } from '@ws/types';
import { VERSION } from '../version.ts';

/**
 * Headers that are not passed on: credentials, which programs that we run have no use for; and `Proxy`, which would
 * become `HTTP_PROXY` and send the program's own requests wherever the client wants.
 */
const KEPT_BACK = new Set(['proxy', 'authorization', 'proxy-authorization', 'sec-websocket-key']);

/**
 * The environment of the program for one connection. Of our own only what is in `passEnv`.
 *
 * @param resource path and query as they were sent
 */
export function cgiEnvironment(
  request: ConnectionRequest,
  resource: string,
  details: TransportDetails | null,
  passEnv: readonly string[],
): Record<string, string> {
  const env: Record<string, string> = {};
  for (const name of passEnv) {
    const value = process.env[name];
    if (value !== undefined) env[name] = value;
  }
  const peer = splitAddress(details?.peer ?? null);
  const own = splitAddress(details?.own ?? null);
  const query = new URLSearchParams(
    Object.entries(request.params).flatMap(([name, values]) => values.map((value): [string, string] => [name, value])),
  ).toString();
  Object.assign(env, {
    GATEWAY_INTERFACE: 'CGI/1.1',
    SERVER_SOFTWARE: `wsc/${VERSION}`,
    SERVER_PROTOCOL: 'HTTP/1.1',
    REQUEST_METHOD: 'GET',
    SCRIPT_NAME: '',
    PATH_INFO: request.path,
    QUERY_STRING: query,
    REQUEST_URI: resource,
    SERVER_NAME: request.host,
    SERVER_PORT: own.port,
    REMOTE_ADDR: peer.address,
    REMOTE_HOST: peer.address,
    REMOTE_PORT: peer.port,
    ...(details?.isSecure ? { HTTPS: 'on' } : {}),
  });
  for (const [name, value] of Object.entries(request.headers)) {
    if (!KEPT_BACK.has(name)) env[`HTTP_${name.toUpperCase().replaceAll('-', '_')}`] = value;
  }
  // A NUL would end the variable, or make starting the program impossible.
  return Object.fromEntries(Object.entries(env).map(([name, value]) => [name, value.replaceAll('\0', '')]));
}

/** Takes `tcp4:127.0.0.1:52914` apart; empty where it is nothing of that kind. */
function splitAddress(text: string | null): { readonly address: string; readonly port: string } {
  const [, address = '', port = ''] = /^tcp[46]:(.*):(\d+)$/.exec(text ?? '') ?? [];
  return { address, port };
}
