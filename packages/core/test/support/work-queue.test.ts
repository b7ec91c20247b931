import { manualClock } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { MESSAGE_WORK, WorkQueue, WorkShare } from '../../src/support/work-queue.ts';

/** A connection's share of a turn, and a whole turn, in units. */
const SHARE = 2 ** 19;
const TURN = 4 * SHARE;
const QUANTUM = 256 * MESSAGE_WORK;

interface Counting {
  readonly share: WorkShare;
  goOn(): void;
  /** Units that it has still to do, and those that it did in each turn. */
  todo: number;
  readonly done: number[];
}

function setup() {
  const clock = manualClock();
  /** Time passes within turns too, when a worker is slow. */
  const time = { now: 0 };
  const queue = new WorkQueue({
    now: () => time.now,
    setTimer: (delay, onExpiry) => clock.setTimer(delay, onExpiry),
    defer: task => clock.defer(task),
    nextTurn: task => clock.nextTurn(task),
  });
  const log: string[] = [];
  /** A worker that does its work `piece` units at a time, each in so many milliseconds. */
  const worker = (name: string, todo: number, piece = 1000, duration = 0): Counting => {
    const self: Counting = {
      share: new WorkShare(queue, { goOn: () => self.goOn() }),
      todo,
      done: [],
      goOn() {
        log.push(name);
        let allowed = self.share.allowed(self.todo);
        let did = 0;
        let counted = 0;
        while (allowed > 0 && self.todo > 0) {
          self.todo -= piece;
          did += piece;
          counted += piece;
          time.now += duration;
          if (counted < allowed && self.todo > 0) continue;
          allowed = self.share.spend(counted);
          counted = 0;
        }
        self.done.push(did);
        if (self.todo > 0) self.share.defer();
      },
    };
    return self;
  };
  return { clock, queue, log, worker };
}

function finish(clock: { turn(): void }, ...workers: Counting[]): number {
  let turns = 0;
  while (workers.some(({ todo }) => todo > 0)) {
    clock.turn();
    turns++;
  }
  return turns;
}

describe('WorkQueue', () => {
  test('leaves usual turns alone: nothing is scheduled', () => {
    const { clock, worker } = setup();
    for (let i = 0; i < 100; i++) {
      const one = worker('a', 1000);
      expect(one.share.allowed(100)).toBe(QUANTUM);
      one.share.spend(1000);
    }
    expect(clock.pendingTurns).toBe(0);
  });

  test('a worker gets a share, and goes on with another in the next turn', () => {
    const { clock, worker } = setup();
    const one = worker('a', 3 * SHARE);
    one.goOn();
    expect([one.done.length, one.share.isDeferred, clock.pendingTurns]).toEqual([1, true, 1]);
    finish(clock, one);
    expect(one.done.every(did => did <= SHARE + 1000)).toBe(true);
    clock.turn();
    expect([one.share.isDeferred, clock.pendingTurns]).toEqual([false, 0]);
  });

  test('twice the work takes twice the turns, and none is done twice', () => {
    const turns = [10, 20].map(shares => {
      const { clock, worker } = setup();
      const one = worker('a', shares * SHARE);
      one.goOn();
      const taken = finish(clock, one);
      expect(one.done.reduce((sum, did) => sum + did, 0)).toBeLessThan(shares * SHARE + 1000);
      return taken + 1;
    });
    expect(turns).toEqual([10, 20]);
  });

  test('those that wait take turns, and a turn is bounded however many they are', () => {
    const { clock, log, worker } = setup();
    const many = Array.from({ length: 100 }, (_, i) => worker(`${i}`, 3 * SHARE));
    for (const one of many) one.goOn();
    // What was done before anybody knew that this turn is long counts too: twice a turn at most.
    expect(many.reduce((sum, { done }) => sum + done[0]!, 0)).toBeLessThan(2 * TURN + 10 * SHARE);
    log.length = 0;
    const before = many.map(({ todo }) => todo);
    clock.turn();
    const did = many.reduce((sum, { todo }, i) => sum + before[i]! - todo, 0);
    // One after the other, when each has much to do.
    expect(did).toBeGreaterThanOrEqual(SHARE);
    expect(did).toBeLessThanOrEqual(SHARE + 1000);
    finish(clock, ...many);
    const rounds = log.slice(0, 100);
    expect(new Set(rounds).size).toBe(100);
  });

  test('many that have little to do go on in one turn', () => {
    const { clock, worker } = setup();
    const many = Array.from({ length: 100 }, (_, i) => worker(`${i}`, 1000));
    for (const one of many) one.share.defer();
    clock.turn();
    expect(many.filter(({ todo }) => todo === 0).length).toBe(100);
  });

  test('who brings little is served at once, though others have used up the turn', () => {
    const { worker } = setup();
    const many = Array.from({ length: 100 }, (_, i) => worker(`${i}`, 3 * SHARE));
    for (const one of many) one.goOn();
    const neighbour = worker('neighbour', 1000);
    neighbour.goOn();
    expect([neighbour.todo, neighbour.share.isDeferred]).toEqual([0, false]);
    // But not twice in a turn beyond a small share, and not with more than a few bytes.
    neighbour.share.spend(SHARE);
    expect(neighbour.share.allowed(1)).toBeLessThanOrEqual(0);
    expect(worker('other', 1).share.allowed(1025)).toBe(0);
  });

  test('who has used nothing comes before those that have used their share', () => {
    const { clock, log, worker } = setup();
    const many = Array.from({ length: 20 }, (_, i) => worker(`${i}`, 3 * SHARE));
    for (const one of many) one.goOn();
    const late = worker('late', 2000);
    late.goOn();
    expect(late.share.isDeferred).toBe(true);
    log.length = 0;
    clock.turn();
    const firstThatHadItsShare = log.findIndex(name => (many[Number(name)]?.done[0] ?? 0) > 0);
    expect(log.indexOf('late')).toBeLessThan(firstThatHadItsShare);
  });

  test('a turn that takes longer than it should ends early, and the next ones get less', () => {
    const { clock, worker } = setup();
    const slow = worker('slow', 40 * SHARE, 10_000, 1);
    slow.goOn();
    clock.turn();
    const [, second] = slow.done;
    for (let i = 0; i < 20; i++) clock.turn();
    expect(slow.done.at(-1)).toBeLessThan(second!);
    // It recovers.
    const quick = worker('quick', 40 * SHARE);
    slow.todo = 0;
    for (let i = 0; i < 10; i++) clock.turn();
    quick.goOn();
    finish(clock, quick);
    expect(quick.done.at(-2)).toBeGreaterThanOrEqual(SHARE);
  });

  test('is told twice of a worker that waits, and calls it once', () => {
    const { clock, log, worker } = setup();
    const one = worker('a', 0);
    one.share.defer();
    one.share.defer();
    clock.turn();
    clock.turn();
    expect(log).toEqual(['a']);
  });
});
