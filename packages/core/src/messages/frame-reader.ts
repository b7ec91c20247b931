// The read loop. It reads only as far as the application can follow, and as far as the turn's work allows: bytes beyond
// that are kept here, and the stream is paused.

import type { ByteStream } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { PART_DATA, PART_MESSAGE, PART_NONE } from '../frames/decoded-part.ts';
import type { FrameDecoder } from '../frames/frame-decoder.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import { MESSAGE_WORK, type WorkShare } from '../support/work-queue.ts';
import type { Delivery } from './delivery.ts';
import type { MessageReceiver } from './message-receiver.ts';

/** The connection, as a {@link FrameReader} sees it. */
export interface FrameReaderActions {
  /** Whether frames still count. Read anew after each piece, since hooks may have closed the connection. */
  readonly isListening: boolean;
  readonly control: {
    /** A control frame came. */
    onFrame(opcode: number, payload: Uint8Array): void;
    /** Data came: a message, or a piece of one. */
    onTraffic(): void;
  };
  /** The peer broke a rule. */
  failConnection(error: unknown): void;
  /** Paused when the application cannot take more for now. */
  readonly stream: Pick<ByteStream, 'pause'>;
  /** What the connection may do in this turn. When it was deferred, `resume` is called in a later one. */
  readonly work: Pick<WorkShare, 'allowed' | 'spend' | 'defer'>;
}

/** Reads one connection's frames. Between two messages it may be lent to another connection. */
export class FrameReader {
  readonly #decoder: FrameDecoder;
  readonly #receiver: MessageReceiver;
  #delivery: Delivery | null = null;
  #actions: FrameReaderActions | null = null;
  /** Bytes that arrived, but cannot be read yet. */
  #unread: Uint8Array = EMPTY_BYTES;
  #isReading = false;
  /** No more bytes will come: `#unread` is read to its end. */
  #isLast = false;
  /** The connection failed: only the peer's Close frame still counts. */
  #isSkipping = false;

  constructor(decoder: FrameDecoder, receiver: MessageReceiver) {
    this.#decoder = decoder;
    this.#receiver = receiver;
  }

  /** Sets the connection whose bytes are read from now on; `null`: none. */
  assign(delivery: Delivery | null, stats: TrafficStats | null, actions: FrameReaderActions | null): void {
    this.#delivery = delivery;
    this.#actions = actions;
    this.#receiver.assign(delivery, stats);
  }

  /** Whether the reader is in the middle of nothing, so that any connection with the same rules can borrow it. */
  get isIdle(): boolean {
    const isBusy = this.#isReading || this.#isSkipping || this.#isLast || this.isBehind;
    return !isBusy && this.#decoder.isBetweenMessages;
  }

  /** Whether something that has arrived is still to be read. */
  get isBehind(): boolean {
    return this.#unread.length > 0 || this.#receiver.hasMore;
  }

  /** Reads bytes, which are lent for the call. */
  push(bytes: Uint8Array): void {
    const actions = this.#actions!;
    if (!actions.isListening) return;
    const allowed = this.isBehind ? 0 : actions.work.allowed(bytes.length);
    if (allowed > 0) this.#readFrom(bytes, true, allowed);
    else this.#wait(bytes);
  }

  /** The application can take more, or another turn has begun. @returns whether the stream may go on */
  resume(): boolean {
    if (this.#isReading) return false;
    const { isListening, work } = this.#actions!;
    if (this.isBehind && isListening && !this.#isFull()) {
      const unread = this.#unread;
      const allowed = work.allowed(unread.length);
      this.#unread = EMPTY_BYTES;
      if (allowed > 0) this.#readFrom(unread, false, allowed);
      else this.#keep(unread, false);
    }
    return !this.isBehind && !this.#isFull();
  }

  /** No more bytes will come: those that are kept are read by `resume`, whatever is queued. */
  endInput(): void {
    this.#isLast = true;
  }

  /** The connection fails: only the peer's Close frame is still looked for. */
  skipToClose(): void {
    this.#isSkipping = true;
    this.#receiver.abandon();
    this.#decoder.skipToClose();
  }

  /** Whether the look-ahead is full. Never true while frames are only being skipped. */
  // perf: a method, as is `#isTraced`: for a private getter V8 calls its runtime each time (apps/bench, echo-64).
  #isFull(): boolean {
    return this.#delivery!.isFull && !this.#isLast && !this.#isSkipping;
  }

