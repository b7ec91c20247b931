// The ways to take messages from the inbox: the next whole message, all messages in a loop, or one chunk by chunk.

import type { AbortSignalLike } from '@ws/types';
import { cancellable, concatBytes } from '@ws/util/primitives';
import { type Inbox, IncomingParts, type PartsTaker, type WholeTaker } from './inbox.ts';
import { TextDecoderStreaming } from './text-stream.ts';

/** A message as it is received: text as a string, binary as bytes. */
export type Received = string | Uint8Array;

/** Gives a complete message to the call that waits for it: text as a string. */
function deliver(bytes: Uint8Array, isText: boolean, taker: TextTaker): void {
  let message: Received = bytes;
  try {
    if (isText) message = taker.inbox.codec.decode(bytes);
  } catch (error) {
    // An option of the engine allows text that was not validated, so decoding may fail here.
    taker.reject(error);
    return;
  }
  taker.resolve(message);
}

interface TextTaker extends WholeTaker {
  readonly inbox: Inbox;
  reject(error: unknown): void;
}

/** A call that waits for the next message. */
class MessageTaker implements TextTaker {
  readonly wantsParts = false;
  readonly inbox: Inbox;
  readonly resolve: (message: Received) => void;
  readonly reject: (error: unknown) => void;

  constructor(inbox: Inbox, resolve: (message: Received) => void, reject: (error: unknown) => void) {
    this.inbox = inbox;
    this.resolve = resolve;
    this.reject = reject;
  }

  take({ chunks, isText }: IncomingParts): void {
    deliver(concatBytes(chunks), isText, this);
  }

  takeWhole(bytes: Uint8Array, isText: boolean): void {
    deliver(bytes, isText, this);
  }

  fail(error: unknown): void {
    this.reject(error);
  }
}

/** Waits for the next whole message. */
export function nextMessage(inbox: Inbox, signal: AbortSignalLike | undefined): Promise<Received> {
  // perf: no closures for signals where there is none (apps/bench, echo with `for await`).
  if (signal === undefined) {
    return new Promise((resolve, reject) => {
      inbox.add(new MessageTaker(inbox, resolve, reject));
    });
  }
  return cancellable(signal, (resolve, reject) => {
    const taker = new MessageTaker(inbox, resolve, reject);
    inbox.add(taker);
    return () => inbox.remove(taker);
  });
}

type Step = IteratorResult<Received, undefined>;

const END: Step = { done: true, value: undefined };

/** Iterates over all messages until the connection closes. Leaving the loop loses no message and does not close. */
export class Messages implements AsyncIterableIterator<Received> {
  /** @internal */
  readonly inbox: Inbox;
  readonly #signal: AbortSignalLike | undefined;
  readonly #isCleanEnd: (error: unknown) => boolean;
  #hasEnded = false;
  readonly #wait = (resolve: (step: Step) => void, reject: (error: unknown) => void): void => {
    this.inbox.add(new StepTaker(this, resolve, reject));
  };

  /** @param isCleanEnd whether an error ends the iteration; any other error is thrown by it */
  constructor(inbox: Inbox, signal: AbortSignalLike | undefined, isCleanEnd: (error: unknown) => boolean) {
    this.inbox = inbox;
    this.#signal = signal;
    this.#isCleanEnd = isCleanEnd;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Step> {
    if (this.#hasEnded) return Promise.resolve(END);
    // perf: no generator, and no closures (apps/bench, echo-64-binary, `ours-pull`).
    if (this.#signal === undefined) return new Promise(this.#wait);
    return cancellable(this.#signal, (resolve, reject) => {
      const taker = new StepTaker(this, resolve, reject);
      this.inbox.add(taker);
      return () => this.inbox.remove(taker);
    });
  }

  return(): Promise<Step> {
    this.#hasEnded = true;
    for (const taker of this.inbox.withdraw(other => other instanceof StepTaker && other.messages === this)) {
      (taker as StepTaker).settle(END);
    }
    return Promise.resolve(END);
  }

  /** Ends the iteration. @returns whether it ends without an error */
  endBy(error: unknown): boolean {
    this.#hasEnded = true;
    return this.#isCleanEnd(error);
  }
}

