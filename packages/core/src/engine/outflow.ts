// The way out of one connection: it sends messages, calls back when the transport has taken everything, drives the
// producer, and fails the connection when too much is buffered.

import type { ByteStream, CloseInfo, MessageCompression } from '@ws/types';
import { ProtocolError } from '../errors/protocol-error.ts';
import { ClosedError, UsageError } from '../errors/usage-error.ts';
import { FrameWriter, type FrameWriterListener, type WriterPorts } from '../frames/frame-writer.ts';
import { MessageSender, type SendOptions } from '../messages/message-sender.ts';
import type { PreparedMessage } from '../messages/prepared-message.ts';
import type { CommonOptions } from '../options/options.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import type { ConnectionRules } from './connection-rules.ts';
import { type Producer, ProducerDriver, type ProducerPorts } from './producer.ts';

/** What an {@link Outflow} needs of its connection. */
export interface OutflowOwner {
  readonly isOpen: boolean;
  readonly options: CommonOptions;
  readonly stats: TrafficStats;
  readonly compression: MessageCompression | null;
  /** Sends the pong that waits for its place. */
  readonly control: { readonly pendingPong: Uint8Array | null; answerPing(): void };
  failConnection(error: unknown): void;
}

type FlushWaiter = (error: unknown) => void;

/** Sends the messages of one connection. That it is open is the caller's to check. */
export class Outflow implements FrameWriterListener {
  readonly #owner: OutflowOwner;
  readonly #ports: WriterPorts;
  readonly #stats: TrafficStats;
  readonly #control: OutflowOwner['control'];
  /** Set when open. */
  #rules: ConnectionRules | null = null;
  #writer: FrameWriter;
  #sender: MessageSender | null = null;
  /** Makes data as the transport takes it. */
  #producer: ProducerDriver | null = null;
  /** Told when the transport has taken everything. */
  #waiters: FlushWaiter[] | null = null;
  #isGone = false;

  constructor(owner: OutflowOwner, stream: ByteStream, ports: WriterPorts) {
    this.#owner = owner;
    this.#ports = ports;
    this.#stats = owner.stats;
    this.#control = owner.control;
    this.#writer = new FrameWriter(stream, ports, this);
  }

  get writer(): FrameWriter {
    return this.#writer;
  }

  get sender(): MessageSender {
    this.#sender ??= new MessageSender(this.#rules!, this.#writer, this.#stats, this.#owner.compression);
    return this.#sender;
  }

  /** The connection is open: what is sent goes by these rules. */
  open(rules: ConnectionRules): void {
    this.#rules = rules;
    this.#writer.masking = rules.outgoingMasking;
  }

  /** Sends to another stream from now on (TLS through a proxy). The old one must have no unsent data. */
  useStream(stream: ByteStream): void {
    this.#writer = new FrameWriter(stream, this.#ports, this);
  }

  send(payload: Uint8Array | string, isBinary: boolean, options: SendOptions | undefined): void {
    this.#sendMessage(payload, isBinary, options);
    this.afterSend();
  }

  /** Sends a message as a turn of its own. @returns whether the transport took everything */
  sendNow(payload: Uint8Array | string, isBinary: boolean, options: SendOptions | undefined): boolean {
    const { output } = this.#ports;
    output.enter();
    try {
      this.#sendMessage(payload, isBinary, options);
      this.afterSend();
    } finally {
      output.leave();
    }
    return this.#writer.isEmpty && !this.#isGone;
  }

  /** @returns `false`: skipped, since the transport has not taken what was sent before */
  sendPrepared(prepared: PreparedMessage, dropIfBusy: boolean): boolean {
    if (dropIfBusy && this.#writer.isBlocked) return false;
    this.sender.sendPrepared(prepared);
    this.afterSend();
    return true;
  }

  /** Sends parts of a message. @returns what `task` returns */
  sendParts<Result>(task: (sender: MessageSender) => Result): Result {
    const result = task(this.sender);
    this.afterSend();
    return result;
  }

  /** Called after each send: a producer learns that it is too fast, and a peer that reads too slowly is ended. */
  afterSend(): void {
    if (this.#control.pendingPong !== null) this.#control.answerPing();
    if (!this.#writer.isBlocked) return;
    this.#producer?.onBlocked();
    const { maxBufferedAmount } = this.#owner.options;
    if (maxBufferedAmount === 0 || !this.#owner.isOpen) return;
    if (this.#writer.bufferedAmount > maxBufferedAmount) {
      this.#owner.failConnection(new ProtocolError('ERR_BUFFERED_AMOUNT'));
    }
  }

  /** Calls back when the transport has taken everything, or with an error when it is gone before. */
  whenFlushed(onFlushed: FlushWaiter): void {
    if (this.#isGone) {
      onFlushed(new ClosedError('the connection is closed'));
    } else if (this.#writer.isEmpty) {
      this.#tellWaiters();
      onFlushed(undefined);
    } else {
      this.#waiters ??= [];
      this.#waiters.push(onFlushed);
    }
  }

  /** Has `producer` make data as the transport takes it. @throws UsageError when there is one already */
  registerProducer(producer: Producer, isStreaming: boolean, ports: ProducerPorts): void {
    if (this.#producer !== null) throw new UsageError('ERR_SEND_STATE', 'a producer is registered already');
    this.#producer = new ProducerDriver(producer, isStreaming, ports);
    this.#producer.start(this.#writer.isBlocked);
  }

  unregisterProducer(): void {
    this.#producer?.release();
    this.#producer = null;
  }

  /** Nothing can be sent any more. */
  stopProducer(): void {
    this.#producer?.stop();
  }

  /** What the transport takes at once still goes out: the Close frame of a failure, for one. */
  flushAndClose(): void {
    this.#writer.flush();
    this.#writer.close();
  }

  /** The transport is gone: from here on nothing is taken. */
  onTransportGone(): void {
    this.#isGone = true;
  }

  /** The transport is gone for good: callbacks that wait for it are called with an error. May be called twice. */
  finish(info: Pick<CloseInfo, 'error'>): void {
    this.#writer.close();
    this.#tellWaiters(info);
  }

  get isWaitedFor(): boolean {
    return this.#producer !== null || this.#waiters !== null;
  }

  onFlushed(): void {
    // First, since a producer goes on at once.
    if (this.#writer.isEmpty) this.#tellWaiters();
    this.#producer?.onFlushed();
  }

  onBlocked(): void {
    this.#producer?.onBlocked();
  }

  #sendMessage(payload: Uint8Array | string, isBinary: boolean, options: SendOptions | undefined): void {
    const { sender } = this;
    if (typeof payload === 'string' && options === undefined && sender.isIdle) {
      const { sendShortText, maxMessageSize } = this.#rules!;
      if (sendShortText?.(payload, this.#writer, this.#stats, maxMessageSize)) return;
    }
    sender.sendMessage(payload, isBinary, options);
  }

  #tellWaiters(end?: Pick<CloseInfo, 'error'>): void {
    const waiters = this.#waiters;
    this.#waiters = null;
    for (const tell of waiters ?? []) tell(end && new ClosedError('the connection is closed', { cause: end.error }));
  }
}
