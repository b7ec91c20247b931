// Aborts a call at every point at which it may wait: over real sockets these are turns of the event loop, and
// microtasks in each. Whatever it leaves behind is seen: listeners, timers, rejections.
import { createHook } from 'node:async_hooks';
import { getEventListeners } from 'node:events';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from 'vitest';

/** In each turn of the event loop. */
export const MICROTASKS = [0, 1, 2, 3, 4, 5, 6];

/** So many turns, and then so many microtasks. */
export interface Point {
  readonly turns: number;
  readonly tasks: number;
}

const unhandled: unknown[] = [];
const onUnhandled = (error: unknown): void => void unhandled.push(error);

/** Timers of ours that run, those included that do not keep the process, and where they come from. */
const timers: Map<number, string> = new Map();
const hook = createHook({
  init(id, type) {
    if (type !== 'Timeout') return;
    const { stack = '' } = new Error('a timer');
    if (/\/packages\/\w+\/src\//.test(stack)) timers.set(id, stack);
  },
  destroy: id => void timers.delete(id),
});

/** For the head of a file: from here on what is left behind is watched, and missed by no test. */
export function watchLeftovers(): void {
  beforeAll(() => void hook.enable());
  afterAll(() => void hook.disable());
  beforeEach(() => {
    unhandled.length = 0;
    process.on('unhandledRejection', onUnhandled);
  });
  afterEach(async () => {
    await new Promise<void>(resolve => setImmediate(resolve));
    process.off('unhandledRejection', onUnhandled);
    expect(unhandled).toEqual([]);
  });
}

/** How many timers of ours run. */
export function runningTimers(): number {
  return timers.size;
}

/** Waits until there are no more timers than `count`, and tells of those that stay. */
export async function untilTimers(count: number): Promise<void> {
  for (let turn = 0; timers.size > count && turn < 200; turn++) await new Promise(resolve => setImmediate(resolve));
  if (timers.size > count) expect([...timers.values()].slice(count)).toEqual([]);
}

/** Starts a call, and aborts it after so many turns and microtasks. It ends by itself, or with the signal's reason. */
export async function abortAt<Result>(
  { turns, tasks }: Point,
  start: (signal: AbortSignal) => Promise<Result>,
): Promise<{ result: Result | null; isAborted: boolean; wasDone: boolean }> {
  const controller = new AbortController();
  const reason = new Error('enough');
  let [isDone, isAborted] = [false, false];
  const outcome = start(controller.signal).then(
    result => {
      isDone = true;
      return result;
    },
    error => {
      expect(error, `after ${turns} turns and ${tasks} microtasks`).toBe(reason);
      isAborted = true;
      return null;
    },
  );
  for (let i = 0; i < turns; i++) await new Promise<void>(resolve => setImmediate(resolve));
  for (let i = 0; i < tasks; i++) await null;
  const wasDone = isDone;
  controller.abort(reason);
  const result = await outcome;
  expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  return { result, isAborted, wasDone };
}

/** Tries all points, until the call was done before the abort. @returns how many there were */
export async function everyPoint(attempt: (point: Point) => Promise<boolean>): Promise<number> {
  let points = 0;
  for (let turns = 0; turns < 500; turns++) {
    let wasDone = false;
    for (const tasks of MICROTASKS) {
      wasDone = await attempt({ turns, tasks });
      expect(unhandled, `after ${turns} turns and ${tasks} microtasks`).toEqual([]);
      points++;
    }
    if (wasDone) return points;
  }
  throw new Error('it is never done');
}
