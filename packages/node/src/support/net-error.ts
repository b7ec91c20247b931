// What can go wrong before there is a connection, or a listening port: one stable code each, Node's error as `cause`,
// and a message that says where.

import { WsError } from '@ws/util';

export type ConnectErrorCode =
  | 'ERR_DNS'
  | 'ERR_REFUSED'
  | 'ERR_TIMEOUT'
  | 'ERR_UNREACHABLE'
  | 'ERR_RESET'
  | 'ERR_CERTIFICATE'
  | 'ERR_TLS'
  | 'ERR_PERMISSION'
  | 'ERR_UNSUPPORTED'
  | 'ERR_CONNECT';

export type ListenErrorCode =
  | 'ERR_PORT_TAKEN'
  | 'ERR_PERMISSION'
  | 'ERR_ADDRESS'
  | 'ERR_CERTIFICATE'
  | 'ERR_UNSUPPORTED'
  | 'ERR_LISTEN';

/** The transport to a server or proxy could not be opened. */
export class ConnectError extends WsError<ConnectErrorCode> {
  override readonly name = 'ConnectError';
}

/** A port could not be listened on. */
export class ListenError extends WsError<ListenErrorCode> {
  override readonly name = 'ListenError';
}

/** Where a connection goes to or a port is. */
export interface Place {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a Unix domain socket. */
  readonly path?: string | undefined;
}

/** `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`, `*:80`. */
export function formatPlace({ host, port, path }: Place): string {
  if (path !== undefined) return `unix:${path}`;
  const name = host === undefined || host === '' ? '*' : host.includes(':') ? `[${host}]` : host;
  return `${name}:${port ?? 0}`;
}

const CONNECT_CODES: Readonly<Record<string, readonly [code: ConnectErrorCode, text: string]>> = {
  ENOTFOUND: ['ERR_DNS', 'the name cannot be resolved'],
  EAI_AGAIN: ['ERR_DNS', 'the name cannot be resolved now'],
  EAI_FAIL: ['ERR_DNS', 'the name cannot be resolved'],
  EAI_NODATA: ['ERR_DNS', 'the name has no address'],
  ECONNREFUSED: ['ERR_REFUSED', 'the connection was refused'],
  ENOENT: ['ERR_REFUSED', 'there is no such socket'],
  ETIMEDOUT: ['ERR_TIMEOUT', 'the connection took too long'],
  EHOSTUNREACH: ['ERR_UNREACHABLE', 'the host cannot be reached'],
  ENETUNREACH: ['ERR_UNREACHABLE', 'the network cannot be reached'],
  EADDRNOTAVAIL: ['ERR_UNREACHABLE', 'the address is not available'],
  EADDRINUSE: ['ERR_UNREACHABLE', 'the local address is in use'],
  ECONNRESET: ['ERR_RESET', 'the connection was reset'],
  EPIPE: ['ERR_RESET', 'the connection was reset'],
  EACCES: ['ERR_PERMISSION', 'permission was denied'],
  EPERM: ['ERR_PERMISSION', 'permission was denied'],
};

const LISTEN_CODES: Readonly<Record<string, readonly [code: ListenErrorCode, text: string]>> = {
  EADDRINUSE: ['ERR_PORT_TAKEN', 'it is taken'],
  EACCES: ['ERR_PERMISSION', 'permission was denied'],
  EPERM: ['ERR_PERMISSION', 'permission was denied'],
  EADDRNOTAVAIL: ['ERR_ADDRESS', 'this machine does not have the address'],
  ENOTFOUND: ['ERR_ADDRESS', 'the name cannot be resolved'],
  EAI_AGAIN: ['ERR_ADDRESS', 'the name cannot be resolved now'],
  ENOENT: ['ERR_ADDRESS', 'the directory does not exist'],
};

/** The typed error for whatever Node reported while connecting. */
export function connectError(place: Place, cause: unknown): ConnectError {
  if (cause instanceof ConnectError) return cause;
  const [code, text] = CONNECT_CODES[codeOf(cause)] ?? describeTls(cause);
  return new ConnectError(code, `cannot connect to ${formatPlace(place)}: ${text}`, { cause });
}

/** The typed error for whatever Node reported while listening. */
export function listenError(place: Place, cause: unknown): ListenError {
  const [code, text] = LISTEN_CODES[codeOf(cause)] ?? ['ERR_LISTEN', messageOf(cause)];
  return new ListenError(code, `cannot listen on ${formatPlace(place)}: ${text}`, { cause });
}

/** A name such as `ECONNREFUSED`; of several attempts (IPv4 and IPv6) that of the first. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

/** What OpenSSL and Node call the ways in which a certificate fails. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ISSUER|CRL|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH/;

function describeTls(cause: unknown): readonly [ConnectErrorCode, string] {
  const code = codeOf(cause);
  const message = messageOf(cause);
  // Alerts are of the peer, about us: not of its certificate.
  if (CERTIFICATE_CODE.test(code) && !code.includes('ALERT')) {
    return ['ERR_CERTIFICATE', `the certificate is not trusted: ${message}`];
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') {
    return ['ERR_TLS', `the TLS handshake failed: ${reasonOf(cause) ?? message}`];
  }
  return ['ERR_CONNECT', message];
}

/** What OpenSSL says in a few words; the message has file and line as well. */
function reasonOf(error: unknown): string | null {
  const { reason } = error as { readonly reason?: unknown };
  if (typeof reason !== 'string' || reason === '') return null;
  return reason === 'wrong version number' ? `${reason} (does the server speak TLS?)` : reason;
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error);
}
