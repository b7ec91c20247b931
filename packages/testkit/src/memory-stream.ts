// One end of a pair in memory. Every call of a handler happens in `#turn`, which the pair schedules; methods only change
// state and ask for a turn. So no handler is ever called from inside a method of a stream.

import type { ByteStream, ByteStreamHandler } from '@ws/types';
import { BytePipe } from './byte-pipe.ts';

/** Settings shared by the two streams of a pair. */
export interface MemorySettings {
  readonly capacity: number;
  /** Returns the size of the next piece; `null`: pieces arrive as they were written. */
  readonly nextChunkSize: (() => number) | null;
  schedule(turn: () => void): void;
}

/** The byte that overwrites lent memory: neither valid UTF-8 nor a valid frame header. */
export const CANARY = 0xdb;

/** Bytes before and after lent bytes, so that code that uses the whole underlying buffer is found out. */
const MARGIN = 8;

/** A {@link ByteStream} whose other end is in the same memory. */
export class MemoryStream implements ByteStream {
  readonly #settings: MemorySettings;
  #peer: MemoryStream | null = null;
  #handler: ByteStreamHandler | null = null;
  /** Bytes from the peer. */
  readonly #incoming: BytePipe;
  #isPaused = false;
  #hasEnded = false;
  #endWasHeard = false;
  #drainIsDue = false;
  #closing: { readonly error: Error | undefined; readonly isUrgent: boolean } | null = null;
  #isClosed = false;
  #hasTurn = false;

  private constructor(settings: MemorySettings) {
    this.#settings = settings;
    this.#incoming = new BytePipe(settings.capacity);
  }

  /** @internal */
  static join(settings: MemorySettings): [MemoryStream, MemoryStream] {
    const a = new MemoryStream(settings);
    const b = new MemoryStream(settings);
    a.#peer = b;
    b.#peer = a;
    return [a, b];
  }

  /** Whether `onClose` was called. */
  get isClosed(): boolean {
    return this.#isClosed;
  }

  get isPaused(): boolean {
    return this.#isPaused;
  }

  get bufferedAmount(): number {
    return this.#closing === null ? this.#outgoing.keptBytes : 0;
  }

  attach(handler: ByteStreamHandler): void {
    if (this.#handler !== null) throw new Error('attach is called once');
    this.#handler = handler;
    this.#askForTurn();
  }

  write(bytes: Uint8Array): boolean {
    return this.writev([bytes]);
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    if (this.#hasEnded || this.#closing !== null) return true;
    for (const chunk of chunks) this.#outgoing.write(chunk);
    this.#other.#askForTurn();
    return this.#outgoing.keptBytes === 0;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
    this.#askForTurn();
  }

  end(): void {
    if (this.#hasEnded || this.#closing !== null) return;
    this.#hasEnded = true;
    this.#other.#askForTurn();
    this.#closeWhenBothEnded();
  }

  destroy(): void {
    this.#fail(undefined);
  }

  /**
   * Breaks the connection as a failing network does. This stream closes with `error` and drops its queued bytes. The peer
   * still gets the bytes that are on their way, then closes with an error of its own.
   */
  breakWith(error: Error): void {
    this.#fail(error);
  }

  get #other(): MemoryStream {
    return this.#peer as MemoryStream;
  }

  get #outgoing(): BytePipe {
    return this.#other.#incoming;
  }

  #fail(error: Error | undefined): void {
    if (this.#closing?.isUrgent) return;
    const peer = this.#other;
    const endReachesPeer = this.#hasEnded && this.#outgoing.keptBytes === 0;
    this.#closing = { error, isUrgent: true };
    this.#outgoing.dropKept();
    this.#askForTurn();
    if (peer.#closing !== null) return;
    const reset = endReachesPeer
      ? undefined
      : Object.assign(new Error('the peer closed the stream'), { code: 'ECONNRESET' });
    peer.#closing = { error: reset, isUrgent: false };
    peer.#askForTurn();
  }

  #closeWhenBothEnded(): void {
    if (!(this.#hasEnded && this.#endWasHeard && this.#closing === null)) return;
    if (this.#outgoing.keptBytes > 0) return;
    this.#closing = { error: undefined, isUrgent: false };
    this.#askForTurn();
  }

  #askForTurn(): void {
    if (this.#hasTurn || this.#isClosed) return;
    if (!this.#hasWork()) return;
    this.#hasTurn = true;
    this.#settings.schedule(() => {
      this.#hasTurn = false;
      try {
        this.#turn();
      } finally {
        this.#askForTurn();
      }
    });
  }

  /** Whether the peer's FIN, which follows all of its bytes, has arrived. */
  get #endIsDue(): boolean {
    return this.#other.#hasEnded && !this.#endWasHeard && this.#incoming.isEmpty;
  }

  /** Whether there is an event for a turn to deliver. Without a handler all events wait. */
  #hasWork(): boolean {
    if (this.#handler === null) return false;
    if (this.#closing?.isUrgent || this.#drainIsDue) return true;
    if (!this.#isPaused && (this.#incoming.length > 0 || this.#endIsDue)) return true;
    return this.#closing !== null && this.#incoming.length === 0;
  }

  /** Calls the handler once. */
  #turn(): void {
    const handler = this.#handler;
    if (handler === null) return;
    if (this.#closing?.isUrgent) this.#close(handler, this.#closing.error);
    else if (this.#drainIsDue) this.#drain(handler);
    else if (!this.#isPaused && this.#incoming.length > 0) this.#deliver(handler);
    else if (!this.#isPaused && this.#endIsDue) this.#hearEnd(handler);
    else if (this.#closing !== null && this.#incoming.length === 0) this.#close(handler, this.#closing.error);
  }

  #deliver(handler: ByteStreamHandler): void {
    const size = this.#settings.nextChunkSize?.() ?? this.#incoming.nextLength;
    const length = Math.min(size, this.#incoming.length);
    const memory = new Uint8Array(length + 2 * MARGIN).fill(CANARY);
    const lent = memory.subarray(MARGIN, MARGIN + length);
    this.#incoming.readInto(lent);
    if (this.#incoming.takeKept()) this.#other.#hearTaken();
    try {
      handler.onData(lent);
    } finally {
      memory.fill(CANARY);
    }
  }

  /** Called when the last byte that this stream kept is on its way. */
  #hearTaken(): void {
    this.#drainIsDue = true;
    this.#askForTurn();
    this.#closeWhenBothEnded();
  }

  #drain(handler: ByteStreamHandler): void {
    this.#drainIsDue = false;
    // More bytes may have been kept since; then a later turn calls `onDrain`.
    if (this.bufferedAmount === 0) handler.onDrain();
  }

  #hearEnd(handler: ByteStreamHandler): void {
    this.#endWasHeard = true;
    try {
      handler.onEnd();
    } finally {
      this.#closeWhenBothEnded();
    }
  }

  #close(handler: ByteStreamHandler, error: Error | undefined): void {
    this.#isClosed = true;
    if (error === undefined) handler.onClose();
    else handler.onClose(error);
  }
}
