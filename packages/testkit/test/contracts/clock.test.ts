import type { Clock } from '@ws/types';
import { webPlatform } from '@ws/util/primitives';
import { describe, expect, test } from 'vitest';
import { clockContract, type ManualClock, manualClock } from '../../src/index.ts';
import { firstBrokenRule } from '../support/prove-suite.ts';

clockContract('manualClock', () => manualClock(), { describe, test });
clockContract('the clock of the web platform', () => webPlatform.clock, { describe, test });

type Change = (clock: ManualClock) => Partial<Clock>;

const broken: Record<string, Change> = {
  'goes back': clock => {
    let count = 0;
    return { now: () => clock.now() - count++ };
  },
  'does not go': () => ({ now: () => 5 }),
  'counts seconds': clock => ({ now: () => clock.now() / 1000 }),
  'says no number': () => ({ now: () => Number.NaN }),
  'expires inside setTimer': clock => ({
    setTimer(delay, onExpiry) {
      if (delay === 0) onExpiry();
      return clock.setTimer(delay, delay === 0 ? () => {} : onExpiry);
    },
  }),
  'expires twice': clock => ({
    setTimer(delay, onExpiry) {
      clock.setTimer(delay + 1, onExpiry);
      return clock.setTimer(delay, onExpiry);
    },
  }),
  'expires too early': clock => ({ setTimer: (delay, onExpiry) => clock.setTimer(delay / 2, onExpiry) }),
  'turns the order of timers around': clock => ({
    setTimer: (delay, onExpiry) => clock.setTimer(delay - clock.pendingTimers / 10, onExpiry),
  }),
  'cannot cancel': clock => ({
    setTimer(delay, onExpiry) {
      clock.setTimer(delay, onExpiry);
      return { cancel() {} };
    },
  }),
  'throws when a timer is cancelled twice': clock => ({
    setTimer(delay, onExpiry) {
      const timer = clock.setTimer(delay, onExpiry);
      let isCancelled = false;
      return {
        cancel() {
          if (isCancelled) throw new Error('cancelled twice');
          isCancelled = true;
          timer.cancel();
        },
      };
    },
  }),
  'runs deferred tasks at once': () => ({ defer: task => task() }),
  'defers with a timer': clock => ({ defer: task => void clock.setTimer(0, task) }),
  'never runs deferred tasks': () => ({ defer() {} }),
  'begins the next turn at once': () => ({ nextTurn: task => task() }),
  'never begins the next turn': () => ({ nextTurn() {} }),
  'takes a microtask for the next turn': clock => ({ nextTurn: task => clock.defer(task) }),
};

describe('clockContract finds a clock that', () => {
  test.each(Object.entries(broken))('%s', async (_, change) => {
    const make = (): Clock => {
      const clock = manualClock();
      const plain = {
        now: () => clock.now(),
        setTimer: clock.setTimer.bind(clock),
        defer: clock.defer.bind(clock),
        nextTurn: clock.nextTurn.bind(clock),
        advance: clock.advance.bind(clock),
      };
      return Object.assign(plain, change(clock));
    };
    expect(await firstBrokenRule(runner => clockContract('broken', make, runner))).not.toBe(null);
  });
});
