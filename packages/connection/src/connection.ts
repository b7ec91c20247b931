// A connection that is pulled from: it reads only what the application takes, and a send waits for the transport.

import { checkClose, ProtocolError, UsageError } from '@ws/core';
import {
  type Clock,
  type CloseInfo,
  CloseReason,
  type Headers,
  type MessageTransport,
  type Platform,
  type TransportDetails,
} from '@ws/types';
import { encodeText, orAborted, throwIfAborted } from '@ws/util/primitives';
import type { Cancellable } from './cancellable.ts';
import { type ConnectionLimits, isLimited } from './connection-options.ts';
import { type Endpoint, parseEndpoint } from './endpoint.ts';
import { ConnectionClosed, DisconnectionTimeout } from './errors.ts';
import { Inbox } from './inbox.ts';
import { chunksOf, Messages, nextMessage, type Received } from './incoming.ts';
import { Outbox, type OutgoingData } from './outbox.ts';
import { Pings } from './pings.ts';
import { type MessageStreams, streamsOf } from './web-streams.ts';

/** Options of {@link WebSocketConnection.sendMessage}. */
export interface SendMessageOptions extends Cancellable {
  /** `false`: the message is sent uncompressed even if compression was agreed. */
  readonly compress?: boolean | undefined;
}

/** The parts of a platform that a connection needs. */
export type ConnectionPlatform = Pick<Platform, 'clock' | 'random' | 'textCodec' | 'diagnostics'>;

/** What the constructor of a connection takes. */
export interface ConnectionSetup extends ConnectionLimits {
  /** Open, and without a listener. */
  readonly transport: MessageTransport;
  readonly platform: ConnectionPlatform;
  readonly transportDetails: TransportDetails | null;
  /** The peer's address, such as `tcp4:127.0.0.1:52914`, used where the transport details do not name it. */
  readonly peer: string;
  readonly isClient: boolean;
  readonly path: string;
  readonly handshakeHeaders: Headers;
}

const CLEAN_ENDS: readonly number[] = [1000, 1001, 1005];

/** A WebSocket connection. Made by `connectOver`, `WebSocketRequest.accept`, or by functions built on these. */
export class WebSocketConnection implements AsyncIterable<Received>, AsyncDisposable {
  readonly isClient: boolean;
  readonly isServer: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** The path and query that the client asked for. */
  readonly path: string;
  readonly subprotocol: string | null;
  /** The headers of the peer's handshake, names in lower case. */
  readonly handshakeHeaders: Headers;

  readonly #transport: MessageTransport;
  readonly #clock: Clock;
  readonly #disconnectTimeout: number;
  readonly #inbox: Inbox;
  readonly #outbox: Outbox;
  readonly #pings: Pings;
  #closed: CloseReason | null = null;
  #closing: Promise<CloseReason> | null = null;
  /** Resolves when the connection is gone. */
  readonly #gone: Promise<CloseInfo>;
  readonly #whenClosed: Promise<CloseReason>;

  /** For adapters only: applications receive connections, they do not construct them. */
  constructor(setup: ConnectionSetup) {
    const { transport, platform, transportDetails, peer, isClient } = setup;
    const isSecure = transportDetails?.isSecure === true;
    const closedError = (): ConnectionClosed => new ConnectionClosed(this.#closed);
    this.isClient = isClient;
    this.isServer = !isClient;
    this.local = parseEndpoint(transportDetails?.own ?? null, isSecure);
    this.remote = parseEndpoint(transportDetails?.peer ?? peer, isSecure);
    this.path = setup.path;
    this.subprotocol = transport.subprotocol;
    this.handshakeHeaders = setup.handshakeHeaders;
    this.#transport = transport;
    this.#clock = platform.clock;
    this.#disconnectTimeout = setup.disconnectTimeout;
    let onGone: (info: CloseInfo) => void;
    this.#gone = new Promise(resolve => {
      onGone = resolve;
    });
    this.#whenClosed = this.#gone.then(() => this.#closed!);
    this.#pings = new Pings(transport, platform, closedError);
    const owner = {
      subject: this,
      onPong: (payload: Uint8Array): void => this.#pings.onPong(payload),
      onClosing: (): void => this.#onClosing(),
      onClose: (info: CloseInfo): void => {
        this.#onClosed(info);
        onGone(info);
      },
    };
    this.#inbox = new Inbox(setup.messageQueueSize, transport, owner, platform);
    this.#outbox = new Outbox(transport, this.#inbox, closedError);
    transport.pause();
    transport.setListener(this.#inbox);
    // This comes last: it delivers the messages that came together with the handshake.
    this.#inbox.update();
  }

