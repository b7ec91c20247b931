import type { Clock, Timer } from '@ws/types';
import { microtask } from './globals.ts';

/** A {@link Clock} that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Lets time pass. Timers expire in the order of their times (equal times: in the order they were set), each at its
   * own time, those set on the way included; deferred tasks run before the first and after each, and so do turns, until no
   * task waits for one.
   *
   * @param milliseconds 0 or more; 0 runs what is due now
   * @throws RangeError for a negative or non-finite time; Error when called by a timer or a deferred task
   */
  advance(milliseconds: number): void;
  /** Runs the deferred tasks now, those that they defer included. Does nothing when called by one of them. */
  flush(): void;
  /**
   * Begins the next turn: runs the deferred tasks, and the tasks that `nextTurn` was given before the call. Those that they
   * give to `nextTurn` wait for another turn. Does nothing when called by one of them.
   */
  turn(): void;
  /** Tasks that wait for the next turn. */
  readonly pendingTurns: number;
  /** Timers that run: neither expired nor cancelled. */
  readonly pendingTimers: number;
  /** Milliseconds until the next timer expires, `null` when none runs. */
  readonly nextExpiry: number | null;
}

interface PendingTimer extends Timer {
  readonly time: number;
  readonly onExpiry: () => void;
}

/**
 * Makes a clock for tests. Timers expire only by `advance`; deferred tasks run in a real microtask, or before by
 * `flush` or `advance`, so that a test can wait or stay synchronous. Turns begin in a later microtask, or before by `turn`
 * or `advance`.
 *
 * @param start what `now()` says at first, in milliseconds
 */
export function manualClock(start = 0): ManualClock {
  return new Clockwork(start);
}

class Clockwork implements ManualClock {
  #now: number;
  /** In the order of expiry. */
  readonly #timers: PendingTimer[] = [];
  readonly #deferred: (() => void)[] = [];
  #nextTurn: (() => void)[] = [];
  #isRunning = false;

  constructor(start: number) {
    this.#now = start;
  }

  now(): number {
    return this.#now;
  }

  get pendingTimers(): number {
    return this.#timers.length;
  }

  get nextExpiry(): number | null {
    const [next] = this.#timers;
    return next === undefined ? null : next.time - this.#now;
  }

  setTimer(delay: number, onExpiry: () => void): Timer {
    if (!Number.isFinite(delay)) throw new RangeError(`delay must be a finite number of milliseconds, not ${delay}`);
    const time = this.#now + Math.max(0, delay);
    const timer: PendingTimer = { time, onExpiry, cancel: () => this.#remove(timer) };
    const later = this.#timers.findIndex(other => other.time > time);
    this.#timers.splice(later < 0 ? this.#timers.length : later, 0, timer);
    return timer;
  }

  defer(task: () => void): void {
    this.#deferred.push(task);
    if (this.#deferred.length === 1) microtask(() => this.flush());
  }

  nextTurn(task: () => void): void {
    this.#nextTurn.push(task);
    if (this.#nextTurn.length === 1) this.#awaitTurn();
  }

  get pendingTurns(): number {
    return this.#nextTurn.length;
  }

  turn(): void {
    if (this.#isRunning) return;
    this.#run(() => {
      this.#runDeferred();
      this.#runTurn();
    });
  }

  flush(): void {
    if (this.#isRunning) return;
    this.#run(() => this.#runDeferred());
  }

  advance(milliseconds: number): void {
    if (!(milliseconds >= 0 && Number.isFinite(milliseconds))) {
      throw new RangeError(`time passes by 0 or more milliseconds, not ${milliseconds}`);
    }
    if (this.#isRunning) throw new Error('a timer or deferred task cannot advance the clock that runs it');
    const end = this.#now + milliseconds;
    this.#run(() => {
      this.#runTurns();
      for (let next = this.#timers[0]; next !== undefined && next.time <= end; next = this.#timers[0]) {
        this.#timers.shift();
        this.#now = next.time;
        next.onExpiry();
        this.#runTurns();
      }
      this.#now = end;
    });
  }

  #run(work: () => void): void {
    this.#isRunning = true;
    try {
      work();
    } finally {
      this.#isRunning = false;
      // A task threw: those behind it still get their microtask.
      if (this.#deferred.length > 0) microtask(() => this.flush());
    }
  }

  #runDeferred(): void {
    for (let task = this.#deferred.shift(); task !== undefined; task = this.#deferred.shift()) task();
  }

  /** Runs the tasks of one turn. When one throws, those behind it wait for the next. */
  #runTurn(): void {
    const tasks = this.#nextTurn;
    this.#nextTurn = [];
    try {
      for (let task = tasks.shift(); task !== undefined; task = tasks.shift()) {
        task();
        this.#runDeferred();
      }
    } finally {
      this.#nextTurn.unshift(...tasks);
      if (this.#nextTurn.length > 0) this.#awaitTurn();
    }
  }

  #runTurns(): void {
    this.#runDeferred();
    while (this.#nextTurn.length > 0) this.#runTurn();
  }

  /** Begins the next turn after the microtasks that are queued now, and what these queue. */
  #awaitTurn(): void {
    microtask(() => microtask(() => microtask(() => this.turn())));
  }

  #remove(timer: PendingTimer): void {
    const place = this.#timers.indexOf(timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }
}
