/**
 * State of a connection. `'closing'`: a Close frame was sent or received. `'closed'`: the connection was given up or is gone.
 */
export type ConnectionState = 'proxy-connecting' | 'connecting' | 'open' | 'closing' | 'closed';

/** A timer that can end a connection. */
export type TimeoutName = 'openHandshake' | 'closeHandshake' | 'serverConnectionDrop' | 'autoPing';

/** How a connection ended. Passed to the last event of a connection, once. */
export interface CloseInfo {
  /** Whether both sides sent a Close frame and nothing went wrong afterwards. */
  readonly wasClean: boolean;
  /** The peer's close code. `null`: its Close frame had none. 1006: there was no orderly close. */
  readonly code: number | null;
  /** The peer's reason; when there was no orderly close, a description of what happened. */
  readonly reason: string | null;
  /**
   * The side that began to close: `'local'` (also by failing the connection), `'remote'`, or `'transport'` when it was lost.
   */
  readonly closedBy: 'local' | 'remote' | 'transport';
  /** The state that the connection had reached. */
  readonly stage: 'proxy-connecting' | 'connecting' | 'open' | 'closing';
  /** The code of our Close frame; `null`: no Close frame was sent, or it was empty. */
  readonly localCode: number | null;
  readonly localReason: string | null;
  /** The timer that ended the connection; `null`: no timer did. */
  readonly timeout: TimeoutName | null;
  /** The last error: a ProtocolError, a HandshakeError, an error of the transport, or the value that a listener threw. */
  readonly error: unknown;
}
