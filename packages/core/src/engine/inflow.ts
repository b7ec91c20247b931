// The way in of one connection: the stream's bytes go to the opening handshake, and from then on to a frame reader. Each
// call of the stream is one turn: what is sent in it leaves together, and what is thrown in it ends this connection only.

import type { ByteStream, ByteStreamHandler, MessageCompression } from '@ws/types';
import { concatBytes } from '@ws/util/primitives';
import type { ClosingHandshake } from '../closing/closing-handshake.ts';
import type { Delivery } from '../messages/delivery.ts';
import type { FrameReader } from '../messages/frame-reader.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import { UNLIMITED, type Worker, WorkShare } from '../support/work-queue.ts';
import type { ConnectionRules } from './connection-rules.ts';
import type { ControlFrames } from './control-frames.ts';
import type { OpeningDriver } from './opening-driver.ts';
import type { Outflow } from './outflow.ts';
import type { ReaderOwner } from './reader-pool.ts';
import type { SharedResources } from './shared-resources.ts';

/** The engine, as its way in sees it. */
export interface InflowEngine {
  readonly closing: ClosingHandshake;
  readonly compression: MessageCompression | null;
  readonly control: ControlFrames;
  readonly delivery: Delivery;
  readonly outflow: Outflow;
  readonly stats: TrafficStats;
  failConnection(error: unknown): void;
  /** The transport is gone. @param early bytes that wait for a listener, and the end behind them; `null`: none does */
  onTransportGone(error: Error | undefined, early: number | null): void;
  /** The transport is gone, and everything that came was read. */
  finish(error: Error | undefined, opening: OpeningDriver | null): void;
}

/** After so many times that the application has resumed in a turn, the time of the turn is looked at. */
const MANY_RESUMPTIONS = 64;

/** Reads what one connection's stream brings. */
export class Inflow implements ByteStreamHandler, ReaderOwner, Worker {
  readonly control: ControlFrames;
  readonly delivery: Delivery;
  readonly stats: TrafficStats;
  readonly #engine: InflowEngine;
  readonly #shared: SharedResources;
  #stream: ByteStream;
  /** The opening handshake, as long as it lasts. */
  #opening: OpeningDriver | null = null;
  /** Set when open. */
  #rules: ConnectionRules | null = null;
  /** Kept only in the middle of a message; between messages the connection borrows one from the pool. */
  #reader: FrameReader | null = null;
  /** Frames that came before the listener; `null`: there is one. */
  #early: Uint8Array | null = null;
  #isGone = false;
  /** The stream's end, kept until there is a listener and everything that came before the end is read. */
  #ending: (() => void) | null = null;
  /** How often the application has resumed since the stream brought something. */
  #resumptions = 0;
  readonly work: WorkShare;

  constructor(engine: InflowEngine, stream: ByteStream, shared: SharedResources) {
    this.#engine = engine;
    this.#stream = stream;
    this.#shared = shared;
    this.control = engine.control;
    this.delivery = engine.delivery;
    this.stats = engine.stats;
    this.work = new WorkShare(shared.work, this);
  }

  get stream(): ByteStream {
    return this.#stream;
  }

  /** The compression that was agreed on. */
  get compression(): MessageCompression | null {
    return this.#engine.compression;
  }

  /** The stream has told its end. */
  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whether frames are still processed: no Close frame has come, and the connection is not closed. */
  get isListening(): boolean {
    return !this.control.hasReceivedClose && this.#engine.closing.state !== 'closed';
  }

  /** Begins: reads from the stream, and performs the opening handshake. */
  start(opening: OpeningDriver): void {
    this.#opening = opening;
    this.#stream.attach(this);
    this.inTurn(() => opening.start());
  }

  /** Goes on with another stream. */
  useStream(stream: ByteStream): void {
    this.#stream = stream;
    stream.attach(this);
  }

  /** The opening handshake is done. @param length bytes of frames that came with it, which are yet to be read */
  endOpening(length: number, rules: ConnectionRules): void {
    this.#opening = null;
    this.#rules = rules;
    // These bytes were counted as handshake; they are counted again, as frames, when they are read.
    this.stats.preopenIncomingOctetsWireLevel -= length;
  }

  /** The connection was opened. */
  get hasOpened(): boolean {
    return this.#rules !== null;
  }

  /** Keeps frames until there is a listener: {@link readEarly}. */
  keepEarly(rest: Uint8Array): void {
    this.#early = rest;
    this.#stream.pause();
  }

