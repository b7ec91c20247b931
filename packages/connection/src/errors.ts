import type { CloseReason } from '@ws/types';
import { WsError } from '@ws/util';

export { ConnectionRejected, ConnectionTimeout, HandshakeError, type HandshakeErrorCode } from '@ws/core';

/** Thrown by calls that come too late: the connection is closed, or closing. */
export class ConnectionClosed extends WsError<'ERR_CONNECTION_CLOSED'> {
  override readonly name = 'ConnectionClosed';
  /** How the connection closed; `null` when it never opened. */
  readonly reason: CloseReason | null;
  constructor(reason: CloseReason | null, options?: { readonly cause?: unknown }) {
    super('ERR_CONNECTION_CLOSED', `the connection is closed${reason === null ? '' : `: ${reason}`}`, options);
    this.reason = reason;
  }
}

/** The closing handshake took longer than `disconnectTimeout`; the transport was dropped. */
export class DisconnectionTimeout extends WsError<'ERR_DISCONNECTION_TIMEOUT'> {
  override readonly name = 'DisconnectionTimeout';
  /** @param timeout milliseconds */
  constructor(timeout: number) {
    super('ERR_DISCONNECTION_TIMEOUT', `no answer to the Close frame within ${timeout} ms`);
  }
}
