// A publication on its way to many. What it takes to tell ten thousand is more than a turn has, so it is done in parts, and
// its publisher is not read meanwhile: its publications reach everybody in their order.

import type { Clock } from '@ws/types';
import { Turns, type TurnTaker } from '../transport/turns.ts';

/** Events that leave at once, and in each part: many enough that few publications wait. */
export const PART_EVENTS = 128;

/** Sends the events of a publication that are left. */
export class FanOut implements TurnTaker {
  /** For {@link Turns}. */
  due = 0;
  /** Resolves when all have been sent. */
  readonly done: Promise<void>;
  readonly #turns: Turns;
  readonly #sendPart: (count: number) => boolean;
  #finish: () => void = () => {};

  /** @param sendPart sends so many events at most. Must not throw. @returns whether some are left */
  constructor(clock: Clock, sendPart: (count: number) => boolean) {
    this.#turns = Turns.of(clock);
    this.#sendPart = sendPart;
    this.done = new Promise(resolve => {
      this.#finish = resolve;
    });
    this.#turns.wait(this);
  }

  /** For {@link Turns}. */
  goOn(): boolean {
    while (this.#turns.begin()) {
      const isLeft = this.#sendPart(PART_EVENTS);
      this.#turns.end(this);
      if (isLeft) continue;
      this.#finish();
      return false;
    }
    return true;
  }
}
