// One connection: bytes in, hooks called; calls in, bytes out. It knows neither sockets nor time, and it never throws
// at the stream: whatever goes wrong ends this connection, with the right code, and no other.

import type { ByteStream, ByteStreamHandler, MessageCompression } from '@ws/types';
import type { CloseInfo, ConnectionState } from '../closing/close-info.ts';
import { ClosingHandshake } from '../closing/closing-handshake.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import { ClosedError } from '../errors/usage-error.ts';
import { FIN } from '../frames/frame-header.ts';
import { FrameWriter } from '../frames/frame-writer.ts';
import { CLOSE, PING, PONG } from '../frames/opcode.ts';
import { Delivery } from '../messages/delivery.ts';
import type { FrameReader } from '../messages/frame-reader.ts';
import { MessageSender, type SendOptions } from '../messages/message-sender.ts';
import type { CommonOptions } from '../options/options.ts';
import { isPromise } from '../support/is-promise.ts';
import { log } from '../support/log.ts';
import { publish } from '../support/publish-event.ts';
import { TrafficStats } from '../support/traffic-stats.ts';
import { type ConnectionRules, connectionRules } from './connection-rules.ts';
import type { EndpointParts, EndpointSetup, Opening } from './engine-listener.ts';
import { Keepalive } from './keepalive.ts';
import type { ProducerDriver } from './producer.ts';
import { type SharedState, sharedStateOf } from './shared-resources.ts';

/** The parts of a connection report to it themselves: no connection has closures for that. */
export class Endpoint implements ByteStreamHandler, EndpointParts {
  readonly stats: TrafficStats = new TrafficStats();
  readonly closing: ClosingHandshake;
  readonly delivery: Delivery;
  stream: ByteStream;
  writer: FrameWriter;
  options: CommonOptions;
  compression: MessageCompression | null = null;
  /** What makes data as the transport takes it. */
  producer: ProducerDriver | null = null;

  readonly #setup: EndpointSetup;
  readonly #shared: SharedState;
  #opening: Opening | null = null;
  /** Set when open. */
  #rules: ConnectionRules | null = null;
  /** Of who is in the middle of a message; others borrow one when they have something to read. */
  #reader: FrameReader | null = null;
  #sender: MessageSender | null = null;
  #keepalive: Keepalive | null = null;
  #isGone = false;
  /** The peer's Close frame came: what follows does not count (RFC 6455, 5.5.1). */
  #hasReceivedClose = false;
  /** The answer to the last ping, until there is a place for it (RFC 6455, 5.5.3 allows to skip those before). */
  #pendingPong: Uint8Array | null = null;
  /** Who waits for the transport to have taken everything. */
  #flushWaiters: ((error: unknown) => void)[] | null = null;

