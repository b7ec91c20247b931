import { microtask } from './globals.ts';

/** When the deliveries of a pair in memory happen. */
export interface TurnOptions {
  /** Nothing moves until `step` or `flush` is called. Default `false`: each event has a microtask of its own. */
  readonly manual?: boolean | undefined;
  /** Runs the deliveries instead of a microtask, such as a manual clock's `defer`. Each call is one event. */
  readonly schedule?: ((task: () => void) => void) | undefined;
}

/** The deliveries of a pair in memory, one after another. */
export interface Turns {
  /** Adds a delivery to the end of the queue. */
  readonly add: (turn: () => void) => void;
  readonly step: () => boolean;
  readonly flush: (limit?: number) => number;
}

/** Two handlers that talk for ever are found out, not waited for. */
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
