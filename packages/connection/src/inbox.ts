// The messages between the transport and the calls that pull them. The inbox holds a limited number of complete
// messages, then pauses the transport. A message may also be taken before it is complete, chunk by chunk.

import type { EngineListener } from '@ws/core';
import type { CloseInfo, MessageTransport, Platform, Receives, TextCodec } from '@ws/types';
import { concatBytes, decodeText } from '@ws/util/primitives';
import { ChunkJoiner } from './chunk-joiner.ts';

/** A message that is being received. */
export class IncomingParts {
  readonly isText: boolean;
  chunks: Uint8Array[];
  isComplete: boolean;
  /** Called when bytes were added or the message has ended. Set by the call that takes the message chunk by chunk. */
  onProgress: (() => void) | null = null;

  /** @param whole the complete message, where it came in one piece */
  constructor(isText: boolean, whole: Uint8Array | null = null) {
    this.isText = isText;
    this.chunks = whole === null ? [] : [whole];
    this.isComplete = whole !== null;
  }
}

/** A call that waits for a message. */
interface AnyTaker {
  /** Receives the next message: complete or, where `wantsParts`, just begun. */
  take(message: IncomingParts): void;
  /** Receives the next message in one piece. */
  takeWhole(bytes: Uint8Array, isText: boolean): void;
  fail(error: unknown): void;
}

/** A call that takes a message chunk by chunk, as it comes. */
export interface PartsTaker extends AnyTaker {
  readonly wantsParts: true;
}

/** A call that takes a whole message. */
export interface WholeTaker extends AnyTaker {
  readonly wantsParts: false;
  /** Receives the next message: text as a string. */
  resolve(message: string | Uint8Array): void;
}

export type Taker = PartsTaker | WholeTaker;

/** Makes strings of text messages. */
export type Decoder = Pick<TextCodec, 'decode' | 'decodeValid'>;

/** The connection, as its {@link Inbox} sees it: receives all events other than messages. */
export interface InboxOwner {
  /** The object that tracing reports as the connection. */
  readonly subject: object;
  onPong(payload: Uint8Array): void;
  onClosing(): void;
  onClose(info: CloseInfo): void;
}

const RECEIVES: Receives = { frames: 'pieces', lentText: true };

const portableDecoder: Decoder = { decode: decodeText };

/** The message queue of one connection, and the listener of its transport. */
export class Inbox implements EngineListener {
  readonly receives: Receives = RECEIVES;
  /** A message has come since the last send: the next message sent is its answer. */
  isAnswering = false;
  /** Makes the strings of text messages. */
  readonly codec: Decoder;
  readonly #capacity: number;
  readonly #transport: Pick<MessageTransport, 'pause' | 'resume'>;
  readonly #owner: InboxOwner;
  readonly #diagnostics: Platform['diagnostics'];
  readonly #complete: IncomingParts[] = [];
  #current: IncomingParts | null = null;
  /** Joins the chunks of the message that is being received. `null` until one comes in pieces. */
  #joiner: ChunkJoiner | null = null;
  readonly #takers: Taker[] = [];
  /** Whether the transport is paused. It starts paused, until a call waits for a message or the queue has room. */
  #isPaused = true;
  /** The connection is closing: messages that the transport has read already are fetched, whatever the capacity. */
  #isEnding = false;
  /** Makes the error that takers fail with once there will be no more messages. */
  #end: (() => unknown) | null = null;

  /**
   * The transport stays paused until the first `update`.
   *
   * @param capacity complete messages that may wait, 0 or more
   */
  constructor(
    capacity: number,
    transport: Pick<MessageTransport, 'pause' | 'resume'>,
    owner: InboxOwner,
    { textCodec, diagnostics }: Pick<Platform, 'textCodec' | 'diagnostics'>,
  ) {
    this.codec = textCodec ?? portableDecoder;
    this.#capacity = capacity;
    this.#transport = transport;
    this.#owner = owner;
    this.#diagnostics = diagnostics;
  }

  get subject(): object {
    return this.#owner.subject;
  }

