// Timers of all connections. Timers of the same delay expire in the order in which they were started, so each delay
// needs one timer of the clock, however many connections wait: 10,000 keepalives need a handful of clock timers.

import type { Clock, Timer } from '@ws/types';

/** A started timer, in its delay's queue. */
class Entry implements Timer {
  readonly queue: DelayQueue;
  readonly expiry: number;
  readonly onExpiry: () => void;

  constructor(queue: DelayQueue, expiry: number, onExpiry: () => void) {
    this.queue = queue;
    this.expiry = expiry;
    this.onExpiry = onExpiry;
  }

  cancel(): void {
    this.queue.remove(this);
  }
}

/** All timers of one delay. */
class DelayQueue {
  readonly #clock: Clock;
  readonly #delay: number;
  /** The map that this queue is in while it has entries. */
  readonly #queues: Map<number, DelayQueue>;
  /** Timers in the order in which they were started, which is the order in which they expire. */
  readonly #entries: Set<Entry> = new Set();
  #timer: Timer | null = null;

  constructor(clock: Clock, delay: number, queues: Map<number, DelayQueue>) {
    this.#clock = clock;
    this.#delay = delay;
    this.#queues = queues;
    queues.set(delay, this);
  }

  add(onExpiry: () => void): Entry {
    const entry = new Entry(this, this.#clock.now() + this.#delay, onExpiry);
    this.#entries.add(entry);
    if (this.#entries.size === 1) this.#arm(this.#delay);
    return entry;
  }

  /** Does nothing when the entry has expired. */
  remove(entry: Entry): void {
    if (!this.#entries.delete(entry) || this.#entries.size > 0) return;
    this.#timer?.cancel();
    this.#timer = null;
    this.#queues.delete(this.#delay);
  }

  #arm(delay: number): void {
    this.#timer = this.#clock.setTimer(delay, () => this.#expire());
  }

  #expire(): void {
    this.#timer = null;
    const now = this.#clock.now();
    for (const entry of this.#entries) {
      if (entry.expiry > now) {
        // A timer of the clock may come a little early.
        this.#arm(Math.max(1, entry.expiry - now));
        return;
      }
      this.remove(entry);
      try {
        entry.onExpiry();
      } catch (error) {
        // The clock is armed again, since the other entries must not wait for ever.
        if (this.#entries.size > 0) this.#arm(1);
        throw error;
      }
    }
  }
}

/** Starts timers: many timers, with few different delays. */
export class Timers {
  readonly #clock: Clock;
  readonly #queues = new Map<number, DelayQueue>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls `onExpiry`, which must not throw, once after `delay` milliseconds. */
  start(delay: number, onExpiry: () => void): Timer {
    const queue = this.#queues.get(delay) ?? new DelayQueue(this.#clock, delay, this.#queues);
    return queue.add(onExpiry);
  }
}
