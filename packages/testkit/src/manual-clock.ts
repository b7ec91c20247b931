import type { Clock, Timer } from '@ws/types';
import { microtask } from './globals.ts';

/** A {@link Clock} that stands still until a test moves it. */
export interface ManualClock extends Clock {
  /**
   * Lets time pass. Timers expire in the order of their times (for equal times, in the order they were set), each at its own
   * time, including timers set meanwhile. Deferred tasks and turns run before the first timer and after each, until no task
   * is left.
   *
   * @param milliseconds 0 or more; 0 runs only the timers and tasks that are due now
   * @throws RangeError for a negative or non-finite time; Error when called by a timer or a deferred task
   */
  advance(milliseconds: number): void;
  /** Runs the deferred tasks now, including tasks that these defer. Does nothing when called by one of them. */
  flush(): void;
  /**
   * Begins the next turn: runs the deferred tasks, and the tasks given to `nextTurn` before the call. Tasks that these give to
   * `nextTurn` wait for another turn. Does nothing when called by one of them.
   */
  turn(): void;
  /** Number of tasks that wait for the next turn. */
  readonly pendingTurns: number;
  /** Number of running timers: neither expired nor cancelled. */
  readonly pendingTimers: number;
  /** Milliseconds until the next timer expires; `null`: no timer runs. */
  readonly nextExpiry: number | null;
}

interface PendingTimer extends Timer {
  readonly time: number;
  readonly onExpiry: () => void;
}

/**
 * Makes a clock for tests. Timers expire only by `advance`. Deferred tasks run in a real microtask, or earlier by `flush` or
 * `advance`, so that a test can wait or stay synchronous. Turns begin in a later microtask, or earlier by `turn` or
 * `advance`.
 *
 * @param start initial value of `now()`, in milliseconds. Default 0.
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
      // When a task threw, the tasks behind it still run, in a microtask of their own.
      if (this.#deferred.length > 0) microtask(() => this.flush());
    }
  }

  #runDeferred(): void {
    for (let task = this.#deferred.shift(); task !== undefined; task = this.#deferred.shift()) task();
  }

  /** Runs the tasks of one turn. When a task throws, the tasks behind it wait for the next turn. */
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

  /** Begins the next turn after the microtasks that are queued now, and after the ones that these queue. */
  #awaitTurn(): void {
    microtask(() => microtask(() => microtask(() => this.turn())));
  }

  #remove(timer: PendingTimer): void {
    const place = this.#timers.indexOf(timer);
    if (place >= 0) this.#timers.splice(place, 1);
  }
}
