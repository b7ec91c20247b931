// A connection to pull from: nothing is read that nobody takes, nothing is sent that the transport does not take.

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
  /** `false`: send as it is, though compression was agreed. */
  readonly compress?: boolean | undefined;
}

/** What a connection needs of where it runs. */
export type ConnectionPlatform = Pick<Platform, 'clock' | 'random' | 'textCodec' | 'diagnostics'>;

/** What a connection is made of. */
export interface ConnectionSetup extends ConnectionLimits {
  /** Open, and without a listener. */
  readonly transport: MessageTransport;
  readonly platform: ConnectionPlatform;
  readonly transportDetails: TransportDetails | null;
  /** The other side, such as `tcp4:127.0.0.1:52914`, where the details do not say it. */
  readonly peer: string;
  readonly isClient: boolean;
  readonly path: string;
  readonly handshakeHeaders: Headers;
}

const CLEAN_ENDS: readonly number[] = [1000, 1001, 1005];

/** A WebSocket connection. Made by `connectOver`, `WebSocketRequest.accept`, or what a platform builds on them. */
export class WebSocketConnection implements AsyncIterable<Received>, AsyncDisposable {
  readonly isClient: boolean;
  readonly isServer: boolean;
  readonly local: Endpoint;
  readonly remote: Endpoint;
  /** Path and query that the client asked for. */
  readonly path: string;
  readonly subprotocol: string | null;
  /** What the other side's handshake said, names in lower case. */
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

  /** For adapters: applications are given one. */
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
    // Last: what came with the handshake is delivered now.
    this.#inbox.update();
  }

  /** How it closed: set as soon as closing begins, by either side. */
  get closed(): CloseReason | null {
    return this.#closed;
  }

  /** Resolves when the connection is gone. Never rejects. */
  get whenClosed(): Promise<CloseReason> {
    return this.#whenClosed;
  }

  /** Milliseconds from the last keepalive ping to its pong; `null`: none has come. */
  get latency(): number | null {
    return this.#transport.latency;
  }

  /** Bytes that the transport has not taken. */
  get bufferedAmount(): number {
    return this.#transport.bufferedAmount;
  }

  /**
   * Sends a message: text for a string, binary for bytes. One that is given in pieces, all strings or all bytes, is
   * sent as it comes, in frames. Messages never mix: who comes later waits.
   *
   * Resolves when the transport took everything. Aborting one in pieces that was begun fails the connection, since the
   * peer could not know that it is not complete.
   *
   * @throws ConnectionClosed, TypeError, RangeError; UsageError for one that is longer than `maxMessageSize`
   */
  sendMessage(message: OutgoingData, options?: SendMessageOptions): Promise<void> {
    return this.#outbox.send(message, options?.compress === false, options?.signal);
  }

  /**
   * The next message. Several may wait; each gets one, in order.
   *
   * @throws ConnectionClosed when there will be none: messages that came before the peer closed can still be had, not
   * so after `close`
   */
  getMessage({ signal }: Cancellable = {}): Promise<Received> {
    return nextMessage(this.#inbox, signal);
  }

  /**
   * The next message, chunk by chunk as it comes: strings of a text, bytes of a binary message. Not more is read than
   * is taken. Leave it before its end, and the rest is skipped; aborted before its first chunk it takes no message along.
   */
  receive(options: Cancellable = {}): AsyncGenerator<Received, void, undefined> {
    return chunksOf(this.#inbox, options.signal, () => this.#closedError());
  }

  /** Messages until the connection closes: ends on 1000, 1001 and 1005, throws ConnectionClosed on others. */
  [Symbol.asyncIterator](): AsyncIterableIterator<Received> {
    return this.messages();
  }

  /** The same, for a loop that can be aborted: `for await (const message of connection.messages({ signal }))`. */
  messages({ signal }: Cancellable = {}): AsyncIterableIterator<Received> {
    return new Messages(this.#inbox, signal, isCleanEnd);
  }

  /**
   * The connection as a pair of web streams, such as `await new WebSocketStream(url).opened` gives: each chunk is one
   * message, and one that is written may be in pieces, a stream for one. Nothing is taken that is not read, and a write
   * is done when the transport took it.
   *
   * `writable.close()` and `readable.cancel()` close with 1000. `abort(reason)` and `cancel(reason)` close with the code
   * that the reason carries, as `{ closeCode, reason }` or a CloseReason, and with 1011 for any other. The streams end as
   * an iteration does: orderly on 1000, 1001 and 1005, with ConnectionClosed on others.
   */
  streams(): MessageStreams {
    return streamsOf(this, isCleanEnd);
  }

  /**
   * Pings the peer; resolves with the milliseconds to its pong.
   *
   * @param payload at most 125 bytes, by default 8 random ones; none that is under way
   * @throws ConnectionClosed, also when the connection closes meanwhile; TypeError, RangeError
   */
  async ping(payload?: Uint8Array | string, { signal }: Cancellable = {}): Promise<number> {
    throwIfAborted(signal);
    this.#checkPing();
    return await this.#pings.ping(payload, signal);
  }

  /** Sends a pong that nobody asked for: at most 125 bytes, by default none. Resolves when the transport took it. */
  async pong(payload: Uint8Array | string = '', { signal }: Cancellable = {}): Promise<void> {
    throwIfAborted(signal);
    this.#checkPing();
    if (this.#closed !== null) throw this.#closedError();
    this.#transport.pong(typeof payload === 'string' ? encodeText(payload) : payload);
    await this.#outbox.drained(signal);
  }

  /**
   * Closes: sends a Close frame, drops what was not read, waits for the peer's answer. Called again, or while the peer
   * closes, it waits for the same end.
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

  /** Drops the connection at once, without a Close frame. */
  terminate(): void {
    this.#transport.drop();
  }

  /** Closes with 1000; a peer that does not answer is dropped, and that is no error here. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close().catch(() => {});
  }

  /** Waits for the end; drops a peer that does not answer in time, where the transport has not done so. */
  async #awaitEnd(): Promise<CloseReason> {
    const limit = this.#disconnectTimeout;
    let isLate = false;
    const onLate = (): void => {
      isLate = true;
      this.#transport.drop();
    };
    const timer = isLimited(limit) ? this.#clock.setTimer(limit, onLate) : null;
    const { timeout } = await this.#gone;
    timer?.cancel();
    if (isLate || timeout === 'closeHandshake') throw new DisconnectionTimeout(limit);
    return await this.#whenClosed;
  }

  /** Closing began: who waits for a message, or for a piece to send, need not wait for the transport to be gone. */
  #onClosing(): void {
    const { code, reason } = this.#transport.closingReason;
    this.#closed ??= new CloseReason(code ?? 1005, reason);
    this.#inbox.close(() => this.#closedError(), false);
    this.#outbox.close();
    this.#pings.fail();
  }

  #onClosed({ code, reason, wasClean, localCode, closedBy, error }: CloseInfo): void {
    // What we failed the connection with says more than what the peer made of it.
    const hasFailed = error instanceof ProtocolError || (!wasClean && closedBy === 'local' && this.#closing === null);
    if (!hasFailed || localCode === null || this.#closed === null) this.#closed = new CloseReason(code ?? 1005, reason);
    this.#inbox.close(() => this.#closedError(), false);
    this.#pings.fail();
  }

  /** Without pings a ping would wait for ever. */
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

/** There is always one: an empty Close frame has no code to tell. */
function requireCode(code: unknown): unknown {
  if (typeof code !== 'number') throw new TypeError('close code must be a number');
  return code;
}
