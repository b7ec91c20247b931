// What a turn of the event loop may cost, over all connections. What bytes cost is not what they weigh: a few kilobytes
// can hold thousands of messages, or inflate to megabytes. So work is counted, and a connection that has used its share
// keeps the rest and goes on when the others have had their turn.

import type { Clock } from '@ws/types';

/** Units of work that take about a millisecond. A unit is about what it takes to deliver a byte, or to inflate half. */
const MILLISECOND = 2 ** 19;

/** What handling a message or a frame costs, in units, beside its bytes. */
export const MESSAGE_WORK = 512;

/** What a call of a decompressor costs, in units, beside its bytes; and what each byte of its output does. */
export const DECOMPRESSION_WORK = 4096;
export const INFLATED_BYTE_WORK = 2;

/** Milliseconds that a turn may take. */
const TURN_TIME = 4;

/** The units of a turn; fewer when they were seen to take longer than {@link TURN_TIME}. */
const MOST_TURN_WORK = TURN_TIME * MILLISECOND;
const LEAST_TURN_WORK = MOST_TURN_WORK / 64;

/** One connection may do a fourth of a turn's work. */
const SHARE_BITS = 2;

/**
 * A connection that brings at most so many bytes, and has done nothing yet in this turn, does not wait when others have
 * used up the turn: it gets a small share at once.
 */
const FEW_BYTES = 1024;
const SMALL_SHARE_BITS = 6;

/**
 * After so many units work is counted, and once somebody has done so many at a time, the time is looked at. No less than a
 * transport reads at once, so that long messages, whose cost is known, do not have it looked at.
 */
const QUANTUM = 256 * MESSAGE_WORK;

/** A connection, as the queue sees it. */
export interface Worker {
  /** Goes on with what it had deferred, within a new share. Must not throw. */
  goOn(): void;
}

/** What one connection may do in a turn. */
export class WorkShare {
  /** The turn that `left` is of. */
  turn = 0;
  /** Units that may still be used in that turn. */
  left = 0;
  isDeferred = false;
  readonly worker: Worker;
  readonly #queue: WorkQueue;

  constructor(queue: WorkQueue, worker: Worker) {
    this.#queue = queue;
    this.worker = worker;
  }

  // perf: the usual case of `allowed` and `spend` is here, where it is inlined (apps/bench, echo-64).

  /**
   * How many units of work may be done before the next call of {@link spend}. 0 or less: none in this turn.
   *
   * @param bytes how many bytes there are to read
   */
  allowed(bytes: number): number {
    const queue = this.#queue;
    return this.turn === queue.turn && queue.left > 0 ? Math.min(this.left, QUANTUM) : queue.begin(this, bytes);
  }

  /** Counts work that was done. @returns how many units more may be done before the next call; 0 or less: none */
  spend(units: number): number {
    const queue = this.#queue;
    const left = this.left - units;
    const turnLeft = queue.left - units;
    this.left = left;
    queue.left = turnLeft;
    const isUsual = left > 0 && turnLeft > 0 && units < QUANTUM && !queue.isWatching;
    return isUsual ? Math.min(left, QUANTUM) : queue.look(this, units);
  }

  /** The worker is to go on in the next turn, or in one of those after it. */
  defer(): void {
    this.#queue.defer(this);
  }

  /** From now on the time of this turn is looked at: it may become long. */
  watch(): void {
    this.#queue.watch();
  }
}

/** Stands for a share where as much as there is may be done. */
export const UNLIMITED: Pick<WorkShare, 'spend'> = { spend: units => units };

