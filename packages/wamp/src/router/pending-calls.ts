// The calls of a realm that have no answer yet, as their callers and their callees name them.

import type { Timer } from '@ws/types';
import type { CalleeMember, CallerMember } from './member.ts';
import type { Offer } from './registration.ts';

/** A call between CALL and its last answer. */
export interface PendingCall {
  /** `null`: nobody waits for the answer any more. */
  caller: CallerMember | null;
  readonly callRequest: number;
  readonly callee: CalleeMember;
  readonly invocationRequest: number;
  readonly offer: Offer;
  readonly wantsProgress: boolean;
  timer: Timer | null;
}

type ByRequest = Map<number, PendingCall>;

/** The pending calls of a realm. A member that has none costs nothing here, and one that is gone leaves nothing. */
export class PendingCalls {
  readonly #byCaller: WeakMap<CallerMember, ByRequest> = new WeakMap();
  readonly #byCallee: WeakMap<CalleeMember, ByRequest> = new WeakMap();

  /** Adds a call, to those that its callee is at work on too. */
  begin(pending: PendingCall): void {
    if (pending.caller !== null) requestsOf(this.#byCaller, pending.caller).set(pending.callRequest, pending);
    requestsOf(this.#byCallee, pending.callee).set(pending.invocationRequest, pending);
    pending.offer.running++;
  }

  /** The callee has answered, or is gone: nothing of the call is pending any more. */
  finish(pending: PendingCall): void {
    this.release(pending);
    const isRunning = this.#byCallee.get(pending.callee)?.delete(pending.invocationRequest) === true;
    if (isRunning) pending.offer.running--;
  }

  /** The caller waits no longer. The callee is still at work. */
  release({ timer, caller, callRequest }: PendingCall): void {
    timer?.cancel();
    if (caller !== null) this.#byCaller.get(caller)?.delete(callRequest);
  }

  /** The call that a caller knows by this request. */
  call(caller: CallerMember, request: number): PendingCall | undefined {
    return this.#byCaller.get(caller)?.get(request);
  }

  /** The call that a callee knows by this request. */
  invocation(callee: CalleeMember, request: number): PendingCall | undefined {
    return this.#byCallee.get(callee)?.get(request);
  }

  /** All calls of a caller. */
  callsOf(caller: CallerMember): PendingCall[] {
    return [...(this.#byCaller.get(caller)?.values() ?? [])];
  }

  /** All calls that a callee is at work on. */
  invocationsOf(callee: CalleeMember): PendingCall[] {
    return [...(this.#byCallee.get(callee)?.values() ?? [])];
  }
}

function requestsOf<Member extends object>(all: WeakMap<Member, ByRequest>, member: Member): ByRequest {
  let requests = all.get(member);
  if (requests === undefined) {
    requests = new Map();
    all.set(member, requests);
  }
  return requests;
}
