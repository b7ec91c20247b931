// Delivers events to the application, in order. While the application has paused, events are queued here, and the
// engine stops reading when the queue is full. An application that throws, or whose promise rejects, ends its own
// connection.

import { isPromise } from '../support/is-promise.ts';
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
  #held: Held[] | null = null;
  #isPaused = false;
  #isDraining = false;
  #isDiscarding = false;
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
    this.#held ??= [];
  }

  /** Delivers queued events, until the application pauses again. @returns whether the queue is empty, and off */
  resume(): boolean {
    this.#isPaused = false;
    return this.#drain(() => this.#isPaused);
  }

  /** Delivers queued events, paused or not: they are the last ones. */
  finish(): void {
    this.#drain(() => false);
    if (!this.#isDiscarding) this.#held = null;
  }

  /** Drops queued events and all later ones. */
  discard(): void {
    this.#held = [];
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

  #drain(isDone: () => boolean): boolean {
    const held = this.#held;
    if (held === null) return true;
    if (this.#isDraining) return false;
    this.#isDraining = true;
    let next = 0;
    while (next < held.length && this.#held === held && !isDone()) {
      const { size, call } = held[next++]!;
      this.heldBytes -= size;
      this.call(call);
    }
    this.#isDraining = false;
    // `discard` may have been called from a hook.
    if (this.#held !== held) return false;
    held.splice(0, next);
    if (held.length === 0 && !this.#isPaused && !this.#isDiscarding) this.#held = null;
    return this.#held === null;
  }
}

/** So many bytes may be queued while receiving is paused, so that pings and closes behind messages are answered. */
const LOOK_AHEAD = 65536;

/** How many bytes a queued event counts as, beside those of its payload. */
const EVENT_SIZE = 128;