  /** How the connection closed: set as soon as either side begins to close. */
  get closed(): CloseReason | null {
    return this.#closed;
  }

  /** Resolves when the connection is gone. Never rejects. */
  get whenClosed(): Promise<CloseReason> {
    return this.#whenClosed;
  }

  /** Milliseconds from the last keepalive ping to its pong; `null`: no such pong has come. */
  get latency(): number | null {
    return this.#transport.latency;
  }

  /** Bytes that were sent and that the transport has not taken yet. */
  get bufferedAmount(): number {
    return this.#transport.bufferedAmount;
  }

  /**
   * Sends a message: text for a string, binary for bytes. A message may be given in pieces, all strings or all bytes:
   * each piece is sent in a frame as it comes. Messages never mix: a later call waits for its turn.
   *
   * Resolves when the transport has taken everything. Aborting a message in pieces that has begun fails the connection,
   * since the peer could not know that the message is incomplete.
   *
   * @throws ConnectionClosed, TypeError, RangeError; UsageError for a message that is longer than `maxMessageSize`
   */
  sendMessage(message: OutgoingData, options?: SendMessageOptions): Promise<void> {
    return this.#outbox.send(message, options?.compress === false, options?.signal);
  }

  /**
   * Waits for the next message. Several calls may wait at once; each gets one message, in order.
   *
   * @throws ConnectionClosed when there will be no more messages. Those that came before the peer closed can still be
   * taken; after `close` and `terminate` they are dropped
   */
  getMessage({ signal }: Cancellable = {}): Promise<Received> {
    return nextMessage(this.#inbox, signal);
  }

  /**
   * Gives the next message chunk by chunk as it comes: strings of a text message, bytes of a binary one. It reads no
   * more than the caller takes. Leaving the loop early skips the rest of the message; aborting before the first chunk
   * leaves the message to the next call.
   */
  receive(options: Cancellable = {}): AsyncGenerator<Received, void, undefined> {
    return chunksOf(this.#inbox, options.signal, () => this.#closedError());
  }

  /** Iterates over messages until the connection closes: ends on 1000, 1001 and 1005, else throws ConnectionClosed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Received> {
    return this.messages();
  }

  /** The same iteration, but abortable: `for await (const message of connection.messages({ signal }))`. */
  messages({ signal }: Cancellable = {}): AsyncIterableIterator<Received> {
    return new Messages(this.#inbox, signal, isCleanEnd);
  }

  /**
   * The connection as a pair of web streams, such as `await new WebSocketStream(url).opened` gives. Each chunk is one
   * message; a message that is written may be in pieces, such as a stream. Messages are taken from the connection only
   * when the stream is read, and a write is done when the transport has taken it.
   *
   * `writable.close()` and `readable.cancel()` close with 1000. `abort(reason)` and `cancel(reason)` close with the
   * code that the reason carries, as `{ closeCode, reason }` or a CloseReason, and with 1011 for any other reason. The
   * streams end as an iteration does: without an error on 1000, 1001 and 1005, with ConnectionClosed on other codes.
   */
  streams(): MessageStreams {
    return streamsOf(this, isCleanEnd);
  }

  /**
   * Pings the peer; resolves with the milliseconds to its pong.
   *
   * @param payload at most 125 bytes, by default 8 random ones; no other ping with the same payload may be under way
   * @throws ConnectionClosed, also when the connection closes meanwhile; TypeError, RangeError
   */
  async ping(payload?: Uint8Array | string, { signal }: Cancellable = {}): Promise<number> {
    throwIfAborted(signal);
    this.#checkPing();
    return await this.#pings.ping(payload, signal);
  }

  /** Sends an unsolicited pong: at most 125 bytes, by default none. Resolves when the transport has taken it. */
  async pong(payload: Uint8Array | string = '', { signal }: Cancellable = {}): Promise<void> {
    throwIfAborted(signal);
    this.#checkPing();
    if (this.#closed !== null) throw this.#closedError();
    this.#transport.pong(typeof payload === 'string' ? encodeText(payload) : payload);
    await this.#outbox.drained(signal);
  }

  /**
   * Closes the connection: sends a Close frame, drops unread messages, and waits for the peer's answer. Called again,
   * or while the peer closes, it waits for the same end.
   *
   * @param code 1000 to 1003, 1007 to 1014, 3000 to 4999
   * @param reason at most 123 bytes of UTF-8
   * @throws RangeError, TypeError; DisconnectionTimeout when the peer did not answer in time (it is dropped then)
   */
  close(code = 1000, reason = '', { signal }: Cancellable = {}): Promise<CloseReason> {
    try {
      checkClose(requireCode(code), reason, { codes: this.#transport.closeCodes, longReason: 'refuse' });
      throwIfAborted(signal);
    } catch (error) {
      return Promise.reject(error);
    }
    if (this.#closing === null) {
      this.#closing = this.#awaitEnd();
      this.#closing.catch(() => {});
      if (this.#closed === null) {
        this.#closed = new CloseReason(code, reason);
        this.#inbox.close(() => this.#closedError(), true);
        this.#transport.close(code, reason === '' ? null : reason);
      }
    }
    return orAborted(this.#closing, signal);
  }

  /** Drops the connection at once, without a Close frame, and unread messages with it. */
  terminate(): void {
    this.#transport.drop();
    this.#closed ??= new CloseReason(1006);
    this.#inbox.close(() => this.#closedError(), true);
  }

  /** Closes with 1000. A peer that does not answer is dropped; this does not throw. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => {});
  }

  /** Waits until the connection is gone; drops a peer that does not answer in time, unless the transport did so. */
  async #awaitEnd(): Promise<CloseReason> {
    const limit = this.#disconnectTimeout;
    let isLate = false;
    const onLate = (): void => {
      isLate = true;
      this.#transport.drop();
    };
    const timer = isLimited(limit) ? this.#clock.setTimer(limit, onLate) : null;
    const { timeout, wasClean } = await this.#gone;
    timer?.cancel();
    // A peer that has answered, and only keeps the transport open, is dropped too, but the closing handshake is done.
    const hasAnswered = wasClean || timeout === 'serverConnectionDrop';
    if (!hasAnswered && (isLate || timeout === 'closeHandshake')) throw new DisconnectionTimeout(limit);
    return await this.#whenClosed;
  }

  /** Closing has begun: calls that wait for a message or for a piece to send end now, before the transport is gone. */
  #onClosing(): void {
    const { code, reason } = this.#transport.closingReason;
    this.#closed ??= new CloseReason(code ?? 1005, reason);
    this.#inbox.close(() => this.#closedError(), false);
    this.#outbox.close();
    this.#pings.fail();
  }

  #onClosed({ code, reason, wasClean, localCode, closedBy, error }: CloseInfo): void {
    // When we failed the connection, our code says more than the one that the peer answered with.
    const hasFailed = error instanceof ProtocolError || (!wasClean && closedBy === 'local' && this.#closing === null);
    if (!hasFailed || localCode === null || this.#closed === null) this.#closed = new CloseReason(code ?? 1005, reason);
    this.#inbox.close(() => this.#closedError(), false);
    this.#pings.fail();
  }

  /** Checks that the runtime can send pings; otherwise `ping` would wait for ever. */
  #checkPing(): void {
    if (!this.#transport.canPing) throw new UsageError('ERR_UNSUPPORTED', 'this runtime sends no pings and pongs');
  }

  #closedError(): ConnectionClosed {
    return new ConnectionClosed(this.#closed);
  }
}

function isCleanEnd(error: unknown): boolean {
  return error instanceof ConnectionClosed && CLEAN_ENDS.includes(error.reason?.code ?? 1006);
}

/** Requires a close code: without one the Close frame would be empty. */
function requireCode(code: unknown): unknown {
  if (typeof code !== 'number') throw new TypeError('close code must be a number');
  return code;
}
