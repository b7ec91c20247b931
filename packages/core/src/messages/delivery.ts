// What the application is told, in order, and nothing while it has paused: then events wait here, and the engine
// stops reading when too much waits. An application that throws, or whose promise rejects, ends its own connection.

import { isPromise } from '../support/is-promise.ts';
import type { EngineListener } from './engine-listener.ts';

/** What of a message that comes bit by bit is told. */
export type PartEvent =
  | 'onMessageBegin'
  | 'onMessageFrameBegin'
  | 'onMessageData'
  | 'onMessageFrameEnd'
  | 'onMessageEnd';

/** Who is told when the application fails. Must not throw. */
export interface DeliveryOwner {
  /** A hook threw, or its promise was rejected. */
  onHookFailed(error: unknown): void;
}

type Call = () => unknown;

interface Held {
  readonly size: number;
  readonly call: Call;
}

/** Calls hooks, now or when the application is ready. */
export class Delivery {
  readonly #owner: DeliveryOwner;
  #listener: EngineListener | null = null;
  /** Queued events. `null`: the queue is off, and events are delivered directly. */
  #held: Held[] | null = null;
  #isPaused = false;
  #isDraining = false;
  #isDiscarding = false;
  /** Bytes that wait, and a little for each event. */
  heldBytes = 0;

  constructor(owner: DeliveryOwner) {
    this.#owner = owner;
  }

  /** Sets who is told of messages. */
  setListener(listener: EngineListener): void {
    this.#listener = listener;
  }

  /** Who is told; set before the first message. */
  get listener(): EngineListener | null {
    return this.#listener;
  }

  message(payload: Uint8Array, isBinary: boolean): void {
    if (this.#held !== null) this.#hold(payload.length, () => this.#listener!.onMessage(payload, isBinary));
    else this.#callMessage(payload, isBinary);
  }

  /** Offers a text that is lent. @returns whether it was taken; else it is to come as a `message` */
  onLentText(source: Uint8Array, start: number, end: number): boolean {
    return this.#held === null && this.#listener!.onLentText(source, start, end);
  }

  /** Tells of a part of a message, by `value`, of which `size` bytes count while it waits. */
  part(event: PartEvent, value: Uint8Array | number | boolean | undefined, size = 0): void {
    const call: Call = () => this.#listener![event]?.(value as never);
    if (this.#held !== null) this.#hold(size, call);
    else this.call(call);
  }

  /** As much waits as may. */
  get isFull(): boolean {
    return this.heldBytes >= LOOK_AHEAD;
  }

  /** From now on events wait. */
  pause(): void {
    this.#isPaused = true;
    this.#held ??= [];
  }

  /** What waits is delivered, until the application pauses again. @returns whether nothing waits any more */
  resume(): boolean {
    this.#isPaused = false;
    return this.#drain(() => this.#isPaused);
  }

  /** Delivers what waits, paused or not: nothing will come after it. */
  finish(): void {
    this.#drain(() => false);
    if (!this.#isDiscarding) this.#held = null;
  }

  /** Drops what waits; later events too. */
  discard(): void {
    this.#held = [];
    this.heldBytes = 0;
    this.#isDiscarding = true;
  }

  /** Calls a hook that is not to wait. */
  call(hook: Call): void {
    try {
      const result = hook();
      if (isPromise(result)) this.#await(result);
    } catch (error) {
      this.#owner.onHookFailed(error);
    }
  }

  // perf: the one call of the usual message, without a closure (bench/decoder.mjs).
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

/** While receiving is paused, so many bytes of messages may wait, so that pings and closes behind them are answered. */
const LOOK_AHEAD = 65536;

/** What an event that waits is counted as, beside its bytes. */
const EVENT_SIZE = 128;
