import { HandshakeError } from '@ws/core';
import { ConnectError, ListenError, ProxyError } from '@ws/node';
import { ConnectionDeny } from '@ws/types';

/** What `wsc` exits with. */
export const ExitStatus = {
  /** Everything went as it should; a connection was closed with 1000, 1001 or without a code. */
  OK: 0,
  /** The connection ended in another way, or what was to be done failed. */
  FAILED: 1,
  /** The command line makes no sense. */
  USAGE: 2,
  /** There is no connection: no such name, refused, too slow, certificate not trusted. */
  UNREACHABLE: 3,
  /** The server (or the proxy) answered, and would not have us. */
  REFUSED: 4,
  /** Ended by Ctrl+C or SIGTERM before it was done. */
  INTERRUPTED: 130,
} as const;

/** The command line makes no sense; the message is for the user. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** The exit status that tells of an error. */
export function statusOfError(error: unknown): number {
  if (error instanceof UsageError) return ExitStatus.USAGE;
  if (error instanceof ConnectError) return ExitStatus.UNREACHABLE;
  if (error instanceof ListenError) return ExitStatus.FAILED;
  if (error instanceof ProxyError || error instanceof ConnectionDeny) return ExitStatus.REFUSED;
  if (error instanceof HandshakeError) return error.status === null ? ExitStatus.UNREACHABLE : ExitStatus.REFUSED;
  return ExitStatus.FAILED;
}

/** The exit status for how a connection closed; `null`: its Close frame had no code. */
export function statusOfClose(code: number | null): number {
  return code === null || code === 1000 || code === 1001 || code === 1005 ? ExitStatus.OK : ExitStatus.FAILED;
}
