// Sends messages one after the other; each send waits until the transport has taken the message.

import { ProtocolError } from '@ws/core';
import type { AbortSignalLike, MessageTransport } from '@ws/types';
import { cancellable, encodeText, orAborted, throwIfAborted } from '@ws/util/primitives';

/** A message to send. The pieces of an iterable are all strings or all bytes. */
export type OutgoingData = string | Uint8Array | AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>;

type Source = AsyncIterator<string | Uint8Array> | Iterator<string | Uint8Array>;

/** Begins a message whose turn has come. @returns whether the messages behind it have to wait */
type Turn = () => boolean;

const UNCOMPRESSED = { compress: false };

const TAKEN: Promise<void> = Promise.resolve();

/** Whether a message has come since the last was sent. */
export interface News {
  /** The next message sent is an answer: it is written at once and does not wait to share a write with others. */
  isAnswering: boolean;
}

/** Sends the messages of one connection. */
export class Outbox {
  readonly #transport: MessageTransport;
  readonly #news: News;
  readonly #closedError: () => unknown;
  /** Messages that wait behind the message in pieces being sent, in order; `null`: no such message is being sent. */
  #behind: Set<Turn> | null = null;
  /** Ends the wait for the next piece. */
  #giveUp: (error: unknown) => void = () => {};
  /** Shared by all pending sends. Resolves when the transport has taken everything, rejects if it closes first. */
  #draining: Promise<void> | null = null;
  #resolve: () => void = () => {};
  #reject: (error: unknown) => void = () => {};
  readonly #keepResolvers = (resolve: () => void, reject: (error: unknown) => void): void => {
    this.#resolve = resolve;
    this.#reject = reject;
  };
  readonly #onDrained = (error: unknown): void => {
    this.#draining = null;
    if (error === undefined) this.#resolve();
    else this.#reject(this.#closedError());
  };

  constructor(transport: MessageTransport, news: News, closedError: () => unknown) {
    this.#transport = transport;
    this.#news = news;
    this.#closedError = closedError;
  }

  /** Resolves when the transport has taken the message. */
  send(message: OutgoingData, doNotCompress: boolean, signal: AbortSignalLike | undefined): Promise<void> {
    try {
      throwIfAborted(signal);
      if (!isWhole(message) && !isIterable(message)) {
        throw new TypeError('a message is a string, a Uint8Array, or iterable');
      }
      this.#checkOpen();
      if (this.#behind !== null) return this.#sendLater(this.#behind, message, doNotCompress, signal);
      return this.#sendNow(message, doNotCompress, signal);
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** The connection is not open any more: a send that waits for the next piece of its message fails. */
  close(): void {
    if (this.#behind !== null) this.#giveUp(this.#closedError());
  }

  /** Resolves when the transport has taken everything. */
  drained(signal: AbortSignalLike | undefined): Promise<void> {
    return orAborted(this.#draining ?? this.#waitForDrain(), signal);
  }

  #waitForDrain(): Promise<void> {
    // perf: no closures: an eighth less memory per message (apps/bench, echo-64-binary, `ours-pull`).
    const draining = new Promise<void>(this.#keepResolvers);
    this.#draining = draining;
    this.#transport.whenDrained(this.#onDrained);
    return draining;
  }

  /** Queues a message behind the message in pieces that is being sent. */
  #sendLater(
    behind: Set<Turn>,
    message: OutgoingData,
    doNotCompress: boolean,
    signal: AbortSignalLike | undefined,
  ): Promise<void> {
    return cancellable<void>(signal, (resolve, reject) => {
      const turn = (): boolean => {
        try {
          this.#checkOpen();
          resolve(this.#sendNow(message, doNotCompress, signal));
          return !isWhole(message);
        } catch (error) {
          reject(error);
          return false;
        }
      };
      behind.add(turn);
      return () => behind.delete(turn);
    });
  }

  /** The message in pieces is done: the messages behind it begin, up to the next one that is in pieces. */
  #passOn(behind: Set<Turn>): void {
    for (const turn of behind) {
      behind.delete(turn);
      if (turn()) return;
    }
    this.#behind = null;
  }

  #sendNow(message: OutgoingData, doNotCompress: boolean, signal: AbortSignalLike | undefined): Promise<void> {
    return isWhole(message)
      ? this.#sendWhole(message, doNotCompress, signal)
      : this.#sendPieces(message, doNotCompress, signal);
  }

  #sendWhole(message: string | Uint8Array, doNotCompress: boolean, signal: AbortSignalLike | undefined): Promise<void> {
    const isBinary = typeof message !== 'string';
    const options = doNotCompress ? UNCOMPRESSED : undefined;
    if (this.#news.isAnswering) {
      this.#news.isAnswering = false;
      // perf: one microtask less, and no promise (apps/bench, echo-64, `ours-pull`).
      if (this.#transport.sendNow(message, isBinary, options)) return TAKEN;
    } else {
      this.#transport.send(message, isBinary, options);
    }
    return this.drained(signal);
  }

  /** Sends a message in pieces; other messages wait until it is done. */
  async #sendPieces(pieces: Pieces, doNotCompress: boolean, signal: AbortSignalLike | undefined): Promise<void> {
    this.#behind ??= new Set();
    const behind = this.#behind;
    try {
      await this.#sendEach(pieces, doNotCompress, signal);
    } finally {
      this.#passOn(behind);
    }
  }

  async #sendEach(pieces: Pieces, doNotCompress: boolean, signal: AbortSignalLike | undefined): Promise<void> {
    const iterator = Symbol.asyncIterator in pieces ? pieces[Symbol.asyncIterator]() : pieces[Symbol.iterator]();
    let isText: boolean | null = null;
    let isDone = false;
    try {
      for (;;) {
        const next = await this.#nextOf(iterator, signal);
        if (next.done) break;
        isText ??= this.#begin(next.value, doNotCompress);
        this.#checkOpen();
        this.#transport.sendPiece(toBytes(next.value, isText));
        await this.drained(signal);
      }
      isDone = true;
      if (isText === null) this.#begin(new Uint8Array(0), doNotCompress);
      this.#checkOpen();
      this.#transport.endMessage();
      await this.drained(signal);
    } catch (error) {
      // Half a message was sent: only ending the connection can tell the peer that the rest will not come.
      const isOpen = this.#transport.state === 'open';
      if (isText !== null && !isDone && isOpen) {
        this.#transport.fail(new ProtocolError('ERR_INTERNAL_ERROR', { cause: error }));
      }
      throw error;
    } finally {
      // The result is not awaited: an idle source may never settle it.
      if (!isDone) abandon(iterator).catch(() => {});
    }
  }

  /** Waits for the next piece, unless the signal is aborted or the connection ends first. */
  #nextOf(iterator: Source, signal: AbortSignalLike | undefined): Promise<IteratorResult<string | Uint8Array>> {
    return cancellable(signal, (resolve, reject) => {
      this.#checkOpen();
      this.#giveUp = reject;
      Promise.resolve(iterator.next()).then(resolve, reject);
      return () => {};
    });
  }

  #begin(first: string | Uint8Array, doNotCompress: boolean): boolean {
    const isText = typeof first === 'string';
    toBytes(first, isText);
    this.#checkOpen();
    this.#transport.beginMessage(!isText, doNotCompress ? UNCOMPRESSED : undefined);
    return isText;
  }

  #checkOpen(): void {
    if (this.#transport.state !== 'open') throw this.#closedError();
  }
}

/** Tells a source that no more pieces are wanted. */
async function abandon(iterator: Source): Promise<void> {
  await iterator.return?.();
}

function toBytes(piece: unknown, isText: boolean): Uint8Array {
  if (isText && typeof piece === 'string') return encodeText(piece);
  if (!isText && piece instanceof Uint8Array) return piece;
  throw new TypeError('the pieces of a message are all strings or all Uint8Arrays');
}

function isWhole(message: OutgoingData): message is string | Uint8Array {
  return typeof message === 'string' || message instanceof Uint8Array;
}

function isIterable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}
