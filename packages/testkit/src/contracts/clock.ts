import type { Clock } from '@ws/types';
import { check, checkEqual } from '../assert.ts';
import { defineSuite, type Rule } from './suite.ts';
import type { TestRunner } from './test-runner.ts';

/** A real clock may round the time of expiry to whole milliseconds. */
const ROUNDING = 1;

/** Lets that many milliseconds pass. A clock with `advance` is moved by it. */
function pass(clock: Clock & { advance?(milliseconds: number): void }, milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    clock.setTimer(milliseconds, resolve);
    clock.advance?.(milliseconds);
  });
}

const rules: readonly Rule<Clock>[] = [
  {
    name: 'now is a number of milliseconds that never goes back',
    async run(clock) {
      let last = clock.now();
      check(Number.isFinite(last), `now() is ${last}`);
      for (let i = 0; i < 1000; i++) {
        const now = clock.now();
        check(now >= last, `now() went from ${last} to ${now}`);
        last = now;
      }
      await pass(clock, 20);
      const passed = clock.now() - last;
      check(passed >= 20 - ROUNDING && passed < 20_000, `20 ms passed, by now() it was ${passed}`);
    },
  },
  {
    name: 'a timer expires once, not before its time, and never inside setTimer',
    async run(clock) {
      const start = clock.now();
      const times: number[] = [];
      clock.setTimer(10, () => times.push(clock.now() - start));
      clock.setTimer(0, () => times.push(-1));
      checkEqual(times, [], 'timers that expired inside setTimer');
      await pass(clock, 15);
      await pass(clock, 15);
      checkEqual(times.length, 2, 'expiries of two timers');
      checkEqual(times[0], -1, 'the timer of 0 ms comes first');
      check((times[1] as number) >= 10 - ROUNDING, `a timer of 10 ms expired after ${times[1]}`);
    },
  },
  {
    name: 'timers of the same delay expire in the order they were set',
    async run(clock) {
      const order: number[] = [];
      for (let i = 0; i < 5; i++) clock.setTimer(5, () => order.push(i));
      await pass(clock, 10);
      checkEqual(order, [0, 1, 2, 3, 4], 'the order of expiry');
    },
  },
  {
    name: 'a cancelled timer never expires; cancelling twice or after the expiry does nothing',
    async run(clock) {
      const expired: string[] = [];
      const cancelled = clock.setTimer(5, () => expired.push('cancelled'));
      const other = clock.setTimer(5, () => {
        expired.push('other');
        other.cancel();
      });
      cancelled.cancel();
      cancelled.cancel();
      const inTime = clock.setTimer(10, () => expired.push('cancelled by a timer'));
      clock.setTimer(1, () => inTime.cancel());
      await pass(clock, 20);
      other.cancel();
      clock.setTimer(1, () => expired.push('later'));
      other.cancel();
      cancelled.cancel();
      await pass(clock, 10);
      checkEqual(expired, ['other', 'later'], 'timers that expired');
    },
  },
  {
    name: 'defer waits until the running code has returned, and comes before any timer',
    async run(clock) {
      const order: string[] = [];
      clock.setTimer(0, () => order.push('timer'));
      clock.defer(() => {
        order.push('first');
        clock.defer(() => order.push('third'));
      });
      clock.defer(() => order.push('second'));
      checkEqual(order, [], 'tasks that ran inside defer');
      await pass(clock, 5);
      checkEqual(order, ['first', 'second', 'third', 'timer'], 'the order of deferred tasks and a timer');
    },
  },
  {
    name: 'nextTurn waits for deferred tasks, keeps the order, and begins another turn for what a task gives it',
    async run(clock) {
      const order: string[] = [];
      clock.nextTurn(() => {
        order.push('first');
        clock.nextTurn(() => order.push('third'));
        clock.defer(() => order.push('deferred by the first'));
      });
      clock.nextTurn(() => order.push('second'));
      clock.defer(() => order.push('deferred'));
      checkEqual(order, [], 'tasks that ran inside nextTurn');
      await pass(clock, 10);
      await pass(clock, 10);
      checkEqual(order, ['deferred', 'first', 'deferred by the first', 'second', 'third'], 'the order of turns');
    },
  },
  {
    name: 'defer works within timers',
    async run(clock) {
      const order: string[] = [];
      clock.setTimer(1, () => {
        clock.defer(() => order.push('deferred'));
        order.push('timer');
      });
      await pass(clock, 5);
      checkEqual(order, ['timer', 'deferred'], 'the order of a timer and what it deferred');
    },
  },
];

/**
 * The contract suite of the {@link Clock} port. A clock with a method `advance(milliseconds)` is moved by it. With any other
 * clock the suite waits in real time, about 100 ms in all.
 *
 * @param runner default: the global `describe` and `test`
 */
export function clockContract(name: string, make: () => Clock, runner?: TestRunner): void {
  defineSuite(`${name} keeps the contract of Clock`, rules, make, runner);
}
