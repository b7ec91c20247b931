/** Where a connection stands. `'closing'`: a Close frame was sent or received; `'closed'`: given up, or gone. */
export type ConnectionState = 'proxy-connecting' | 'connecting' | 'open' | 'closing' | 'closed';

/** Which timer ended a connection. */
export type TimeoutName = 'openHandshake' | 'closeHandshake' | 'serverConnectionDrop' | 'autoPing';

/** How a connection ended: told once, last. */
export interface CloseInfo {
  /** Both sides sent a Close frame, and nothing went wrong after it. */
  readonly wasClean: boolean;
  /** The peer's close code; `null`: its Close frame had none. 1006: there was no orderly close. */
  readonly code: number | null;
  /** The peer's reason, or, where there was no orderly close, what happened. */
  readonly reason: string | null;
  /** Who began it: we (also by failing the connection), the peer, or the transport that was lost. */
  readonly closedBy: 'local' | 'remote' | 'transport';
  /** How far the connection had come. */
  readonly stage: 'proxy-connecting' | 'connecting' | 'open' | 'closing';
  /** What our Close frame said; `null`: none was sent, or it was empty. */
  readonly localCode: number | null;
  readonly localReason: string | null;
  /** The timer that ended it. */
  readonly timeout: TimeoutName | null;
  /** The last error: a ProtocolError, a HandshakeError, the transport's, or what a listener threw. */
  readonly error: unknown;
}
