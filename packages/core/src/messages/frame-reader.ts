// The read loop. It reads only as far as the application can follow: bytes that the application cannot take yet are
// kept here, and the stream is paused.

import type { ByteStream } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { PART_DATA, PART_MESSAGE, PART_NONE } from '../frames/decoded-part.ts';
import type { FrameDecoder } from '../frames/frame-decoder.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
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
    const isBusy = this.#isReading || this.#isSkipping || this.#isLast || this.#unread.length > 0;
    return !isBusy && this.#decoder.isBetweenMessages;
  }

  /** Reads bytes, which are lent for the call. */
  push(bytes: Uint8Array): void {
    const decoder = this.#decoder;
    const actions = this.#actions!;
    if (!actions.isListening) return;
    if (this.#unread.length > 0) {
      this.#unread = concatBytes([this.#unread, bytes]);
      return;
    }
    const wasReading = this.#isReading;
    decoder.push(bytes);
    this.#isReading = true;
    try {
      // After a violation the peer's Close frame is still looked for, in what is left of these bytes too.
      while (!this.#read(decoder)) {}
    } finally {
      this.#isReading = wasReading;
      const rest = decoder.detach();
      if (actions.isListening && (rest.length > 0 || this.#isFull())) {
        this.#unread = new Uint8Array(rest);
        actions.stream.pause();
      }
    }
  }

  /** The application can take more. @returns whether the stream may go on */
  resume(): boolean {
    if (this.#isReading) return false;
    const unread = this.#unread;
    this.#unread = EMPTY_BYTES;
    if (unread.length > 0) this.push(unread);
    return this.#unread.length === 0 && !this.#isFull();
  }

  /** No more bytes will come: reads everything in `#unread`, however much the application has queued. */
  finish(): void {
    this.#isLast = true;
    this.resume();
  }

  /** The connection fails: only the peer's Close frame is still looked for. */
  skipToClose(): void {
    this.#isSkipping = true;
    this.#decoder.skipToClose();
  }

  /** Whether the look-ahead is full. Never true while frames are only being skipped. */
  // perf: a method, as is `#isTraced`: for a private getter V8 calls its runtime each time (apps/bench, echo-64).
  #isFull(): boolean {
    return this.#delivery!.isFull && !this.#isLast && !this.#isSkipping;
  }

  /** Reads the pushed bytes. @returns whether the loop is done with them for now */
  #read(decoder: FrameDecoder): boolean {
    const actions = this.#actions!;
    try {
      for (let piece = decoder.next(); piece !== PART_NONE; piece = decoder.next()) {
        if (piece === PART_MESSAGE) {
          this.#receiver.pushMessage(decoder.source, decoder.start, decoder.end, decoder.opcode);
          actions.control.onTraffic();
        } else if (piece === PART_DATA) {
          this.#receiver.push(decoder);
          actions.control.onTraffic();
        } else {
          actions.control.onFrame(decoder.controlOpcode, decoder.source.slice(decoder.start, decoder.end));
        }
        if (!actions.isListening || this.#isFull()) break;
      }
      return true;
    } catch (error) {
      // A connection fails once: a hook may already have made it fail, in the middle of a piece.
      if (!this.#isSkipping) actions.failConnection(error);
      return !actions.isListening;
    }
  }
}
