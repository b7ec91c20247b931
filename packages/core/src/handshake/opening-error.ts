import type { CloseInfo } from '@ws/types';
import { ConnectionTimeout, HandshakeError } from '../errors/handshake-error.ts';

/** The error that `opened` rejects with when a connection ended before it was open. */
export function openingError(info: CloseInfo): unknown {
  if (info.error instanceof HandshakeError) return info.error;
  const cause = info.error === null ? {} : { cause: info.error };
  if (info.timeout === 'openHandshake') return new ConnectionTimeout(null, cause);
  return new HandshakeError('ERR_HANDSHAKE_ENDED', { status: null, ...cause });
}
