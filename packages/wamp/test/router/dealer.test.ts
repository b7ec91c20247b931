// The router's dealer between a caller and a callee that are the test.

import { manualClock, seededRandom } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import {
  Call,
  Cancel,
  type CancelMode,
  createRouter,
  ErrorMessage,
  ErrorUri,
  Hello,
  Interrupt,
  type Invocation,
  MessageType,
  Register,
} from '../../src/index.ts';
import { Line } from '../support/line.ts';

/** A caller, and a callee that has a procedure and has yet to answer a call of it, made with a timeout. */
function calling(timeout: number) {
  const clock = manualClock();
  const router = createRouter({ realms: ['realm1'], clock, random: seededRandom(1) });
  const join = () => {
    const [session, line] = [router.createSession(), new Line()];
    session.onOpen(line);
    session.onMessage(new Hello('realm1', { roles: { caller: {}, callee: { features: { call_canceling: true } } } }));
    line.take();
    return { session, line };
  };
  const [caller, callee] = [join(), join()];
  callee.session.onMessage(new Register(1, {}, 'com.slow'));
  callee.line.take();
  caller.session.onMessage(new Call(5, { timeout }, 'com.slow'));
  const [invocation] = callee.line.take() as Invocation[];
  expect(invocation).toMatchObject({ messageType: MessageType.INVOCATION });
  return { clock, caller, callee, invocation: invocation!.request };
}

describe('a call with a timeout', () => {
  test.each<[mode: CancelMode, interrupts: number]>([
    ['skip', 0],
    ['killnowait', 1],
  ])('that is cancelled by %s does not time out as well: %i INTERRUPT', (mode, interrupts) => {
    const { clock, caller, callee } = calling(1000);
    caller.session.onMessage(new Cancel(5, { mode }));
    expect(callee.line.take()).toHaveLength(interrupts);
    expect(caller.line.take()).toMatchObject([{ messageType: MessageType.ERROR, error: ErrorUri.canceled }]);
    expect(clock.pendingTimers).toBe(0);
    // The callee takes its time.
    clock.advance(1_000_000);
    expect([callee.line.take(), caller.line.take()]).toEqual([[], []]);
  });

  test('whose caller is gone does not time out', () => {
    const { clock, caller, callee, invocation } = calling(1000);
    caller.session.onClose(false);
    expect(callee.line.take()).toEqual([new Interrupt(invocation, { mode: 'killnowait' })]);
    expect(clock.pendingTimers).toBe(0);
    clock.advance(1_000_000);
    expect(callee.line.take()).toEqual([]);
  });

  test('that is cancelled by kill still times out where the callee does not answer', () => {
    const { clock, caller, callee, invocation } = calling(1000);
    caller.session.onMessage(new Cancel(5, { mode: 'kill' }));
    clock.advance(999);
    expect(callee.line.take()).toEqual([new Interrupt(invocation, { mode: 'kill' })]);
    expect(caller.line.take()).toEqual([]);
    clock.advance(1);
    expect(caller.line.take()).toMatchObject([{ messageType: MessageType.ERROR, error: ErrorUri.timeout }]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('that is answered does not time out', () => {
    const { clock, caller, callee, invocation } = calling(1000);
    callee.session.onMessage(new ErrorMessage(MessageType.INVOCATION, invocation, {}, 'com.error'));
    expect(caller.line.take()).toMatchObject([{ messageType: MessageType.ERROR, error: 'com.error' }]);
    expect(clock.pendingTimers).toBe(0);
  });
});
