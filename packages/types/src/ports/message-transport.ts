// One open WebSocket connection. Its messages are framed by the engine of `@ws/core` over a ByteStream, or by a runtime's own
// WebSocket. The façades that applications use are built on this port.

import type { CloseInfo, ConnectionState } from '../connection-state.ts';

/** The form in which a {@link MessageTransportListener} receives messages. Read once, by `setListener`. */
export interface Receives {
  /**
   * `'none'`: whole messages only, by `onMessage`. `'pieces'`: a message that is complete already may be delivered by
   * `onMessage`; any other is delivered as it arrives, by `onMessageBegin`, `onMessageData` and `onMessageEnd`. `'all'`: every
   * message is delivered as it arrives.
   */
  readonly frames: 'none' | 'pieces' | 'all';
  /** Whether text messages are offered to `onLentText` first. */
  readonly lentText: boolean;
}

/**
 * Receives the events of a {@link MessageTransport}. When a method throws, or a promise that it returns rejects, the
 * connection fails with 1011. The next event does not wait for a promise. Methods may be called within `setListener`,
 * `resume`, `close`, `fail` and `drop`.
 */
export interface MessageTransportListener {
  readonly receives: Receives;
  /** Called with a whole message. `payload` belongs to the listener; of a text message it is the UTF-8. */
  onMessage(payload: Uint8Array, isBinary: boolean): unknown;
  /**
   * Called with a whole text message, valid UTF-8, in `source[start, end)`. The memory is lent for the call.
   *
   * @returns whether the listener took the text; if not, `onMessage` is called with it
   */
  onLentText(source: Uint8Array, start: number, end: number): boolean;
  /** Called when a message begins that is delivered in pieces. */
  onMessageBegin(isBinary: boolean): unknown;
  /** Called with the next bytes of that message, which belong to the listener. A piece of text may end inside a code point. */
  onMessageData(chunk: Uint8Array): unknown;
  /** Called when that message is complete. */
  onMessageEnd(): unknown;
  /** Called for each pong, also an unsolicited one. Not called when `canPing` is false. */
  onPong(payload: Uint8Array): unknown;
  /** Called once, when nothing can be sent any more: one side began to close, or the connection was lost. */
  onClosing(): unknown;
  /**
   * Called once, last, when the connection is gone, also when the listener was set after the end. Events that arrived are
   * delivered before, paused or not, unless `drop` was called.
   */
  onClose(info: CloseInfo): unknown;
}

/** Options of {@link MessageTransport.send}. */
export interface TransportSendOptions {
  /** `false`: send the message uncompressed even if compression was negotiated. Default `true`. */
  readonly compress?: boolean | undefined;
}

/** Options of {@link MessageTransport.sendPrepared}. */
export interface TransportPreparedOptions {
  /**
   * Whether to skip a connection whose network is behind, or that is sending a message in pieces. Messages sent in the same
   * turn do not count. A transport that only has a `bufferedAmount` to look at is behind from 64 KiB on. Default `false`.
   */
  readonly dropIfBusy?: boolean | undefined;
}

/** A message prepared for many connections. Its payload must not be changed. */
export interface PreparedPayload {
  /** The payload; of text, the UTF-8. */
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** `false`: the message is sent uncompressed even if compression was negotiated. Default `true`. */
  readonly compress?: boolean | undefined;
}

/**
 * One open connection. It is paused until a listener is set, so the first message is never lost.
 *
 * Methods that send throw a TypeError for an invalid payload, an error with `code` `'ERR_NOT_OPEN'` when the connection is
 * not open, and one with `'ERR_SEND_STATE'` within a message in pieces (`sendPiece` and `endMessage`: outside of one). Nothing
 * was sent in these cases.
 */
