import { manualClock } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { Timers } from '../../src/support/timers.ts';

describe('Timers', () => {
  test('expire each at its time', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    const log: string[] = [];
    timers.start(20, () => log.push('a 20'));
    timers.start(10, () => log.push('b 10'));
    clock.advance(5);
    timers.start(10, () => log.push('c 15'));
    clock.advance(4);
    expect(log).toEqual([]);
    clock.advance(1);
    expect(log).toEqual(['b 10']);
    clock.advance(5);
    expect(log).toEqual(['b 10', 'c 15']);
    clock.advance(5);
    expect(log).toEqual(['b 10', 'c 15', 'a 20']);
  });

  test('expire also behind one that throws', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    const log: string[] = [];
    for (const name of ['a', 'b']) {
      timers.start(10, () => {
        log.push(name);
        throw new Error(name);
      });
    }
    expect(() => clock.advance(10)).toThrow('a');
    expect(() => clock.advance(1)).toThrow('b');
    expect([log, clock.pendingTimers]).toEqual([['a', 'b'], 0]);
    timers.start(10, () => log.push('c'));
    clock.advance(10);
    expect(log).toEqual(['a', 'b', 'c']);
  });

  test('expire each at its time, also when one that expires starts another', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    const log: string[] = [];
    timers.start(10, () => {
      log.push('first 10');
      timers.start(10, () => log.push('third 20'));
    });
    clock.advance(5);
    timers.start(10, () => log.push('second 15'));
    clock.advance(5);
    clock.advance(5);
    expect(log).toEqual(['first 10', 'second 15']);
    expect(clock.pendingTimers).toBe(1);
    clock.advance(5);
    expect(log).toEqual(['first 10', 'second 15', 'third 20']);
    expect(clock.pendingTimers).toBe(0);
  });

  test('10,000 of one delay need one timer of the clock', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    let expired = 0;
    for (let i = 0; i < 10_000; i++) {
      timers.start(1000, () => expired++);
      if (i % 100 === 0) clock.advance(1);
      expect(clock.pendingTimers).toBe(1);
    }
    clock.advance(2000);
    expect(expired).toBe(10_000);
    expect(clock.pendingTimers).toBe(0);
  });

  test('cancelled ones do not expire, and leave nothing behind', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    const log: number[] = [];
    const started = [1, 2, 3, 4].map(number => timers.start(10, () => log.push(number)));
    started[1]!.cancel();
    started[0]!.cancel();
    started[3]!.cancel();
    started[3]!.cancel();
    clock.advance(10);
    expect(log).toEqual([3]);
    started[2]!.cancel();
    const last = timers.start(10, () => log.push(5));
    last.cancel();
    expect(clock.pendingTimers).toBe(0);
  });

  test('may be started and cancelled by one that expires', () => {
    const clock = manualClock();
    const timers = new Timers(clock);
    const log: string[] = [];
    timers.start(10, () => {
      log.push('first');
      second.cancel();
      timers.start(10, () => log.push('third'));
    });
    const second = timers.start(10, () => log.push('second'));
    clock.advance(10);
    expect(log).toEqual(['first']);
    clock.advance(10);
    expect(log).toEqual(['first', 'third']);
  });

  test('wait for the rest when the clock comes early', () => {
    let now = 0;
    const set: [number, () => void][] = [];
    const timers = new Timers({
      now: () => now,
      setTimer: (delay, onExpiry) => {
        set.push([delay, onExpiry]);
        return { cancel() {} };
      },
      defer: task => task(),
      nextTurn: task => task(),
    });
    let expired = 0;
    timers.start(10, () => expired++);
    now = 9.5;
    set[0]![1]();
    expect(expired).toBe(0);
    expect(set[1]![0]).toBe(1);
    now = 10.5;
    set[1]![1]();
    expect(expired).toBe(1);
  });
});
