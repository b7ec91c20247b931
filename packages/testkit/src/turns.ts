import { microtask } from './globals.ts';

/** Options for the time at which a pair in memory delivers events. */
export interface TurnOptions {
  /** Whether events are delivered only by `step` and `flush`. Default `false`: each event has a microtask of its own. */
  readonly manual?: boolean | undefined;
  /** Schedules a delivery instead of a microtask, such as a manual clock's `defer`. Each call delivers one event. */
  readonly schedule?: ((task: () => void) => void) | undefined;
}

/** The queue of deliveries of a pair in memory. */
export interface Turns {
  /** Adds a delivery to the end of the queue. */
  readonly add: (turn: () => void) => void;
  readonly step: () => boolean;
  readonly flush: (limit?: number) => number;
}

/** Default limit of `flush`, so that two handlers that answer each other for ever are found. */
const MAX_EVENTS = 1_000_000;

/** Makes the queue of deliveries that both ends of a pair share. */
export function createTurns({ manual = false, schedule = microtask }: TurnOptions): Turns {
  const turns: (() => void)[] = [];

  function step(): boolean {
    const turn = turns.shift();
    turn?.();
    return turn !== undefined;
  }

  function add(turn: () => void): void {
    turns.push(turn);
    if (!manual) schedule(step);
  }

  function flush(limit: number = MAX_EVENTS): number {
    let count = 0;
    while (step()) if (++count > limit) throw new Error(`no end after ${limit} events`);
    return count;
  }
  return { add, step, flush };
}
