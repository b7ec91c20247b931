// Messages between the engine and who pulls them: at most so many complete ones, then the engine is paused. A message
// may also be taken before it is complete, chunk by chunk.

/** A message that is being received. */
export class IncomingParts {
  readonly isText: boolean;
  chunks: Uint8Array[] = [];
  isComplete = false;
  /** Called when something was added. Set by who takes the message chunk by chunk. */
  onProgress: (() => void) | null = null;

  constructor(isText: boolean) {
    this.isText = isText;
  }
}

/** Somebody who waits for a message. */
export interface Taker {
  /** The next message, complete or, where `wantsParts`, just begun. */
  take(message: IncomingParts): void;
  fail(error: unknown): void;
  readonly wantsParts: boolean;
}

/** The queue of one connection. */
export class Inbox {
  readonly #capacity: number;
  readonly #setPaused: (isPaused: boolean) => void;
  #complete: IncomingParts[] = [];
  #current: IncomingParts | null = null;
  #takers: Taker[] = [];
  /** The engine is, until somebody is there to take messages. */
  #isPaused = true;
  /** What takers are told once there will be no more messages. */
  #end: (() => unknown) | null = null;

  /**
   * Nothing flows before the first `update`.
   *
   * @param capacity complete messages that may wait, 0 or more
   */
  constructor(capacity: number, setPaused: (isPaused: boolean) => void) {
    this.#capacity = capacity;
    this.#setPaused = setPaused;
  }

  /** A message begins. */
  begin(isText: boolean): void {
    // Nobody will take what comes after we closed.
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
    this.#update();
  }

  /** The message is complete. */
  finish(): void {
    const message = this.#current;
    this.#current = null;
    if (message === null) return;
    message.isComplete = true;
    if (message.onProgress !== null) message.onProgress();
    else this.#complete.push(message);
    this.#serve();
  }

  /** Somebody wants the next message. @returns how to want it no more */
  add(taker: Taker): () => void {
    this.#takers.push(taker);
    this.#serve();
    return () => {
      this.#takers = this.#takers.filter(other => other !== taker);
      this.#update();
    };
  }

  /** There will be no more messages: those that wait can still be taken, unless `isDiscarding`. */
  close(end: () => unknown, isDiscarding: boolean): void {
    this.#end ??= end;
    if (isDiscarding) this.#complete = [];
    const current = this.#current;
    this.#current = null;
    current?.onProgress?.();
    this.#serve();
  }

  /** Whether there will be no more. */
  get isClosed(): boolean {
    return this.#end !== null;
  }

  /** Begins; or who takes a message chunk by chunk has taken some. */
  update(): void {
    this.#update();
  }

  /** Why a message that was begun will not be completed. */
  get endError(): unknown {
    return this.#end?.();
  }

  #serve(): void {
    while (this.#takers.length > 0) {
      const message = this.#complete.shift() ?? this.#takeCurrent();
      if (message !== undefined) this.#takers.shift()!.take(message);
      else if (this.#end !== null) this.#takers.shift()!.fail(this.#end());
      else break;
    }
    this.#update();
  }

  /** The message that is being received, for one who takes it so. */
  #takeCurrent(): IncomingParts | undefined {
    const message = this.#current;
    if (message === null || message.onProgress !== null || !this.#takers[0]!.wantsParts) return undefined;
    message.onProgress = () => {};
    return message;
  }

  /** The engine goes on as long as there is room, or somebody who waits. */
  #update(): void {
    const current = this.#current;
    const isBehind = current?.onProgress != null && current.chunks.length > 0;
    const isFull = this.#complete.length >= this.#capacity && this.#takers.length === 0 && current?.onProgress == null;
    const isPaused = this.#end === null && (isBehind || isFull);
    if (isPaused === this.#isPaused) return;
    this.#isPaused = isPaused;
    this.#setPaused(isPaused);
  }
}
