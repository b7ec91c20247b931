// The buffer into which the frames of all connections are written. A connection that sent nothing owns no part of it,
// and at the end of each turn the buffer is empty again, but for a little that slow transports keep.

import type { Clock } from '@ws/types';

/**
 * Size of the buffer in bytes: replies to the 128 KiB that a transport reads at once fit into one write, with headers.
 *
 * perf: with 64 KiB every fourth echo of 16 KiB needed a write of its own (apps/bench, echo of 16 KiB).
 */
const CAPACITY = 131072 + 4096;

/**
 * Up to this many bytes at the front may be kept by transports while the rest goes on being used. Many slow readers of
 * a long payload keep a header each: they share one buffer, and do not hold 132 KiB each.
 */
const MAX_KEPT = 2048;

/** A connection with bytes in the output buffer. */
export interface Flushable {
  /** Hands everything pending to the transport. Must not throw, and calls no application. */
  flush(): void;
  /** Tells the connection's listener how the flush ended. */
  tell(): void;
}

/** perf: one empty list for all turns: nothing is ever pushed into it (apps/bench, echo-64). */
const NONE: Flushable[] = [];

/** One buffer for the output of all connections. It is flushed once per turn and connection. */
export class OutputBuffer {
  /** The memory; replaced when transports have to keep more than a little of it. */
  bytes: Uint8Array = new Uint8Array(CAPACITY);
  /** Where the next bytes go. */
  end = 0;
  /** Where the bytes end that transports may still keep. */
  #kept = 0;

  readonly #clock: Clock;
  #pending: Flushable[] = NONE;
  /** Connections that were flushed, and are still to tell their listeners. */
  #untold: Flushable[] = [];
  #depth = 0;
  #flushing = 0;
  #isScheduled = false;
  readonly #onTurnEnd = (): void => {
    this.#isScheduled = false;
    this.#endTurn();
  };

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A read begins: everything that is sent until {@link leave} goes out together. */
  enter(): void {
    this.#depth++;
  }

  /** The read is over. */
  leave(): void {
    if (--this.#depth === 0) this.#endTurn();
  }

  /** Flushes `connection` at the end of this turn. */
  schedule(connection: Flushable): void {
    // perf: room for one, not for the seventeen that `push` would make it for (apps/bench, `echo-64`).
    if (this.#pending.length === 0) this.#pending = [connection];
    else this.#pending.push(connection);
    this.#awaitTurnEnd();
  }

  /**
   * Calls `connection.tell` at the end of this turn, not during the flush: a flush may happen in the middle of a send,
   * perhaps of another connection, and a listener that is told then must not send.
   */
  tellLater(connection: Flushable): void {
    this.#untold.push(connection);
    this.#awaitTurnEnd();
  }

  /** Makes room for `length` bytes at {@link end}, at most 132 KiB. May flush other connections for it. */
  reserve(length: number): void {
    if (this.end + length <= CAPACITY) return;
    this.flushAll();
    // The buffer is still full when this is called during a flush: pending connections keep the old memory.
    if (this.end + length > CAPACITY) this.#replace();
  }

  /** A transport keeps `piece`, whose memory must not be overwritten. */
  keep(piece: Uint8Array): void {
    if (piece.buffer !== this.bytes.buffer) return;
    if (this.end <= MAX_KEPT) this.#kept = this.end;
    else this.#replace();
  }

  flushAll(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = NONE;
    // A transport may call back nevertheless, and cause a flush within this one: only the outermost empties the buffer.
    this.#flushing++;
    for (const connection of pending) connection.flush();
    this.#flushing--;
    if (this.#flushing === 0 && this.#pending.length === 0) this.end = this.#kept;
  }

  #replace(): void {
    this.bytes = new Uint8Array(CAPACITY);
    this.end = this.#kept = 0;
  }

  #awaitTurnEnd(): void {
    if (this.#depth > 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.defer(this.#onTurnEnd);
  }

  #endTurn(): void {
    // The flush belongs to this turn: `tellLater` must not schedule another end of turn for it.
    this.#depth++;
    this.flushAll();
    this.#depth--;
    if (this.#pending.length > 0) this.#awaitTurnEnd();
    const untold = this.#untold;
    if (untold.length === 0) return;
    this.#untold = [];
    for (const connection of untold) connection.tell();
  }
}