  constructor(setup: EndpointSetup, stream: ByteStream, options: CommonOptions) {
    this.#setup = setup;
    this.stream = stream;
    this.options = options;
    this.#shared = sharedStateOf(setup.protocol.platform);
    this.delivery = new Delivery(setup, this);
    this.writer = new FrameWriter(stream, this.#shared, this);
    this.closing = new ClosingHandshake(setup.protocol.role, options, this.#shared.timers, this);
  }

  /** Frames still count. */
  get isListening(): boolean {
    return !this.#hasReceivedClose && this.state !== 'closed';
  }

  get state(): ConnectionState {
    return this.closing.state;
  }

  get sender(): MessageSender {
    this.#sender ??= new MessageSender(this.#rules!, this.writer, this.stats, this.compression);
    return this.#sender;
  }

  /** Begins: reads from the stream, and performs the opening handshake. */
  start(opening: Opening): void {
    this.#opening = opening;
    this.closing.startOpening();
    this.stream.attach(this);
    this.inTurn(() => opening.start());
  }

  /**
   * Has the stream secured (through a proxy). The stream so far tells nothing from here on: without TLS the connection
   * is gone.
   */
  async startTls(): Promise<void> {
    const { startTls } = this.stream;
    if (startTls === undefined) throw new Error('this transport has no TLS');
    const stream = await startTls.call(this.stream);
    this.stream = stream;
    this.writer = new FrameWriter(stream, this.#shared, this);
    // Dropped meanwhile: `onClose` is still to come.
    if (this.state === 'closed') stream.destroy();
    stream.attach(this);
  }

  /**
   * The opening handshake is done: frames from here on, `rest` of them already here.
   *
   * @param refusal what the application threw, that wants the connection no more; the peer is told by a Close frame
   */
  open(compression: MessageCompression | null, rest: Uint8Array, refusal?: { readonly error: unknown }): void {
    const setup = this.#setup;
    const { options, stats } = this;
    const rules = connectionRules(setup.protocol, options, compression !== null);
    this.#opening = null;
    this.compression = compression;
    this.writer.masking = rules.outgoingMasking;
    this.#rules = rules;
    // They are counted as what they are.
    stats.preopenIncomingOctetsWireLevel -= rest.length;
    this.closing.options = options;
    this.closing.open();
    if (refusal === undefined) {
      if (options.autoPingInterval > 0) {
        this.#keepalive = new Keepalive(options, this, this.#shared.timers, setup.protocol.platform);
        this.#keepalive.start();
      }
      publish(this.#setup.protocol, 'open', {});
      this.delivery.call(() => setup.onOpen());
    } else {
      this.delivery.discard();
      this.#useReader(rules).skipToClose();
      this.closing.failConnection(1000, 'refused by the application', refusal.error);
    }
    if (rest.length > 0) this.onData(rest);
  }

  onData(lent: Uint8Array): void {
    const { output } = this.#shared;
    // A subclass such as Node's Buffer has a `slice` that copies nothing.
    const bytes = lent.constructor === Uint8Array ? lent : new Uint8Array(lent.buffer, lent.byteOffset, lent.length);
    output.enter();
    try {
      if (this.#opening === null) {
        this.stats.incomingOctetsWireLevel += bytes.length;
        this.#read(this.#rules!, bytes);
      } else if (this.state !== 'closed') {
        this.stats.preopenIncomingOctetsWireLevel += bytes.length;
        this.#opening.onData(bytes);
      }
    } catch (error) {
      this.#onError(error);
    } finally {
      output.leave();
    }
  }

  onDrain(): void {
    this.inTurn(() => {
      this.writer.onDrain();
      this.#answerPing();
    });
  }

  onEnd(): void {
    this.inTurn(() => {
      this.#reader?.finish();
      this.closing.onPeerEnded();
    });
  }

  onClose(error?: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.inTurn(() => this.#finish(error));
  }

  /** Runs a task as one turn: what it sends leaves together. */
  inTurn(task: () => void): void {
    const { output } = this.#shared;
    output.enter();
    try {
      task();
    } catch (error) {
      this.#onError(error);
    } finally {
      output.leave();
    }
  }

  /** Sends a message as a turn of its own. @returns whether the transport took everything */
  sendNow(payload: Uint8Array | string, isBinary: boolean, options: SendOptions | undefined): boolean {
    const { output } = this.#shared;
    output.enter();
    try {
      this.sender.sendMessage(payload, isBinary, options);
      this.afterSend();
    } finally {
      output.leave();
    }
    return this.writer.isEmpty && !this.#isGone;
  }

  /** Sends a control frame. */
  sendControl(opcode: number, payload: Uint8Array): void {
    this.stats.outgoingOctetsWireLevel += this.writer.writeFrame(FIN | opcode, payload);
    this.afterSend();
  }

  /** Called after each send: a producer learns that it is too fast, and a peer that reads too slowly is ended. */
  afterSend(): void {
    this.#answerPing();
    if (!this.writer.isBlocked) return;
    this.producer?.onBlocked();
    const { maxBufferedAmount } = this.options;
    if (maxBufferedAmount === 0 || this.state !== 'open') return;
    if (this.writer.bufferedAmount > maxBufferedAmount) this.failConnection(new ProtocolError('ERR_BUFFERED_AMOUNT'));
  }

  /** Sends a part of the opening handshake. */
  sendHandshake(bytes: Uint8Array): void {
    this.stats.preopenOutgoingOctetsWireLevel += bytes.length;
    this.writer.writeShared(bytes);
  }

  /** Fails the connection (RFC 6455, 7.1.7); by 1011 for any error that is not the peer's. */
  failConnection(error: unknown): void {
    if (this.state === 'closed') return;
    const failure = error instanceof ProtocolError ? error : new ProtocolError('ERR_INTERNAL_ERROR', { cause: error });
    this.#log('connection-failed', failure);
    if (this.#rules !== null) this.#useReader(this.#rules).skipToClose();
    this.closing.failConnection(failure.closeCode, failure.message, error);
    this.compression?.close();
    // Reading may have been stopped; what is left to wait for is the peer's Close frame.
    this.inTurn(() => this.#readOn());
  }

  /** A hook threw, or its promise was rejected: the application is told nothing more but the end. */
  onHookFailed(error: unknown): void {
    this.#log('hook-failed', error);
    this.delivery.discard();
    this.inTurn(() => this.failConnection(error));
  }

  resumeReceiving(): void {
    this.inTurn(() => {
      this.delivery.resume();
      if (!this.delivery.isFull) this.#readOn();
    });
  }

  /** Asks the application during the opening handshake. It may take its time, in which nothing is read. */
  ask(question: () => unknown, onAnswer: (answer: unknown) => void, onError: (error: unknown) => void): void {
    let answer: unknown;
    try {
      answer = question();
    } catch (error) {
      onError(error);
      return;
    }
    if (!isPromise(answer)) {
      onAnswer(answer);
      return;
    }
    this.stream.pause();
    const goOn = (task: () => void): void => {
      // First, since the task may stop the stream again.
      if (!this.#isGone) this.stream.resume();
      this.ifConnecting(task);
    };
    answer.then(
      result => goOn(() => onAnswer(result)),
      error => goOn(() => onError(error)),
    );
  }

  /** Goes on with the opening handshake, unless it has come to an end meanwhile. */
  ifConnecting(task: () => void): void {
    if (this.state === 'connecting') this.inTurn(task);
  }

  /** Calls back when the transport has taken everything, or with an error when it is gone before. */
  whenFlushed(onFlushed: (error: unknown) => void): void {
    if (this.#isGone) {
      onFlushed(new ClosedError('the connection is closed'));
    } else if (this.writer.isEmpty) {
      this.#tellWaiters();
      onFlushed(undefined);
    } else {
      this.#flushWaiters ??= [];
      this.#flushWaiters.push(onFlushed);
    }
  }

  onControl(opcode: number, payload: Uint8Array): void {
    const { protocol } = this.#setup;
    if (opcode !== CLOSE && this.closing.failedByMe) return;
    if (opcode === CLOSE) {
      this.#hasReceivedClose = true;
      this.closing.onCloseFrame(payload);
    } else if (opcode === PING) {
      publish(protocol, 'ping', { payload });
      this.#pendingPong = payload;
      this.#answerPing();
      this.delivery.call(() => protocol.onPing(payload));
    } else {
      publish(protocol, 'pong', { payload });
      this.#keepalive?.onPong(payload);
      this.delivery.call(() => protocol.onPong(payload));
    }
  }

  #answerPing(): void {
    const pong = this.#pendingPong;
    if (pong === null || this.writer.isBlocked || this.writer.isInsideFrame) return;
    this.#pendingPong = null;
    if (this.state === 'open') this.sendControl(PONG, pong);
  }

  #read(rules: ConnectionRules, bytes: Uint8Array): void {
    const reader = this.#useReader(rules);
    reader.push(bytes);
    if (this.compression !== null || !reader.isIdle) return;
    this.#reader = null;
    this.#shared.readers.give(rules, reader);
  }

  #readOn(): void {
    if ((this.#reader?.resume() ?? this.#rules !== null) && !this.#isGone) this.stream.resume();
  }

  #useReader(rules: ConnectionRules): FrameReader {
    this.#reader ??= this.#shared.readers.take(rules, this);
    return this.#reader;
  }

  /** Something was thrown in a turn. */
  #onError(error: unknown): void {
    if (this.#opening === null) this.failConnection(error);
    else if (this.state !== 'closed') this.#opening.onFailed(error);
  }

  onTraffic(): void {
    this.#keepalive?.onTraffic();
  }

  onAutoPong(latency: number, payload: Uint8Array): void {
    this.delivery.call(() => this.#setup.protocol.onAutoPong(latency, payload));
  }

  get isWaitedFor(): boolean {
    return this.producer !== null || this.#flushWaiters !== null;
  }

  onFlushed(): void {
    // First, since a producer goes on at once.
    if (this.writer.isEmpty) this.#tellWaiters();
    this.producer?.onFlushed();
  }

  onBlocked(): void {
    this.producer?.onBlocked();
  }

  onLeaveOpen(): void {
    this.#keepalive?.stop();
    this.producer?.stop();
    this.delivery.call(() => this.#setup.protocol.onClosing());
  }

  destroyTransport(): void {
    // What the transport takes at once still goes out: the Close frame of a failure, for one.
    this.writer.flush();
    this.writer.close();
    this.stream.destroy();
  }

  /** The transport is gone: everything ends, and the application is told, once. */
  #finish(error: Error | undefined): void {
    const opening = this.#opening;
    this.#opening = null;
    this.#reader?.finish();
    this.delivery.finish();
    const info = this.closing.onTransportClosed(error);
    this.#keepalive?.stop();
    this.writer.close();
    this.compression?.close();
    this.#tellWaiters(info);
    opening?.onGone(info);
    publish(this.#setup.protocol, 'close', { ...info });
    this.delivery.call(() => this.#setup.onClose(info));
  }

  #tellWaiters(end?: CloseInfo): void {
    const waiters = this.#flushWaiters;
    this.#flushWaiters = null;
    for (const tell of waiters ?? []) tell(end && new ClosedError('the connection is closed', { cause: end.error }));
  }

  #log(event: string, error: unknown): void {
    log(this.#setup.protocol.platform, 'warn', event, error);
    publish(this.#setup.protocol, 'error', { error });
  }
}