  onMessage(bytes: Uint8Array, isBinary: boolean): void {
    this.isAnswering = true;
    if (this.#isTraced()) this.#trace(bytes, isBinary);
    // Messages that come after we closed are dropped.
    if (this.#end !== null) return;
    const isText = !isBinary;
    if (this.#takers.length === 0 || this.#complete.length > 0) this.#complete.push(new IncomingParts(isText, bytes));
    else first(this.#takers).takeWhole(bytes, isText);
    this.update();
  }

  onLentText(source: Uint8Array, start: number, end: number): boolean {
    this.isAnswering = true;
    const taker = this.#takers[0];
    const { codec } = this;
    if (taker === undefined || taker.wantsParts || codec.decodeValid === undefined || this.#isTraced()) return false;
    first(this.#takers);
    taker.resolve(codec.decodeValid(source, start, end));
    this.update();
    return true;
  }

  onMessageBegin(isBinary: boolean): void {
    if (this.#end !== null) return;
    const message = new IncomingParts(!isBinary);
    this.#current = message;
    this.#joiner = null;
    const taker = this.#complete.length === 0 && this.#takers[0]?.wantsParts ? this.#takers.shift() : undefined;
    if (taker === undefined) return;
    message.onProgress = () => {};
    taker.take(message);
  }

  onMessageData(chunk: Uint8Array): void {
    const message = this.#current;
    if (message === null) return;
    this.#joiner ??= new ChunkJoiner();
    this.#joiner.add(message.chunks, chunk, message.onProgress === null);
    message.onProgress?.();
    this.update();
  }

  onMessageEnd(): void {
    const message = this.#current;
    this.#current = null;
    if (message === null) return;
    message.isComplete = true;
    if (message.onProgress !== null) {
      message.onProgress();
    } else {
      if (this.#isTraced()) this.#trace(concatBytes(message.chunks), !message.isText);
      this.#complete.push(message);
    }
    this.#serve();
  }

  onPong(payload: Uint8Array): void {
    this.#owner.onPong(payload);
  }

  onClosing(): void {
    this.#owner.onClosing();
  }

  onClose(info: CloseInfo): void {
    this.#owner.onClose(info);
  }

  /** Adds a call that waits for the next message. */
  add(taker: Taker): void {
    this.#takers.push(taker);
    this.#serve();
  }

  /** Removes a call that does not wait any more. */
  remove(taker: Taker): void {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
    // The call behind it may take the message in progress, which this one did not.
    this.#serve();
  }

  /** Gives back a message that was being taken chunk by chunk: the next call receives it. */
  putBack(message: IncomingParts): void {
    message.onProgress = null;
    this.#serve();
  }

  /** Removes the calls that `isWithdrawn` selects, and returns them. */
  withdraw(isWithdrawn: (taker: Taker) => boolean): Taker[] {
    const withdrawn = this.#takers.filter(isWithdrawn);
    for (const taker of withdrawn) this.remove(taker);
    return withdrawn;
  }

  /** Ends the queue: waiting messages can still be taken, unless `isDiscarding`. */
  close(end: () => unknown, isDiscarding: boolean): void {
    if (!isDiscarding && this.#end === null) {
      // Messages that came before the end are delivered first, also those still in the transport because this was full.
      this.#isEnding = true;
      this.update();
    }
    this.#end ??= end;
    if (isDiscarding) this.#complete.length = 0;
    const current = this.#current;
    this.#current = null;
    current?.onProgress?.();
    this.#serve();
  }

  /** Whether there will be no more messages from the transport. */
  get isClosed(): boolean {
    return this.#end !== null;
  }

  /** Pauses or resumes the transport: it runs while there is room or a call waits. Must be called once to start. */
  update(): void {
    const isPaused = this.#end === null && !this.#isEnding && this.#isFull();
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    if (isPaused) this.#transport.pause();
    else this.#transport.resume();
  }

  #isTraced(): boolean {
    return this.#diagnostics?.hasSubscribers('message') ?? false;
  }

  /** Reports a whole message to tracing. Messages that are taken chunk by chunk are not assembled for tracing. */
  #trace(payload: Uint8Array, isBinary: boolean): void {
    this.#diagnostics!.publish('message', { connection: this.subject, payload, isBinary });
  }

  #isFull(): boolean {
    const current = this.#current;
    // A call takes this message chunk by chunk: full while it has not taken the chunks that came.
    if (current !== null && current.onProgress !== null) return current.chunks.length > 0;
    return this.#complete.length >= this.#capacity && this.#takers.length === 0;
  }

  #serve(): void {
    while (this.#takers.length > 0) {
      const message = this.#complete.length > 0 ? first(this.#complete) : this.#takeCurrent();
      if (message !== null) first(this.#takers).take(message);
      else if (this.#end !== null) first(this.#takers).fail(this.#end());
      else break;
    }
    this.update();
  }

  /** The message that is being received, if the first waiting call takes messages chunk by chunk. */
  #takeCurrent(): IncomingParts | null {
    const message = this.#current;
    if (message === null || message.onProgress !== null || !this.#takers[0]!.wantsParts) return null;
    message.onProgress = () => {};
    return message;
  }
}

/** Removes and returns the first item of a queue that is not empty. */
function first<Item>(queue: Item[]): Item {
  // perf: an array that `shift` has emptied gets new memory at the next `push` (apps/bench, `ours-pull`).
  return (queue.length === 1 ? queue.pop() : queue.shift())!;
}
