// Timers of all connections. Those of the same delay expire in the order in which they were started, so each delay
// needs one timer of the clock, however many connections wait: 10,000 keepalives are a handful of timers.

import type { Clock, Timer } from '@ws/types';

/** A started timer, an element of its delay's queue. */
class Entry implements Timer {
  readonly queue: DelayQueue;
  readonly expiry: number;
  readonly onExpiry: () => void;
  previous: Entry | null = null;
  next: Entry | null = null;
  isRunning = true;

  constructor(queue: DelayQueue, expiry: number, onExpiry: () => void) {
    this.queue = queue;
    this.expiry = expiry;
    this.onExpiry = onExpiry;
  }

  cancel(): void {
    if (this.isRunning) this.queue.remove(this);
  }
}

/** All timers of one delay, the earliest first. */
class DelayQueue {
  readonly #clock: Clock;
  readonly #delay: number;
  readonly #onEmpty: (delay: number) => void;
  #first: Entry | null = null;
  #last: Entry | null = null;
  #timer: Timer | null = null;

  constructor(clock: Clock, delay: number, onEmpty: (delay: number) => void) {
    this.#clock = clock;
    this.#delay = delay;
    this.#onEmpty = onEmpty;
  }

  add(onExpiry: () => void): Entry {
    const entry = new Entry(this, this.#clock.now() + this.#delay, onExpiry);
    entry.previous = this.#last;
    if (this.#last === null) this.#first = entry;
    else this.#last.next = entry;
    this.#last = entry;
    if (this.#timer === null) this.#arm(this.#delay);
    return entry;
  }

  remove(entry: Entry): void {
    entry.isRunning = false;
    if (entry.previous === null) this.#first = entry.next;
    else entry.previous.next = entry.next;
    if (entry.next === null) this.#last = entry.previous;
    else entry.next.previous = entry.previous;
    if (this.#first !== null) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#onEmpty(this.#delay);
  }

  #arm(delay: number): void {
    this.#timer = this.#clock.setTimer(delay, () => this.#expire());
  }

  #expire(): void {
    this.#timer = null;
    const now = this.#clock.now();
    // A timer of the clock may come a little early; then the rest is waited for.
    for (let entry = this.#first; entry !== null && entry.expiry <= now; entry = this.#first) {
      this.remove(entry);
      entry.onExpiry();
    }
    if (this.#first !== null && this.#timer === null) this.#arm(Math.max(1, this.#first.expiry - now));
  }
}

/** Starts timers, many of few different delays. */
export class Timers {
  readonly #clock: Clock;
  readonly #queues = new Map<number, DelayQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onExpiry`, which must not throw, once after `delay` milliseconds. */
  start(delay: number, onExpiry: () => void): Timer {
    let queue = this.#queues.get(delay);
    if (queue === undefined) {
      queue = new DelayQueue(this.#clock, delay, emptied => this.#queues.delete(emptied));
      this.#queues.set(delay, queue);
    }
    return queue.add(onExpiry);
  }
}
