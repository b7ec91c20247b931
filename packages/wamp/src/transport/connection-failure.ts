import { ProtocolError as WebSocketProtocolError } from '@ws/core';
import { ProtocolError } from '../errors.ts';

/** Fails a WebSocket connection with a code and a reason of our own. */
export class ConnectionFailure extends WebSocketProtocolError {
  override readonly closeCode: number;
  constructor(closeCode: number, reason: string, cause?: unknown) {
    super('ERR_SUBPROTOCOL_VIOLATION', { cause });
    this.closeCode = closeCode;
    this.message = reason;
  }
}

/** 1002 with what the peer did wrong; for any other error 1011, with no more than its name. */
export function failureOf(error: unknown): ConnectionFailure {
  if (error instanceof ProtocolError) return new ConnectionFailure(1002, `WAMP ${error.name}: ${error.message}`, error);
  const name = error instanceof Error ? error.name : typeof error;
  return new ConnectionFailure(1011, `WAMP internal error (${name})`, error);
}
