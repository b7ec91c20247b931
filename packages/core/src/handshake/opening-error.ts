import type { CloseInfo } from '../closing/close-info.ts';
import { HandshakeError } from '../errors/handshake-error.ts';

/** Why a connection that never opened did not, as `opened` rejects with. */
export function gone(info: CloseInfo): unknown {
  if (info.error instanceof HandshakeError) return info.error;
  const code = info.timeout === 'openHandshake' ? 'ERR_HANDSHAKE_TIMEOUT' : 'ERR_HANDSHAKE_ENDED';
  return new HandshakeError(code, { status: null, ...(info.error === null ? {} : { cause: info.error }) });
}
