// Messages cost more than their bytes: a few kilobytes can hold thousands of them. So they are handled up to a share of
// each turn of the event loop, of all connections together; who has sent more goes on in a later turn. Whoever has had
// least goes first, so that a hundred who send without end delay another's message no more than one does.

import type { Clock } from '@ws/types';

/** The messages of a turn, of all connections together. */
export const TURN_MESSAGES = 256;
/** Milliseconds after which a turn ends too. One message may take longer. */
const TURN_TIME = 2;
/** The most messages of one connection before another has its turn. */
export const VISIT_MESSAGES = 4;
/** What a message counts as that took no time, in milliseconds. */
const LEAST_COST = 0.001;

/** Somebody who has messages to be handled. */
export interface TurnTaker {
  /** Where it stands in the order, in milliseconds of work. Kept by {@link Turns}; 0 at first. */
  due: number;
  /** Handles messages as long as {@link Turns.begin} allows it. Must not throw. @returns whether some are left */
  goOn(): boolean;
}

const all = /* @__PURE__ */ new WeakMap<Clock, Turns>();

/** Shares out the turns of one event loop. */
export class Turns {
  readonly #clock: Clock;
  /** Those that wait, as a heap: the one that is due first stands first. */
  readonly #waiting: TurnTaker[] = [];
  #began = 0;
  #count = 0;
  /** Milliseconds of this turn that somebody was charged with. */
  #charged = 0;
  /** How many more messages the one may handle whose turn it is. */
  #visit = Infinity;
  #isSpent = false;
  #isNextAsked = false;
  /** Where the one stands whose turn it is: nobody who comes anew stands before it. */
  #virtualTime = 0;
  #latest = 0;
  readonly #onTurn = (): void => this.#run();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Those of the clock's event loop. */
  static of(clock: Clock): Turns {
    let turns = all.get(clock);
    if (turns === undefined) {
      turns = new Turns(clock);
      all.set(clock, turns);
    }
    return turns;
  }

  /** Whether one more message may be handled now: then it has to be, and {@link end} be called. */
  begin(): boolean {
    if (this.#isSpent || this.#visit === 0) return false;
    if (this.#count === 0) this.#began = this.#clock.now();
    return true;
  }

  /** A message of `taker` was handled. */
  end(taker: TurnTaker): void {
    const time = this.#clock.now() - this.#began;
    const cost = Math.max(LEAST_COST, time - this.#charged);
    this.#charged = time;
    taker.due = Math.max(taker.due, this.#virtualTime) + cost;
    if (taker.due > this.#latest) this.#latest = taker.due;
    this.#count++;
    this.#visit--;
    if (this.#count < TURN_MESSAGES && time < TURN_TIME) return;
    this.#isSpent = true;
    this.#askForNext();
  }
  /** Has `taker.goOn` called in a later turn. It must not wait already. */
  wait(taker: TurnTaker): void {
    taker.due = Math.max(taker.due, this.#virtualTime);
    push(this.#waiting, taker);
    this.#askForNext();
  }

  #askForNext(): void {
    if (this.#isNextAsked) return;
    this.#isNextAsked = true;
    this.#clock.nextTurn(this.#onTurn);
  }

  #run(): void {
    this.#isNextAsked = false;
    this.#isSpent = false;
    this.#count = 0;
    this.#charged = 0;
    while (this.#waiting.length > 0 && !this.#isSpent) {
      const taker = pop(this.#waiting);
      this.#virtualTime = Math.max(this.#virtualTime, taker.due);
      this.#visit = VISIT_MESSAGES;
      if (taker.goOn()) push(this.#waiting, taker);
    }
    this.#visit = Infinity;
    if (this.#waiting.length > 0) this.#askForNext();
    // Nobody waits: what each has had before is forgotten.
    else this.#virtualTime = this.#latest;
  }
}

/** Of those that are due at the same time, who comes last goes first: it is behind them the next time. */
function push(heap: TurnTaker[], taker: TurnTaker): void {
  let at = heap.push(taker) - 1;
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]!.due < taker.due) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = taker;
}

/** @param heap not empty */
function pop(heap: TurnTaker[]): TurnTaker {
  const first = heap[0]!;
  const last = heap.pop()!;
  const { length } = heap;
  let at = 0;
  for (let below = 1; below < length; below = 2 * at + 1) {
    if (below + 1 < length && heap[below + 1]!.due < heap[below]!.due) below++;
    if (heap[below]!.due >= last.due) break;
    heap[at] = heap[below]!;
    at = below;
  }
  if (length > 0) heap[at] = last;
  return first;
}
