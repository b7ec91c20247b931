// Delivers events to the application, in order. While the application has paused, events are queued here, and the
// engine stops reading when the queue is full. An application that throws, or whose promise rejects, ends its own
// connection.

import { isPromise } from '../support/is-promise.ts';
import { MESSAGE_WORK, type WorkShare } from '../support/work-queue.ts';
import type { EngineListener } from './engine-listener.ts';

/** The events of a message that is delivered in pieces. */
export type PartEvent =
  | 'onMessageBegin'
  | 'onMessageFrameBegin'
  | 'onMessageData'
  | 'onMessageFrameEnd'
  | 'onMessageEnd';

/** Learns that the application failed. Must not throw. */
export interface DeliveryOwner {
  /** A hook threw, or its promise was rejected. */
  onHookFailed(error: unknown): void;
}

type Call = () => unknown;

interface Held {
  readonly size: number;
  readonly call: Call;
}

/** Calls the application's hooks: at once, or, while it has paused, when it resumes. */
export class Delivery {
  readonly #owner: DeliveryOwner;
  #listener: EngineListener | null = null;
  /** Queued events. `null`: the queue is off, and events are delivered directly. */
  #held: (Held | null)[] | null = null;
  /** Where the first event of `#held` is that was not delivered yet. */
  #next = 0;
  #isPaused = false;
  #isDraining = false;
  #isDiscarding = false;
  #isEnding = false;
  /** Bytes of the queued events, with {@link EVENT_SIZE} added for each. */
  heldBytes = 0;

  constructor(owner: DeliveryOwner) {
    this.#owner = owner;
  }

  /** Sets the listener, which hears of messages. */
  setListener(listener: EngineListener): void {
    this.#listener = listener;
  }

  /** The listener; set before the first message. */
  get listener(): EngineListener | null {
    return this.#listener;
  }

  message(payload: Uint8Array, isBinary: boolean): void {
    if (this.#held !== null) this.#hold(payload.length, () => this.#listener!.onMessage(payload, isBinary));
    else this.#callMessage(payload, isBinary);
  }

  /** Offers a text whose bytes are lent. @returns whether the listener took it; if not, the caller uses `message` */
  onLentText(source: Uint8Array, start: number, end: number): boolean {
    return this.#held === null && this.#listener!.onLentText(source, start, end);
  }

  /** Delivers an event of a message in pieces. `value` is the hook's argument; queued, it counts as `size` bytes. */
  part(event: PartEvent, value: Uint8Array | number | boolean | undefined, size = 0): void {
    const call: Call = () => this.#listener![event]?.(value as never);
    if (this.#held !== null) this.#hold(size, call);
    else this.call(call);
  }

  /** Whether the queue is full. */
  get isFull(): boolean {
    return this.heldBytes >= LOOK_AHEAD;
  }

  /** From now on events are queued. */
  pause(): void {
    this.#isPaused = true;
    if (!this.#isEnding) this.#held ??= [];
  }

  /** Whether queued events are to be delivered in a later turn. */
  get isBehind(): boolean {
    return this.#held !== null && !this.#isDiscarding && !this.#isWaiting();
  }

  /** The application can take events again. {@link goOn} delivers those that are queued. */
  resume(): void {
    this.#isPaused = false;
  }

  /**
   * Delivers queued events until the application pauses again, or the work of this turn is done: then {@link isBehind}.
   *
   * @param work the connection's share of the turn
   * @returns whether the queue is empty, and off
   */
  goOn(work: Pick<WorkShare, 'spend'>): boolean {
    let mayGoOn = true;
    return this.#drain(before => {
      if (before > 0) mayGoOn = work.spend(before + MESSAGE_WORK) > 0;
      return !mayGoOn || this.#isWaiting();
    });
  }

  /** No more events will come: from now on those that are queued are delivered, paused or not. */
  end(): void {
    this.#isEnding = true;
  }

  /** Delivers what is still queued: these are the last events. */
  finish(): void {
    this.#drain(() => false);
    if (!this.#isDiscarding) this.#held = null;
  }

  /** Drops queued events and all later ones. */
  discard(): void {
    this.#held = [];
    this.#next = 0;
    this.heldBytes = 0;
    this.#isDiscarding = true;
  }

  /** Calls a hook at once, past the queue. */
  call(hook: Call): void {
    try {
      const result = hook();
      if (isPromise(result)) this.#await(result);
    } catch (error) {
      this.#owner.onHookFailed(error);
    }
  }

  // perf: the one call of the usual message, without a closure (packages/core/bench/decoder.mjs).
  #callMessage(payload: Uint8Array, isBinary: boolean): void {
    try {
      const result = this.#listener!.onMessage(payload, isBinary);
      if (result !== undefined && isPromise(result)) this.#await(result);
    } catch (error) {
      this.#owner.onHookFailed(error);
    }
  }

  #await(result: PromiseLike<unknown>): void {
    result.then(undefined, error => this.#owner.onHookFailed(error));
  }

  #hold(size: number, call: Call): void {
    if (this.#isDiscarding) return;
    this.#held?.push({ size: size + EVENT_SIZE, call });
    this.heldBytes += size + EVENT_SIZE;
  }

  /** Whether events wait for the application. */
  #isWaiting(): boolean {
    return this.#isPaused && !this.#isEnding;
  }

  /** Delivers queued events until `isDone`, which is asked before each, and told the size of the one before it. */
  #drain(isDone: (size: number) => boolean): boolean {
    const held = this.#held;
    if (held === null) return true;
    if (this.#isDraining) return false;
    this.#isDraining = true;
    let before = 0;
    while (this.#next < held.length && this.#held === held && !isDone(before)) {
      const { size, call } = held[this.#next]!;
      held[this.#next++] = null;
      this.heldBytes -= size;
      before = size;
      this.call(call);
    }
    this.#isDraining = false;
    // `discard` may have been called from a hook.
    if (this.#held !== held) return false;
    this.#compact(held);
    if (held.length === 0 && !this.#isWaiting() && !this.#isDiscarding) this.#held = null;
    return this.#held === null;
  }

  /** Removes delivered events, once they are at least half of the queue: each event is moved once at most. */
  #compact(held: unknown[]): void {
    if (this.#next * 2 < held.length) return;
    held.splice(0, this.#next);
    this.#next = 0;
  }
}

/** So many bytes may be queued while receiving is paused, so that pings and closes behind messages are answered. */
const LOOK_AHEAD = 65536;

/** How many bytes a queued event counts as, beside those of its payload. */
const EVENT_SIZE = 128;
