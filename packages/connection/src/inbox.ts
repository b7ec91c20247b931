// Messages between the engine and who pulls them: at most so many complete ones, then the engine is paused. A message
// may also be taken before it is complete, chunk by chunk.

import type { TextCodec } from '@ws/types';
import { decodeText } from '@ws/util/primitives';

/** A message that is being received. */
export class IncomingParts {
  readonly isText: boolean;
  chunks: Uint8Array[];
  isComplete: boolean;
  /** Called when something was added. Set by who takes the message chunk by chunk. */
  onProgress: (() => void) | null = null;

  /** @param whole the message, where it came in one piece */
  constructor(isText: boolean, whole: Uint8Array | null = null) {
    this.isText = isText;
    this.chunks = whole === null ? [] : [whole];
    this.isComplete = whole !== null;
  }
}

/** Somebody who waits for a message. */
interface AnyTaker {
  /** The next message, complete or, where `wantsParts`, just begun. */
  take(message: IncomingParts): void;
  /** The next message, in one piece. */
  takeWhole(bytes: Uint8Array, isText: boolean): void;
  fail(error: unknown): void;
}

/** One who takes messages as they come. */
export interface PartsTaker extends AnyTaker {
  readonly wantsParts: true;
}

/** One who takes whole messages. */
export interface WholeTaker extends AnyTaker {
  readonly wantsParts: false;
  /** The next message: text as a string. */
  resolve(message: string | Uint8Array): void;
}

export type Taker = PartsTaker | WholeTaker;

/** Makes strings of text messages. */
export type Decoder = Pick<TextCodec, 'decode' | 'decodeValid'>;

/** The queue of one connection. */
export class Inbox {
  /** Makes the strings of text messages. */
  readonly codec: Decoder;
  readonly #capacity: number;
  readonly #setPaused: (isPaused: boolean) => void;
  readonly #complete: IncomingParts[] = [];
  #current: IncomingParts | null = null;
  readonly #takers: Taker[] = [];
  /** The engine is, until somebody is there to take messages. */
  #isPaused = true;
  /** Nothing will come but what the engine has read already, which is fetched whatever the capacity. */
  #isEnding = false;
  /** What takers are told once there will be no more messages. */
  #end: (() => unknown) | null = null;

  /**
   * Nothing flows before the first `update`.
   *
   * @param capacity complete messages that may wait, 0 or more
   */
  constructor(capacity: number, setPaused: (isPaused: boolean) => void, codec: Decoder = { decode: decodeText }) {
    this.codec = codec;
    this.#capacity = capacity;
    this.#setPaused = setPaused;
  }

  /** A message that came in one piece. */
  message(bytes: Uint8Array, isText: boolean): void {
    // Nobody will take what comes after we closed.
    if (this.#end !== null) return;
    if (this.#takers.length === 0 || this.#complete.length > 0) this.#complete.push(new IncomingParts(isText, bytes));
    else first(this.#takers).takeWhole(bytes, isText);
    this.update();
  }

  /** A valid text in `source[start, end)`, lent for the call. @returns whether it was taken; else it comes as a message */
  lendText(source: Uint8Array, start: number, end: number): boolean {
    const taker = this.#takers[0];
    const { codec } = this;
    if (taker === undefined || taker.wantsParts || codec.decodeValid === undefined) return false;
    first(this.#takers);
    taker.resolve(codec.decodeValid(source, start, end));
    this.update();
    return true;
  }

  /** A message begins. */
  begin(isText: boolean): void {
    if (this.#end !== null) return;
    const message = new IncomingParts(isText);
    this.#current = message;
    const taker = this.#complete.length === 0 && this.#takers[0]?.wantsParts ? this.#takers.shift() : undefined;
    if (taker === undefined) return;
    message.onProgress = () => {};
    taker.take(message);
  }

  push(chunk: Uint8Array): void {
    const message = this.#current;
    if (message === null) return;
    message.chunks.push(chunk);
    message.onProgress?.();
    this.update();
  }

  /** The message is complete. @param onWhole told of one that nobody takes chunk by chunk */
  finish(onWhole: (message: IncomingParts) => void): void {
    const message = this.#current;
    this.#current = null;
    if (message === null) return;
    message.isComplete = true;
    if (message.onProgress !== null) {
      message.onProgress();
    } else {
      onWhole(message);
      this.#complete.push(message);
    }
    this.#serve();
  }

  /** Somebody wants the next message. */
  add(taker: Taker): void {
    this.#takers.push(taker);
    this.#serve();
  }

  /** Somebody wants it no more. */
  remove(taker: Taker): void {
    const index = this.#takers.indexOf(taker);
    if (index >= 0) this.#takers.splice(index, 1);
    this.update();
  }

  /** The message that is being received, taken chunk by chunk, is for the next who wants one. */
  putBack(message: IncomingParts): void {
    message.onProgress = null;
    this.#serve();
  }

  /** Takes those out who want no more. */
  withdraw(isWithdrawn: (taker: Taker) => boolean): Taker[] {
    const withdrawn = this.#takers.filter(isWithdrawn);
    for (const taker of withdrawn) this.remove(taker);
    return withdrawn;
  }

  /** There will be no more messages: those that wait can still be taken, unless `isDiscarding`. */
  close(end: () => unknown, isDiscarding: boolean): void {
    if (!isDiscarding && this.#end === null) {
      // What came before the end comes first, also what waits in the engine for want of room here.
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

  /** Whether there will be no more. */
  get isClosed(): boolean {
    return this.#end !== null;
  }

  /** The engine goes on as long as there is room, or somebody who waits. Called first when messages may come. */
  update(): void {
    const isPaused = this.#end === null && !this.#isEnding && this.#isFull();
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#setPaused(isPaused);
  }

  #isFull(): boolean {
    const current = this.#current;
    // Who takes a message chunk by chunk is behind.
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

  /** The message that is being received, for one who takes it so. */
  #takeCurrent(): IncomingParts | null {
    const message = this.#current;
    if (message === null || message.onProgress !== null || !this.#takers[0]!.wantsParts) return null;
    message.onProgress = () => {};
    return message;
  }
}

/** Takes the first of some. */
function first<Item>(queue: Item[]): Item {
  // perf: an array that `shift` has emptied gets new memory at the next `push` (the server bench, `ours-pull`).
  return (queue.length === 1 ? queue.pop() : queue.shift())!;
}
