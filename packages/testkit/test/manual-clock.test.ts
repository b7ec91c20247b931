import { describe, expect, test } from 'vitest';
import { manualClock } from '../src/index.ts';

describe('manualClock', () => {
  test('stands still', () => {
    const clock = manualClock(5);
    clock.setTimer(0, () => expect.unreachable());
    expect([clock.now(), clock.pendingTimers, clock.nextExpiry]).toEqual([5, 1, 0]);
  });

  test('lets timers expire in order, each at its time, those set on the way included', () => {
    const clock = manualClock();
    const told: string[] = [];
    const tell = (name: string) => () => void told.push(`${name} at ${clock.now()}`);
    clock.setTimer(30, tell('late'));
    clock.setTimer(10, () => {
      tell('first')();
      clock.setTimer(5, tell('on the way'));
      clock.setTimer(-1, tell('at once'));
    });
    clock.setTimer(10, tell('second'));
    clock.setTimer(31, tell('too late'));
    clock.advance(30);
    expect(told).toEqual(['first at 10', 'second at 10', 'at once at 10', 'on the way at 15', 'late at 30']);
    expect([clock.now(), clock.pendingTimers, clock.nextExpiry]).toEqual([30, 1, 1]);
  });

  test('forgets a cancelled timer, even cancelled twice or after its expiry', () => {
    const clock = manualClock();
    let count = 0;
    const expired = clock.setTimer(1, () => count++);
    const cancelled = clock.setTimer(2, () => count++);
    clock.advance(1);
    clock.setTimer(1, () => count++);
    expired.cancel();
    cancelled.cancel();
    cancelled.cancel();
    expect(clock.pendingTimers).toBe(1);
    clock.advance(10);
    expect(count).toBe(2);
    expect(clock.nextExpiry).toBe(null);
  });

  test('runs deferred tasks in order: by flush, before and after each timer, or in a microtask', async () => {
    const clock = manualClock();
    const told: string[] = [];
    clock.defer(() => {
      told.push('1');
      clock.defer(() => told.push('3'));
      clock.flush();
    });
    clock.defer(() => told.push('2'));
    expect(told).toEqual([]);
    clock.flush();
    expect(told).toEqual(['1', '2', '3']);
    clock.setTimer(1, () => {
      told.push('timer');
      clock.defer(() => told.push('after the timer'));
    });
    clock.setTimer(1, () => told.push('next timer'));
    clock.defer(() => told.push('before the timer'));
    clock.advance(1);
    expect(told.slice(3)).toEqual(['before the timer', 'timer', 'after the timer', 'next timer']);
    clock.defer(() => told.push('microtask'));
    await Promise.resolve();
    expect(told.at(-1)).toBe('microtask');
  });

  test('begins turns by turn, by advance, or in a later microtask', async () => {
    const clock = manualClock();
    const told: string[] = [];
    const give = (name: string, next?: () => void) =>
      clock.nextTurn(() => {
        told.push(name);
        next?.();
      });
    give('1', () => {
      give('3');
      clock.turn();
    });
    give('2');
    clock.defer(() => told.push('deferred'));
    clock.turn();
    expect([told, clock.pendingTurns]).toEqual([['deferred', '1', '2'], 1]);
    clock.turn();
    expect(told.at(-1)).toBe('3');
    give('4', () => give('5'));
    clock.setTimer(0, () => told.push('timer'));
    clock.advance(0);
    expect(told.slice(4)).toEqual(['4', '5', 'timer']);
    give('6');
    await new Promise(resolve => setImmediate(resolve));
    expect(told.at(-1)).toBe('6');
  });

  test('keeps the turns behind a task that throws', async () => {
    const clock = manualClock();
    let count = 0;
    clock.nextTurn(() => {
      throw new Error('bad');
    });
    clock.nextTurn(() => count++);
    expect(() => clock.turn()).toThrow('bad');
    await new Promise(resolve => setImmediate(resolve));
    expect(count).toBe(1);
  });

  test('goes on when a task throws', async () => {
    const clock = manualClock();
    let count = 0;
    clock.defer(() => {
      throw new Error('bad');
    });
    clock.defer(() => count++);
    expect(() => clock.flush()).toThrow('bad');
    await Promise.resolve();
    expect(count).toBe(1);
    clock.advance(0);
  });

  test('cannot be moved by its own timers', () => {
    const clock = manualClock();
    clock.setTimer(1, () => clock.advance(1));
    expect(() => clock.advance(1)).toThrow('cannot advance the clock');
  });

  test.each([-1, Number.NaN, Number.POSITIVE_INFINITY])('refuses to move by %d', milliseconds => {
    expect(() => manualClock().advance(milliseconds)).toThrow(RangeError);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY])('refuses a timer of %d', delay => {
    expect(() => manualClock().setTimer(delay, () => {})).toThrow(RangeError);
  });
});
