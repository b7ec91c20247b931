// The dealer of a realm: calls go to callees, answers go back.

import type { Clock } from '@ws/types';
import { ErrorUri } from '../error-uris.ts';
import { ProtocolError } from '../errors.ts';
import type { CallOptions, CancelMode, ResultDetails } from '../messages/call-messages.ts';
import type { InvocationDetails } from '../messages/invocation-messages.ts';
import type { EncodingOptions } from '../messages/payload.ts';
import {
  type CalleeMember,
  type CallerMember,
  encodingOf,
  type PassedPayload,
  type SessionInfo,
  textPayload,
} from './member.ts';
import { type PendingCall, PendingCalls } from './pending-calls.ts';
import type { Offer, Registration } from './registration.ts';
import type { Registrations } from './registrations.ts';
import { answerFor } from './unsendable.ts';

/** A call as the dealer takes it. */
export interface CallRequest {
  readonly caller: CallerMember;
  readonly request: number;
  readonly procedure: string;
  readonly options: CallOptions;
  readonly payload: PassedPayload;
  /** Who calls, where the callee may know. */
  readonly disclosed: SessionInfo | null;
}

/** The calls of a realm. */
export class Dealer {
  readonly #registrations: Registrations;
  readonly #clock: Clock;
  readonly #random: (limit: number) => number;
  readonly #maxPendingCalls: number;
  readonly #pending: PendingCalls = new PendingCalls();

  /** @param maxPendingCalls the most unanswered calls of one session */
  constructor(
    registrations: Registrations,
    clock: Clock,
    random: (limit: number) => number,
    maxPendingCalls: number = Infinity,
  ) {
    this.#registrations = registrations;
    this.#clock = clock;
    this.#random = random;
    this.#maxPendingCalls = maxPendingCalls;
  }

