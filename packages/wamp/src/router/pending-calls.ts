// The calls of a realm that have no answer yet, as their callers and their callees name them.

import type { Timer } from '@ws/types';
import type { CalleeMember, CallerMember } from './member.ts';
import type { Offer } from './registration.ts';

/** A call between CALL and its last answer. */
export interface PendingCall {
  /** Who has called. */
  readonly origin: CallerMember;
  /** Who waits for the answer. `null`: nobody does any more. */
  caller: CallerMember | null;
  readonly callRequest: number;
  readonly callee: CalleeMember;
  readonly invocationRequest: number;
  readonly offer: Offer;
  readonly wantsProgress: boolean;
  timer: Timer | null;
}

type ByRequest = Map<number, PendingCall>;

/** The calls of one caller. */
interface Calls {
  readonly byRequest: ByRequest;
  /** How many callees have not answered, those included whose answer nobody waits for. */
  unanswered: number;
}

/** The pending calls of a realm. A member that has none costs nothing here, and one that is gone leaves nothing. */
export class PendingCalls {
  readonly #byCaller: WeakMap<CallerMember, Calls> = new WeakMap();
  readonly #byCallee: WeakMap<CalleeMember, ByRequest> = new WeakMap();

  /** Adds a call, to those that its callee is at work on too. */
  begin(pending: PendingCall): void {
    let calls = this.#byCaller.get(pending.origin);
    if (calls === undefined) {
      calls = { byRequest: new Map(), unanswered: 0 };
      this.#byCaller.set(pending.origin, calls);
    }
    calls.byRequest.set(pending.callRequest, pending);
    calls.unanswered++;
    let invocations = this.#byCallee.get(pending.callee);
    if (invocations === undefined) {
      invocations = new Map();
      this.#byCallee.set(pending.callee, invocations);
    }
    invocations.set(pending.invocationRequest, pending);
    pending.offer.running++;
  }

  /** The callee has answered, or is gone: nothing of the call is pending any more. */
  finish(pending: PendingCall): void {
    this.release(pending);
    const isRunning = this.#byCallee.get(pending.callee)?.delete(pending.invocationRequest) === true;
    if (!isRunning) return;
    pending.offer.running--;
    this.#byCaller.get(pending.origin)!.unanswered--;
  }

  /** The caller waits no longer. The callee is still at work. */
  release({ timer, caller, callRequest }: PendingCall): void {
    timer?.cancel();
    if (caller !== null) this.#byCaller.get(caller)?.byRequest.delete(callRequest);
  }

  /** How many calls of a caller have callees that have not answered, whether or not it waits for them. */
  unanswered(caller: CallerMember): number {
    return this.#byCaller.get(caller)?.unanswered ?? 0;
  }

  /** The call that a caller knows by this request. */
  call(caller: CallerMember, request: number): PendingCall | undefined {
    return this.#byCaller.get(caller)?.byRequest.get(request);
  }

  /** The call that a callee knows by this request. */
  invocation(callee: CalleeMember, request: number): PendingCall | undefined {
    return this.#byCallee.get(callee)?.get(request);
  }

  /** All calls of a caller. */
  callsOf(caller: CallerMember): PendingCall[] {
    return [...(this.#byCaller.get(caller)?.byRequest.values() ?? [])];
  }

  /** All calls that a callee is at work on. */
  invocationsOf(callee: CalleeMember): PendingCall[] {
    return [...(this.#byCallee.get(callee)?.values() ?? [])];
  }
}
