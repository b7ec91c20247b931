// Where the frames of all connections are written. A connection that sent nothing owns no part of it, and at the end
// of each turn it is empty again.

import type { Clock } from '@ws/types';

/**
 * In bytes: what a transport reads at once, 128 KiB, can be answered in one write, headers included.
 *
 * perf: with 64 KiB every fourth echo of 16 KiB needed a write of its own (the server bench, echo of 16 KiB).
 */
const CAPACITY = 131072 + 4096;

/** A connection with bytes in the output buffer. */
export interface Flushable {
  /** Hands everything pending to the transport. Must not throw, and calls no application. */
  flush(): void;
  /** Tells who waits for it how that went. */
  tell(): void;
}

/** perf: one empty list for all turns: nothing is ever pushed into it (apps/bench, echo-64). */
const NONE: Flushable[] = [];

/** One buffer for the output of all connections, and the rule when it leaves: once per turn and connection. */
export class OutputBuffer {
  /** The memory; replaced when a transport had to keep it. */
  bytes: Uint8Array = new Uint8Array(CAPACITY);
  /** Where the next bytes go. */
  end = 0;

  readonly #clock: Clock;
  #pending: Flushable[] = NONE;
  /** Were flushed, and have to tell of it. */
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

  /** A read begins: what is sent until {@link leave} goes out together. */
  enter(): void {
    this.#depth++;
  }

  /** The read is over. */
  leave(): void {
    if (--this.#depth === 0) this.#endTurn();
  }

  /** Has `connection` flushed at the end of this turn. */
  schedule(connection: Flushable): void {
    // perf: room for one, not for the seventeen that `push` would make it for (the server bench, `echo-64`).
    if (this.#pending.length === 0) this.#pending = [connection];
    else this.#pending.push(connection);
    this.#awaitTurnEnd();
  }

  /**
   * Has `connection` tell at the end of this turn: a flush may happen in the middle of a send, also of another
   * connection, where nobody else must send.
   */
  tellLater(connection: Flushable): void {
    this.#untold.push(connection);
    this.#awaitTurnEnd();
  }

  /** Finds room for `length` bytes at {@link end}, at most 132 KiB. Others may be flushed for it. */
  reserve(length: number): void {
    if (this.end + length <= CAPACITY) return;
    this.flushAll();
    // Still full when this happens while flushing: what is pending keeps the memory it has.
    if (this.end + length > CAPACITY) this.#replace();
  }

  /** A transport keeps `piece`: where it lies must not be written over. */
  keep(piece: Uint8Array): void {
    if (piece.buffer === this.bytes.buffer) this.#replace();
  }

  flushAll(): void {
    const pending = this.#pending;
    if (pending.length === 0) return;
    this.#pending = NONE;
    // A transport may call back all the same, and have more flushed while others still wait.
    this.#flushing++;
    for (const connection of pending) connection.flush();
    this.#flushing--;
    if (this.#flushing === 0 && this.#pending.length === 0) this.end = 0;
  }

  #replace(): void {
    this.bytes = new Uint8Array(CAPACITY);
    this.end = 0;
  }

  #awaitTurnEnd(): void {
    if (this.#depth > 0 || this.#isScheduled) return;
    this.#isScheduled = true;
    this.#clock.defer(this.#onTurnEnd);
  }

  #endTurn(): void {
    // A turn still: who flushes needs no other to be told in.
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