  /** Keeps bytes that cannot be read in this turn. */
  #wait(bytes: Uint8Array): void {
    if (this.isBehind) this.#unread = concatBytes([this.#unread, bytes]);
    else this.#keep(bytes, true);
  }

  /** Reads bytes. What must wait is kept: a copy of it when it is lent. @param allowed units of work */
  #readFrom(bytes: Uint8Array, isLent: boolean, allowed: number): void {
    const decoder = this.#decoder;
    const actions = this.#actions!;
    const wasReading = this.#isReading;
    decoder.push(bytes);
    this.#isReading = true;
    try {
      // After a violation the peer's Close frame is still looked for, in what is left of these bytes too.
      while (!this.#read(decoder, allowed)) {}
    } finally {
      this.#isReading = wasReading;
      const rest = decoder.detach();
      if (!actions.isListening) this.#receiver.abandon();
      else if (rest.length > 0 || this.#receiver.hasMore || this.#isFull()) this.#keep(rest, isLent);
    }
  }

  /** Keeps what was not read, and stops the stream. */
  #keep(rest: Uint8Array, isLent: boolean): void {
    const actions = this.#actions!;
    if (rest.length > 0) this.#unread = isLent ? new Uint8Array(rest) : rest;
    actions.stream.pause();
    // Where the application is behind, it resumes.
    if (!this.#isFull()) actions.work.defer();
  }

  /** Reads the pushed bytes. @param allowed units of work @returns whether the loop is done with them for now */
  #read(decoder: FrameDecoder, allowed: number): boolean {
    const actions = this.#actions!;
    const { work } = actions;
    const receiver = this.#receiver;
    let counted = allowed;
    let left = allowed;
    try {
      if (receiver.hasMore) {
        counted = this.#goOn(decoder, 0);
        left = receiver.hasMore ? 0 : counted;
      }
      while (left > 0) {
        const piece = decoder.next();
        if (piece === PART_NONE) break;
        left -= MESSAGE_WORK + decoder.end - decoder.start;
        if (piece === PART_MESSAGE) {
          receiver.pushMessage(decoder.source, decoder.start, decoder.end, decoder.opcode);
          actions.control.onTraffic();
        } else if (piece === PART_DATA) {
          left -= receiver.push(decoder);
          actions.control.onTraffic();
          if (receiver.hasMore) {
            counted = this.#goOn(decoder, counted - left);
            left = counted;
          }
        } else {
          actions.control.onFrame(decoder.controlOpcode, decoder.source.slice(decoder.start, decoder.end));
        }
        if (left <= 0 && !receiver.hasMore) {
          counted = work.spend(counted - left);
          left = counted;
        }
        if (!actions.isListening || this.#isFull()) break;
      }
      work.spend(counted - left);
      return true;
    } catch (error) {
      // A connection fails once: a hook may already have made it fail, in the middle of a piece.
      if (!this.#isSkipping) actions.failConnection(error);
      return !actions.isListening;
    }
  }

  /** Goes on with a piece that is decompressed in steps, as far as it may. @returns the work that is left then */
  #goOn(decoder: FrameDecoder, used: number): number {
    const { work } = this.#actions!;
    let left = work.spend(used);
    while (this.#receiver.hasMore && left > 0 && this.#actions!.isListening && !this.#isFull()) {
      left = work.spend(this.#receiver.goOn(decoder));
    }
    return left;
  }
}