  /** There is a listener now: what came before it is read, by these rules, and the stream goes on. */
  readEarly(rules: ConnectionRules): void {
    this.#rules = rules;
    const early = this.#early!;
    this.#early = null;
    if (early.length > 0) this.onData(early);
    this.goOn();
  }

  onData(lent: Uint8Array): void {
    const { output } = this.#shared;
    // A subclass such as Node's Buffer has a `slice` that copies nothing.
    const bytes = lent.constructor === Uint8Array ? lent : new Uint8Array(lent.buffer, lent.byteOffset, lent.length);
    this.#resumptions = 0;
    output.enter();
    try {
      if (this.#opening !== null) this.#opening.onData(bytes);
      else if (this.#early === null) this.#read(this.#rules!, bytes);
      else this.#early = concatBytes([this.#early, bytes]);
    } catch (error) {
      this.#onError(error);
    } finally {
      output.leave();
    }
  }

  onDrain(): void {
    this.inTurn(() => {
      this.#engine.outflow.writer.onDrain();
      this.control.answerPing();
    });
  }

  onEnd(): void {
    this.#end(() => this.#engine.closing.onPeerEnded());
  }

  onClose(error?: Error): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#engine.onTransportGone(error, this.#early === null ? null : this.#early.length);
    this.delivery.end();
    this.#end(() => {
      const opening = this.#opening;
      this.#opening = null;
      this.#engine.finish(error, opening);
    });
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

  /** The application can take messages again. */
  resume(): void {
    const { work } = this;
    this.delivery.resume();
    // What the application does with messages in promises of its own is seen by the time that it takes.
    if (++this.#resumptions === MANY_RESUMPTIONS) work.watch();
    if (!this.#isOpen() || work.allowed(0) > 0) this.goOn();
    else work.defer();
  }

  /** Once the connection closes, the events that were queued before are told at once, so that the end comes after them. */
  #isOpen(): boolean {
    return this.#engine.closing.state === 'open';
  }

  /** Goes on with what has come: delivers it, reads it, and reads on when all of that is done. */
  goOn(): void {
    this.inTurn(() => {
      // Nothing is delivered before there is a listener.
      if (this.#early !== null) return;
      this.delivery.goOn(this.#isOpen() ? this.work : UNLIMITED);
      if (this.delivery.isBehind) this.work.defer();
      else if (this.#ending !== null) this.#reader?.resume();
      else if (!this.delivery.isFull) this.#readOn();
      if (this.#ending !== null && !this.isBehind) this.#finishEnding();
    });
  }

  /** Whether something that has come is still to be read or delivered, and the application does not have to act first. */
  get isBehind(): boolean {
    return this.delivery.isBehind || (this.isListening && (this.#reader?.isBehind ?? false));
  }

  /** The connection fails: only the peer's Close frame is still looked for. */
  skipToClose(): void {
    this.#useReader(this.#rules!).skipToClose();
  }

  /** Resumes reading that the application had paused: after a failure only the peer's Close frame matters. */
  readOnToClose(): void {
    this.inTurn(() => this.#readOn());
  }

  failConnection(error: unknown): void {
    this.#engine.failConnection(error);
  }

  #read(rules: ConnectionRules, bytes: Uint8Array): void {
    this.stats.incomingOctetsWireLevel += bytes.length;
    const reader = this.#useReader(rules);
    reader.push(bytes);
    if (this.#engine.compression !== null || !reader.isIdle) return;
    this.#reader = null;
    this.#shared.readers.give(rules, reader);
  }

  #readOn(): void {
    // Without a listener the peer has to wait: what comes early is kept in memory.
    if (this.#early !== null) return;
    if ((this.#reader?.resume() ?? this.hasOpened) && !this.#isGone) this.#stream.resume();
  }

  #useReader(rules: ConnectionRules): FrameReader {
    this.#reader ??= this.#shared.readers.take(rules, this);
    return this.#reader;
  }

  /** The stream has ended: `task` runs when everything that came before is read, and delivered, in this turn or later. */
  #end(task: () => void): void {
    const before = this.#ending;
    this.#ending = () => {
      before?.();
      this.inTurn(task);
    };
    this.#reader?.endInput();
    this.goOn();
  }

  #finishEnding(): void {
    const ending = this.#ending!;
    this.#ending = null;
    ending();
  }

  /** Something was thrown in a turn. */
  #onError(error: unknown): void {
    if (this.#opening === null) this.#engine.failConnection(error);
    else this.#opening.onFailed(error);
  }
}
