// One WebSocket connection that is open, whoever frames its messages: the engine of `@ws/core` over a ByteStream, or a
// runtime's own WebSocket. The façades that applications use stand on this port.

import type { CloseInfo, ConnectionState } from '../connection-state.ts';

/** Which messages a {@link MessageTransportListener} wants, and in which form. Read once, by `setListener`. */
export interface Receives {
  /**
   * `'none'`: whole messages only, by `onMessage`. `'pieces'`: a message that is there whole may be told by `onMessage`,
   * any other as it comes, by `onMessageBegin`, `onMessageData` and `onMessageEnd`. `'all'`: every message as it comes.
   */
  readonly frames: 'none' | 'pieces' | 'all';
  /** Whether texts are offered by `onLentText` first. */
  readonly lentText: boolean;
}

/**
 * Hears a {@link MessageTransport}. What a method throws, or the promise that it returns rejects with, fails the
 * connection with 1011; the next event does not wait for a promise. Methods may be called within `setListener`, `resume`,
 * `close`, `fail` and `drop`.
 */
export interface MessageTransportListener {
  readonly receives: Receives;
  /** A whole message. `payload` is the listener's to keep; of text it is the UTF-8. */
  onMessage(payload: Uint8Array, isBinary: boolean): unknown;
  /**
   * A whole text, valid UTF-8, in `source[start, end)`, lent for the call.
   *
   * @returns whether it was taken; if not, `onMessage` is called with it
   */
  onLentText(source: Uint8Array, start: number, end: number): boolean;
  /** A message begins that comes in pieces. */
  onMessageBegin(isBinary: boolean): unknown;
  /** Some bytes of it, the listener's to keep. Pieces of a text end anywhere, also inside a code point. */
  onMessageData(chunk: Uint8Array): unknown;
  /** The message is complete. */
  onMessageEnd(): unknown;
  /** A pong came, also one that nobody asked for. Not called where `canPing` is false. */
  onPong(payload: Uint8Array): unknown;
  /** Nothing can be sent any more: one side began to close, or the connection was lost. Called once. */
  onClosing(): unknown;
  /**
   * The connection is gone. Called once, last, also when the listener was set after the end. What has come is told before
   * it, paused or not, unless `drop` was called.
   */
  onClose(info: CloseInfo): unknown;
}

/** Options of {@link MessageTransport.send}. */
export interface TransportSendOptions {
  /** `false`: send as it is, though compression was agreed. Default `true`. */
  readonly compress?: boolean | undefined;
}

/** Options of {@link MessageTransport.sendPrepared}. */
export interface TransportPreparedOptions {
  /**
   * Skip a connection whose network is behind, and one in the middle of a message in pieces. What was sent in the same turn
   * does not count; a transport that can only be asked for its `bufferedAmount` is behind from 64 KiB on. Default `false`.
   */
  readonly dropIfBusy?: boolean | undefined;
}

/** A message for many connections. Its payload must not be changed. */
export interface PreparedPayload {
  /** Of text the UTF-8. */
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** `false`: to be sent as it is, though compression was agreed. Default `true`. */
  readonly compress?: boolean | undefined;
}

/**
 * One open connection. It is paused until a listener is set: the first message is never lost.
 *
 * Methods that send throw a TypeError for what is no payload, an error with `code` `'ERR_NOT_OPEN'` when the connection is
 * not open, and one with `'ERR_SEND_STATE'` within a message in pieces (`sendPiece` and `endMessage`: outside of one);
 * nothing was sent then.
 */
