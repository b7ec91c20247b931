import { describe, expect, test } from 'vitest';
import type { CalleeMember, CallerMember } from '../../src/router/member.ts';
import { type PendingCall, PendingCalls } from '../../src/router/pending-calls.ts';

/** Two calls of one caller to one callee, which counts its timers' ends. */
function setUp() {
  const caller = {} as CallerMember;
  const callee = {} as CalleeMember;
  const offer = { callee, registration: 1, concurrency: 0, running: 0 };
  const cancelled: number[] = [];
  const pendingCall = (callRequest: number): PendingCall => ({
    origin: caller,
    caller,
    callRequest,
    callee,
    invocationRequest: callRequest + 100,
    offer,
    wantsProgress: false,
    timer: { cancel: () => cancelled.push(callRequest) },
  });
  const [one, two] = [pendingCall(1), pendingCall(2)];
  const calls = new PendingCalls();
  calls.begin(one);
  calls.begin(two);
  return { calls, caller, callee, offer, one, two, cancelled };
}

describe('the pending calls of a realm', () => {
  test('are found by what their caller and their callee call them, and by no other number', () => {
    const { calls, caller, callee, offer, one, two } = setUp();
    expect([calls.call(caller, 1), calls.call(caller, 2), calls.call(caller, 101)]).toEqual([one, two, undefined]);
    expect([calls.invocation(callee, 101), calls.invocation(callee, 1)]).toEqual([one, undefined]);
    expect([calls.callsOf(caller), calls.invocationsOf(callee)]).toEqual([
      [one, two],
      [one, two],
    ]);
    expect(offer.running).toBe(2);
  });

  test('leave nothing when they are finished, and count once', () => {
    const { calls, caller, callee, offer, one, two, cancelled } = setUp();
    calls.finish(one);
    calls.finish(one);
    expect([calls.call(caller, 1), calls.invocation(callee, 101)]).toEqual([undefined, undefined]);
    expect([calls.callsOf(caller), calls.invocationsOf(callee)]).toEqual([[two], [two]]);
    expect(offer.running).toBe(1);
    expect(new Set(cancelled)).toEqual(new Set([1]));
  });

  test('that were released are their callee’s still', () => {
    const { calls, caller, callee, offer, one, two, cancelled } = setUp();
    calls.release(one);
    one.caller = null;
    expect([calls.callsOf(caller), calls.invocationsOf(callee)]).toEqual([[two], [one, two]]);
    expect([offer.running, cancelled]).toEqual([2, [1]]);
    calls.finish(one);
    expect([offer.running, calls.invocationsOf(callee)]).toEqual([1, [two]]);
  });

  test('of a member without any are none', () => {
    const { calls } = setUp();
    const stranger = {} as CallerMember & CalleeMember;
    expect([calls.callsOf(stranger), calls.invocationsOf(stranger)]).toEqual([[], []]);
    expect([calls.call(stranger, 1), calls.invocation(stranger, 101)]).toEqual([undefined, undefined]);
  });
});