/** Shares out the work of each turn. One for all connections of a platform. */
export class WorkQueue {
  readonly #clock: Clock;
  /** Counts the turns in which something had to be counted. */
  turn = 1;
  #turnWork = MOST_TURN_WORK;
  /** Units left for all workers in this turn. */
  left: number = MOST_TURN_WORK;
  #untilCheck = 0;
  /** Whether the end of this turn is awaited. Usual turns are too short for that: what is left is left for the next. */
  isWatching = false;
  #watchedSince = 0;
  #wasSlow = false;
  /** Workers that have not used their share: they go first. */
  #fresh: WorkShare[] = [];
  #waiting: WorkShare[] = [];
  readonly #onTurn = (): void => this.#begin();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A share's first work of this turn, or of a turn that is used up. @returns how many units may be done */
  begin(share: WorkShare, bytes: number): number {
    const isNew = share.turn !== this.turn;
    if (isNew) {
      share.turn = this.turn;
      share.left = this.#turnWork >> SHARE_BITS;
    }
    if (this.left <= 0) {
      if (!isNew || bytes > FEW_BYTES || share.isDeferred) return 0;
      share.left = this.#turnWork >> SMALL_SHARE_BITS;
    }
    return Math.min(share.left, QUANTUM);
  }

  /** Looks at what was just counted. @returns how many units more may be done */
  look(share: WorkShare, units: number): number {
    if (this.isWatching) this.#checkTime(units);
    else this.#beginToWatch(share);
    return this.left > 0 ? Math.min(share.left, QUANTUM) : 0;
  }

  /** From now on work is counted until the end of this turn, and its time is looked at. */
  watch(): void {
    if (this.isWatching) return;
    this.isWatching = true;
    this.#watchedSince = this.#clock.now();
    this.#untilCheck = QUANTUM;
    this.left = this.#turnWork;
    this.#clock.nextTurn(this.#onTurn);
  }

  /** Lets a worker go on in the next turn, or in one of those after it: those that have used nothing come first. */
  defer(share: WorkShare): void {
    if (share.isDeferred) return;
    share.isDeferred = true;
    if (share.left > 0) this.#fresh.push(share);
    else this.#waiting.push(share);
    this.watch();
  }

  /** What was counted so far may be of many turns: within this one, everybody gets as much again. */
  #beginToWatch(share: WorkShare): void {
    this.watch();
    if (share.left <= 0) share.left += this.#turnWork >> SHARE_BITS;
  }

  #checkTime(units: number): void {
    this.#untilCheck -= units;
    if (this.#untilCheck > 0) return;
    this.#untilCheck = QUANTUM;
    if (this.left > 0 && this.#clock.now() - this.#watchedSince >= TURN_TIME) {
      this.#wasSlow = true;
      this.left = 0;
    }
  }

  /** A turn begins: those that wait go on, each within a share, and all of them within the work of a turn. */
  #begin(): void {
    this.isWatching = false;
    this.#adapt();
    this.turn++;
    this.left = this.#turnWork;
    if (this.#fresh.length + this.#waiting.length === 0) return;
    this.watch();
    if (this.#serve(this.#fresh)) this.#serve(this.#waiting);
  }

  /**
   * Serves those that wait now. Whoever defers again goes to the end. The turn is over when one of them has done much: what
   * the application does with it in promises comes before the next one, and so do the sockets.
   *
   * @returns whether the turn may go on
   */
  #serve(shares: WorkShare[]): boolean {
    const { length } = shares;
    const least = Math.max(0, this.left - QUANTUM);
    let served = 0;
    while (served < length && this.left > least) {
      const share = shares[served++]!;
      share.isDeferred = false;
      share.worker.goOn();
    }
    shares.splice(0, served);
    return this.left > least;
  }

  /** Where a turn's units took longer than they should, the next turns get fewer. */
  #adapt(): void {
    // perf: integers only: V8 keeps fields that ever held a fraction in a slower way (apps/bench, echo-64).
    if (this.#wasSlow) this.#turnWork = Math.max(LEAST_TURN_WORK, this.#turnWork >> 1);
    else if (this.#turnWork < MOST_TURN_WORK) this.#turnWork <<= 1;
    this.#wasSlow = false;
  }
}