/** A call that waits for the next step of an iteration. */
class StepTaker implements TextTaker {
  readonly wantsParts = false;
  readonly messages: Messages;
  readonly inbox: Inbox;
  readonly settle: (step: Step) => void;
  readonly reject: (error: unknown) => void;

  constructor(messages: Messages, settle: (step: Step) => void, reject: (error: unknown) => void) {
    this.messages = messages;
    this.inbox = messages.inbox;
    this.settle = settle;
    this.reject = reject;
  }

  take({ chunks, isText }: IncomingParts): void {
    deliver(concatBytes(chunks), isText, this);
  }

  takeWhole(bytes: Uint8Array, isText: boolean): void {
    deliver(bytes, isText, this);
  }

  resolve(value: Received): void {
    // perf: in this order it has the shape of V8's own results, which settle a promise without a look for `then`
    // (apps/bench, pull-64-binary, `ours-pull`).
    this.settle({ value, done: false });
  }

  fail(error: unknown): void {
    if (this.messages.endBy(error)) this.settle(END);
    else this.reject(error);
  }
}

/** A call that takes a message chunk by chunk. */
class ChunksTaker implements PartsTaker {
  readonly wantsParts = true;
  readonly take: (message: IncomingParts) => void;
  readonly fail: (error: unknown) => void;

  constructor(resolve: (message: IncomingParts) => void, reject: (error: unknown) => void) {
    this.take = resolve;
    this.fail = reject;
  }

  takeWhole(bytes: Uint8Array, isText: boolean): void {
    this.take(new IncomingParts(isText, bytes));
  }
}

/** Gives the chunks of the next message as they come. */
export async function* chunksOf(
  inbox: Inbox,
  signal: AbortSignalLike | undefined,
  closedError: () => unknown,
): AsyncGenerator<Received, void, undefined> {
  const message = await cancellable<IncomingParts>(signal, (resolve, reject) => {
    const taker = new ChunksTaker(resolve, reject);
    inbox.add(taker);
    return () => inbox.remove(taker);
  });
  const decoder = message.isText ? new TextDecoderStreaming() : null;
  /** Chunks taken while the caller has received nothing; `null` once it has received a piece of the message. */
  let unseen: Uint8Array[] | null = [];
  let isPutBack = false;
  const onAborted = (): void => {
    if (unseen === null) return;
    isPutBack = true;
    message.chunks = [...unseen, ...message.chunks];
    inbox.putBack(message);
  };
  try {
    for (;;) {
      const chunk = message.chunks.shift();
      if (chunk !== undefined) {
        unseen?.push(chunk);
        const piece = decoder === null ? chunk : decoder.push(chunk);
        if (piece.length > 0) {
          unseen = null;
          yield piece;
        }
        inbox.update();
      } else if (message.isComplete) {
        return;
      } else if (inbox.isClosed) {
        throw closedError();
      } else {
        await progress(message, signal, onAborted);
      }
    }
  } finally {
    if (!isPutBack) skip(message, inbox);
  }
}

/** Skips the rest of a message that the caller left early. */
function skip(message: IncomingParts, inbox: Inbox): void {
  message.onProgress = () => {
    message.chunks = [];
  };
  message.chunks = [];
  inbox.update();
}

/** Waits for more of a message. @param onAborted called at once when the signal is aborted first */
function progress(message: IncomingParts, signal: AbortSignalLike | undefined, onAborted: () => void): Promise<void> {
  if (signal?.aborted) onAborted();
  return cancellable(signal, resolve => {
    message.onProgress = () => {
      message.onProgress = () => {};
      resolve();
    };
    return onAborted;
  });
}
