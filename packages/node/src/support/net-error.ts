// The errors that can happen before there is a connection or a listening port. Each has a stable code, Node's error as
// `cause`, and a message that says where.

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

/** The place that a connection goes to, or that a server listens on. */
export interface Place {
  readonly host?: string | undefined;
  readonly port?: number | undefined;
  /** Path of a Unix domain socket. */
  readonly path?: string | undefined;
}

/** Formats a place: `127.0.0.1:80`, `[::1]:80`, `unix:/run/x.sock`, `*:80`. */
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

/** The code of an error, such as `ECONNREFUSED`. After several attempts (IPv4 and IPv6) it is the code of the first. */
export function codeOf(error: unknown): string {
  if (typeof error !== 'object' || error === null) return '';
  if ('code' in error && typeof error.code === 'string') return error.code;
  return error instanceof AggregateError ? codeOf(error.errors[0]) : '';
}

/** Matches the codes that OpenSSL and Node use for certificates that fail. */
const CERTIFICATE_CODE = /CERT|SELF_SIGNED|UNABLE_TO_|ALTNAME|ISSUER|CRL|INVALID_(?:CA|PURPOSE)|HOSTNAME_MISMATCH/;

function describeTls(cause: unknown): readonly [ConnectErrorCode, string] {
  const code = codeOf(cause);
  const message = messageOf(cause);
  // An alert is the peer's complaint about us. It says nothing about the peer's certificate.
  if (CERTIFICATE_CODE.test(code) && !code.includes('ALERT')) {
    return ['ERR_CERTIFICATE', `the certificate is not trusted: ${message}`];
  }
  if (code.startsWith('ERR_SSL') || code.startsWith('ERR_TLS') || code === 'EPROTO') {
    return ['ERR_TLS', `the TLS handshake failed: ${reasonOf(cause) ?? message}`];
  }
  return ['ERR_CONNECT', message];
}

/** The reason in OpenSSL's few words; `null`: there is none. OpenSSL's message also has a file and a line. */
function reasonOf(error: unknown): string | null {
  const { reason } = error as { readonly reason?: unknown };
  if (typeof reason !== 'string' || reason === '') return null;
  return reason === 'wrong version number' ? `${reason} (does the server speak TLS?)` : reason;
}

function messageOf(error: unknown): string {
  return error instanceof Error && error.message !== '' ? error.message : codeOf(error) || String(error);
}