  /** Passes a call to a callee, or answers with an error. @throws ProtocolError when the request's id is in use */
  call(call: CallRequest): void {
    const { caller, request, procedure } = call;
    if (this.#pending.call(caller, request) !== undefined)
      throw new ProtocolError(`CALL ${request} is pending already`);
    if (this.#pending.unanswered(caller) >= this.#maxPendingCalls) {
      const text = `a session has ${this.#maxPendingCalls} unanswered calls at most`;
      caller.sendCallError(request, ErrorUri.unavailable, textPayload(text));
      return;
    }
    const registration = this.#registrations.best(procedure);
    if (registration === undefined) {
      const text = `no callee has registered ${procedure}`;
      caller.sendCallError(request, ErrorUri.noSuchProcedure, textPayload(text));
      return;
    }
    this.#invoke(call, registration, false);
  }

  /** The same for a call that another router passes on, to a registration that sessions of this one have. */
  callLocal(call: CallRequest, registration: number): void {
    const found = this.#registrations.byId(registration);
    if (found === undefined) {
      call.caller.sendCallError(call.request, ErrorUri.noSuchRegistration, textPayload('the callee is gone'));
      return;
    }
    this.#invoke(call, found, true);
  }

  /** The caller does not want the answer any more. A call that is not pending may have been answered: no error. */
  cancel(caller: CallerMember, request: number, mode: CancelMode = 'killnowait'): void {
    const pending = this.#pending.call(caller, request);
    if (pending !== undefined) this.#cancel(pending, mode, ErrorUri.canceled, 'the caller cancelled the call');
  }

  /** @throws ProtocolError when the callee was not asked */
  yield(callee: CalleeMember, request: number, options: ResultDetails, payload: PassedPayload): void {
    const pending = this.#invocation(callee, request, 'YIELD');
    const isProgress = options.progress === true;
    if (!isProgress) this.#pending.finish(pending);
    const { caller } = pending;
    if (caller === null || (isProgress && !pending.wantsProgress)) return;
    const encoding = encodingOf(options);
    const details: ResultDetails = isProgress ? { progress: true, ...encoding } : encoding;
    try {
      caller.sendResult(pending.callRequest, details, payload);
    } catch (error) {
      if (isProgress) this.#cancel(pending, 'killnowait', ErrorUri.invalidPayload, 'a result cannot be sent on');
      else caller.sendCallError(pending.callRequest, ...unsendable(error));
    }
  }

  /** The callee has failed. @throws ProtocolError when it was not asked */
  error(callee: CalleeMember, request: number, error: string, payload: PassedPayload, details: EncodingOptions): void {
    const pending = this.#invocation(callee, request, 'ERROR');
    this.#pending.finish(pending);
    pending.caller?.sendCallError(pending.callRequest, error, payload, encodingOf(details));
  }

  /** A session is gone: who it has called is told to stop, who has called it gets an error. */
  removeMember(member: CallerMember & CalleeMember): void {
    for (const pending of this.#pending.callsOf(member)) this.#cancel(pending, 'killnowait', null, '');
    for (const pending of this.#pending.invocationsOf(member)) {
      this.#pending.finish(pending);
      pending.caller?.sendCallError(pending.callRequest, ErrorUri.canceled, textPayload('the callee is gone'));
    }
  }

  #invoke(call: CallRequest, registration: Registration, isLocalOnly: boolean): void {
    const { caller, request, options } = call;
    const offer = registration.choose(isLocalOnly, this.#random);
    if (offer === null) {
      caller.sendCallError(request, ErrorUri.noEligibleCallee, textPayload('all callees are busy'));
      return;
    }
    const { callee } = offer;
    const pending: PendingCall = {
      origin: caller,
      caller,
      callRequest: request,
      callee,
      invocationRequest: callee.nextInvocation(),
      offer,
      wantsProgress: options.receive_progress === true,
      timer: null,
    };
    // An answer may come from within: another router's callee, in the same process.
    this.#pending.begin(pending);
    try {
      const details = invocationDetails(call, registration, offer);
      callee.sendInvocation(pending.invocationRequest, offer.registration, details, call.payload);
    } catch (error) {
      this.#pending.finish(pending);
      caller.sendCallError(request, ...unsendable(error));
      return;
    }
    const { timeout = 0 } = options;
    if (timeout > 0 && this.#pending.call(caller, request) === pending) {
      pending.timer = this.#clock.setTimer(timeout, () =>
        this.#cancel(pending, 'killnowait', ErrorUri.timeout, `no result within ${timeout} ms`),
      );
    }
  }

  /** @param error what the caller is told; `null`: the caller is gone */
  #cancel(pending: PendingCall, mode: CancelMode, error: string | null, text: string): void {
    const { caller, callee } = pending;
    const isKilled = mode !== 'skip' && callee.canBeInterrupted;
    if (isKilled) {
      const reason = error === null || error === ErrorUri.canceled ? {} : { reason: error };
      callee.sendInterrupt(pending.invocationRequest, { mode: mode === 'kill' ? 'kill' : 'killnowait', ...reason });
    }
    // The callee's answer ends the call.
    if (isKilled && mode === 'kill') return;
    this.#pending.release(pending);
    pending.caller = null;
    if (error !== null) caller?.sendCallError(pending.callRequest, error, textPayload(text));
  }

  #invocation(callee: CalleeMember, request: number, name: string): PendingCall {
    const pending = this.#pending.invocation(callee, request);
    if (pending === undefined) throw new ProtocolError(`${name} for INVOCATION ${request}, which is not pending`);
    return pending;
  }
}

function invocationDetails(
  { options, disclosed, procedure }: CallRequest,
  registration: Registration,
  { callee }: Offer,
): InvocationDetails {
  const details: { -readonly [Key in keyof InvocationDetails]: InvocationDetails[Key] } = { ...encodingOf(options) };
  if (options.receive_progress === true) details.receive_progress = true;
  if (disclosed !== null) {
    details.caller = disclosed.session;
    if (disclosed.authid !== null) details.caller_authid = disclosed.authid;
    if (disclosed.authrole !== null) details.caller_authrole = disclosed.authrole;
  }
  if (registration.match !== 'exact' || callee.isRemote) details.procedure = procedure;
  if (options.transaction_hash !== undefined) details.transaction_hash = options.transaction_hash;
  return details;
}

/** Why a message could not be passed on. */
function unsendable(error: unknown): [error: string, payload: PassedPayload] {
  return answerFor(error) ?? [ErrorUri.canceled, textPayload('the callee is gone')];
}