export interface MessageTransport {
  readonly state: ConnectionState;
  /** The negotiated subprotocol; `null`: none. */
  readonly subprotocol: string | null;
  /** The negotiated extensions as in the header. Empty: none. `null`: the runtime does not tell. */
  readonly extensions: string | null;
  /** Whether `pause` makes the peer wait. If `false`, messages that arrive while paused are kept in memory. */
  readonly canPause: boolean;
  /**
   * Close codes that `close` accepts. `'application'`: 1000 and 3000 to 4999, as in browsers. `'wire'`: all codes that are
   * allowed in a Close frame.
   */
  readonly closeCodes: 'application' | 'wire';
  /** Whether `ping` and `pong` send a frame, and `onPong` is called. */
  readonly canPing: boolean;
  /** Bytes that were sent and that the network has not taken yet. */
  readonly bufferedAmount: number;
  /** Milliseconds from the last automatic ping to its pong; `null`: no such pong has arrived. */
  readonly latency: number | null;
  /** Code and reason of the Close frame that began the closing, ours or the peer's; 1006 when the connection was lost. */
  readonly closingReason: { readonly code: number | null; readonly reason: string | null };
  /**
   * Sets the listener, which can be done only once, and starts the flow of messages unless `pause` was called before. Earlier
   * events are delivered in order, before `setListener` returns or later.
   *
   * @throws TypeError when there is a listener already; the error of a `receives` that throws, and then no listener is set
   */
  setListener(listener: MessageTransportListener): void;
  /**
   * Sends a message, as text when `payload` is a string or `isBinary` is false. Messages sent in one turn are written together.
   * A long payload may be sent without a copy, so it must not be changed before `whenDrained`.
   */
  send(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): void;
  /**
   * Like `send`, but writes at once.
   *
   * @returns `true`: the network has taken everything that was sent. `false`: it has not, or the transport cannot tell yet; see
   * `whenDrained`
   */
  sendNow(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): boolean;
  /** Begins a message that is sent in pieces. Until `endMessage` only control frames can be sent besides its pieces. */
  beginMessage(isBinary: boolean, options?: TransportSendOptions): void;
  /** Sends a piece of the message that was begun. A transport without frames keeps it until `endMessage`. */
  sendPiece(piece: Uint8Array): void;
  /** Ends the message that was begun. */
  endMessage(): void;
  /** Prepares a message that is framed and compressed only once for all connections of the same kind. */
  prepare(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): PreparedPayload;
  /**
   * Sends a message that `prepare` of any transport made. Of another object of that shape the payload is sent.
   *
   * @returns `false` when the message was skipped because of `dropIfBusy`, else `true`
   */
  sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions): boolean;
  /**
   * Calls `onDrained` once, when the network has taken everything, perhaps before `whenDrained` returns; with an error when
   * the connection is gone first, also while there is no listener. `onDrained` must not throw. A transport without a drain
   * event polls in the next tasks.
   */
  whenDrained(onDrained: (error: unknown) => void): void;
  /**
   * Stops the delivery of messages until `resume`. Pings and Close frames are still answered, as far as the transport looks
   * ahead.
   */
  pause(): void;
  resume(): void;
  /** Sends a ping with at most 125 bytes. Does nothing when the connection is not open. @throws TypeError, RangeError */
  ping(payload: Uint8Array): void;
  /**
   * Sends an unsolicited pong, at most 125 bytes. Does nothing when the connection is not open. @throws TypeError, RangeError
   */
  pong(payload: Uint8Array): void;
  /**
   * Starts the closing handshake. Does nothing when it has begun. The state is `'closing'` until `onClose`, which follows
   * within the transport's own timeouts.
   *
   * @param code one that `closeCodes` allows; `null`: the Close frame is empty
   * @param reason at most 123 bytes of UTF-8
   * @throws TypeError, RangeError
   */
  close(code: number | null, reason: string | null): void;
  /**
   * Fails the connection (RFC 6455, 7.1.7) with the `closeCode` of the error, or with 1011 if it has none. When `closeCodes`
   * does not allow the code, 3000 is added to it (1011 becomes 4011). Failing a connection again has no effect; its closing
   * handshake goes on.
   */
  fail(error: unknown): void;
  /**
   * Ends the connection at once, without a Close frame if the runtime can do that. `onClose` follows with 1006. Messages that
   * were not delivered yet, because of `pause` or for want of a listener, are dropped.
   */
  drop(): void;
}