export interface MessageTransport {
  readonly state: ConnectionState;
  /** The subprotocol that was agreed on; `null`: none. */
  readonly subprotocol: string | null;
  /** The extensions that were agreed on, as the header says them; empty: none; `null`: the runtime does not tell. */
  readonly extensions: string | null;
  /** Whether `pause` makes the peer wait. Where it is false, what comes meanwhile is kept in memory. */
  readonly canPause: boolean;
  /**
   * Which close codes `close` takes: `'application'`: 1000 and 3000 to 4999, as browsers do; `'wire'`: all that may stand in
   * a Close frame.
   */
  readonly closeCodes: 'application' | 'wire';
  /** Whether `ping` and `pong` send anything, and `onPong` is called. */
  readonly canPing: boolean;
  /** Bytes that were sent and that the network has not taken. */
  readonly bufferedAmount: number;
  /** Milliseconds from the last automatic ping to its pong; `null`: none has come. */
  readonly latency: number | null;
  /** What the closing began with: our code and reason, or the peer's; 1006 when the connection was lost. */
  readonly closingReason: { readonly code: number | null; readonly reason: string | null };
  /**
   * Sets the one listener, once, and starts the flow of messages unless `pause` was called before. What has happened
   * already is told, in order, before it returns or later.
   *
   * @throws TypeError when there is a listener; what `receives` throws: there is no listener then
   */
  setListener(listener: MessageTransportListener): void;
  /**
   * Sends a message: text when `payload` is a string or `isBinary` is false. What is sent in one turn leaves together.
   * The memory of a long payload may be sent from where it is: it must not be changed before `whenDrained`.
   */
  send(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): void;
  /**
   * The same, at once.
   *
   * @returns `true`: the network has taken everything that was sent. `false`: it has not, or the transport cannot tell yet:
   * see `whenDrained`
   */
  sendNow(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): boolean;
  /** Begins a message that is sent in pieces. Nothing else but control frames can be sent until `endMessage`. */
  beginMessage(isBinary: boolean, options?: TransportSendOptions): void;
  /** Sends a piece of the message that was begun; a transport without frames keeps it until `endMessage`. */
  sendPiece(piece: Uint8Array): void;
  /** Ends the message that was begun. */
  endMessage(): void;
  /** Makes a message that is framed, and compressed, once for all connections of the same kind. */
  prepare(payload: Uint8Array | string, isBinary: boolean, options?: TransportSendOptions): PreparedPayload;
  /**
   * Sends what `prepare` of any transport made, or an object of the same shape, which is sent as its payload.
   *
   * @returns `false`: skipped, by `dropIfBusy`
   */
  sendPrepared(prepared: PreparedPayload, options?: TransportPreparedOptions): boolean;
  /**
   * Calls back once when the network has taken everything, perhaps before it returns; with an error when the connection
   * is gone before, also while there is no listener. `onDrained` must not throw. A transport that can only be asked looks
   * again in the next tasks.
   */
  whenDrained(onDrained: (error: unknown) => void): void;
  /** No message comes until `resume`. Pings and Close frames are still answered, as far as the transport looks ahead. */
  pause(): void;
  resume(): void;
  /** Sends a ping of at most 125 bytes. Does nothing when not open. @throws TypeError, RangeError */
  ping(payload: Uint8Array): void;
  /** Sends a pong that nobody asked for. Does nothing when not open. @throws TypeError, RangeError */
  pong(payload: Uint8Array): void;
  /**
   * Starts the closing handshake; does nothing when it has begun. The state is `'closing'` until `onClose`, which follows
   * within the transport's own limits of time.
   *
   * @param code one of `closeCodes`; `null`: the frame is empty
   * @param reason at most 123 bytes of UTF-8
   * @throws TypeError, RangeError
   */
  close(code: number | null, reason: string | null): void;
  /**
   * Fails the connection (RFC 6455, 7.1.7): with the `closeCode` of the error if it has one, else with 1011; where
   * `closeCodes` has not that code, with 3000 more (4011). A connection that has failed cannot fail again, and its closing
   * handshake goes on.
   */
  fail(error: unknown): void;
  /**
   * Ends the connection at once, where the runtime can without a Close frame. `onClose` follows, with 1006. Messages that
   * have come and were not told, because of `pause` or for want of a listener, are dropped.
   */
  drop(): void;
}
