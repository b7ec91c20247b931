// The callee: procedures that this session offers, and their invocations.

import type { AbortSignalLike } from '@ws/types';
import { ErrorUri } from '../error-uris.ts';
import {
  ApplicationError,
  type Args,
  type Kwargs,
  ProtocolError,
  SerializationError,
  SessionNotReady,
  TransportLost,
} from '../errors.ts';
import { ErrorMessage } from '../messages/error-message.ts';
import { type Interrupt, type Invocation, type InvocationDetails, Yield } from '../messages/invocation-messages.ts';
import { MessageType } from '../messages/message.ts';
import { Register, Unregister, type Unregistered } from '../messages/register-messages.ts';
import { type Arguments, checkArguments, checkUri, wrapResult } from './arguments.ts';
import { type Aborter, createAborter } from './globals.ts';
import { type RegisterOptions, wireRegisterOptions } from './options.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';
import { Requests, type SessionPort } from './requests.ts';

/** What an endpoint is told of a call, and can do while it works on it. */
export interface CallDetails {
  readonly registration: number;
  /** The procedure that was called; of interest where the registration is a pattern. */
  readonly procedure: string;
  readonly caller: number | null;
  readonly callerAuthid: string | null;
  readonly callerAuthrole: string | null;
  /** Sends a result before the last; `null` where the caller does not want any. */
  readonly progress: ((args?: Args | null, kwargs?: Kwargs | null) => void) | null;
  /** Aborted when the caller, or the router, does not want the result any more. */
  readonly signal: AbortSignalLike;
}

/** Answers calls. What it returns is the result; a `CallResult` has several values; what it throws is the error. */
export type Endpoint = (args: unknown[], kwargs: Kwargs, details: CallDetails) => unknown;

/** A procedure that is offered. */
export interface Registration {
  readonly id: number;
  readonly procedure: string;
  readonly isActive: boolean;
  /** Offers it no more. */
  unregister(): Promise<void>;
}

class Offer implements Registration {
  readonly id: number;
  readonly procedure: string;
  readonly endpoint: Endpoint;
  isActive = true;
  readonly #callee: Callee;
  #ending: Promise<void> | null = null;

  constructor(callee: Callee, id: number, procedure: string, endpoint: Endpoint) {
    this.#callee = callee;
    this.id = id;
    this.procedure = procedure;
    this.endpoint = endpoint;
  }

  unregister(): Promise<void> {
    this.#ending ??= this.#callee.unregister(this).finally(() => {
      this.#ending = null;
    });
    return this.#ending;
  }
}

/** One invocation that an endpoint works on. */
class Running implements CallDetails {
  readonly registration: number;
  readonly procedure: string;
  readonly #details: InvocationDetails;
  readonly #sendProgress: (args: Args | null, kwargs: Kwargs | null) => void;
  #aborter: Aborter | null = null;

  constructor(offer: Offer, details: InvocationDetails, sendProgress: Running['progress'] & object) {
    this.registration = offer.id;
    this.procedure = details.procedure ?? offer.procedure;
    this.#details = details;
    this.#sendProgress = sendProgress;
  }

  get caller(): number | null {
    return this.#details.caller ?? null;
  }

  get callerAuthid(): string | null {
    return this.#details.caller_authid ?? null;
  }

  get callerAuthrole(): string | null {
    return this.#details.caller_authrole ?? null;
  }

  get progress(): ((args?: Args | null, kwargs?: Kwargs | null) => void) | null {
    if (this.#details.receive_progress !== true) return null;
    return (args = null, kwargs = null) => this.#sendProgress(args, kwargs);
  }

  get signal(): AbortSignalLike {
    this.#aborter ??= createAborter();
    return this.#aborter.signal;
  }

  abort(reason: unknown): void {
    this.#aborter ??= createAborter();
    this.#aborter.abort(reason);
  }
}

/** The registrations of one session. */
export class Callee {
  /** REGISTER and UNREGISTER that wait for an answer. */
  readonly registering: Requests<Registration> = new Requests('REGISTER');
  readonly unregistering: Requests<void> = new Requests('UNREGISTER');
  readonly #session: SessionPort;
  readonly #offers: Map<number, Offer> = new Map();
  readonly #running: Map<number, Running> = new Map();
  readonly #expected: Map<number, { readonly procedure: string; readonly endpoint: Endpoint }> = new Map();

  constructor(session: SessionPort) {
    this.#session = session;
  }

  async register(procedure: string, endpoint: Endpoint, options: RegisterOptions): Promise<Registration> {
    if (typeof endpoint !== 'function') throw new TypeError('endpoint must be a function');
    const wire = wireRegisterOptions(options);
    checkUri('procedure', procedure, wire.match);
    const request = this.#session.nextRequest();
    const message = new Register(request, wire, procedure);
    this.#expected.set(request, { procedure, endpoint });
    try {
      return await this.registering.expect(request, () => this.#session.send(message));
    } finally {
      this.#expected.delete(request);
    }
  }

  /** @throws ProtocolError */
  onRegistered(request: number, id: number): void {
    const expected = this.#expected.get(request);
    if (expected === undefined) throw new ProtocolError(`REGISTERED for REGISTER ${request}, which was not asked`);
    // What follows in the same read may be an invocation, or the end of it.
    const offer = new Offer(this, id, expected.procedure, expected.endpoint);
    this.#offers.set(id, offer);
    this.registering.resolve(request, offer);
  }

  /** @throws ProtocolError */
  onUnregistered({ request, details }: Unregistered): void {
    if (request !== 0) {
      this.unregistering.resolve(request, undefined);
      return;
    }
    const offer = this.#offers.get(details?.registration ?? -1);
    if (offer === undefined) throw new ProtocolError('UNREGISTERED for a registration that is not ours');
    this.#drop(offer);
  }

  async unregister(offer: Offer): Promise<void> {
    if (!offer.isActive) return;
    const request = this.#session.nextRequest();
    const message = new Unregister(request, offer.id);
    await this.unregistering.expect(request, () => this.#session.send(message));
    this.#drop(offer);
  }

  /** @throws ProtocolError for an unknown registration */
  onInvocation(message: Invocation): void {
    const offer = this.#offers.get(message.registration);
    if (offer === undefined) throw new ProtocolError(`INVOCATION for registration ${message.registration}, not ours`);
    const { request } = message;
    if (this.#running.has(request)) throw new ProtocolError(`INVOCATION ${request} came twice`);
    const running = new Running(offer, message.details, (args = null, kwargs = null) => {
      if (!this.#running.has(request)) return;
      checkArguments(args, kwargs);
      this.#yield(request, running.procedure, { args: [...(args ?? [])], kwargs: kwargs ?? {} }, true);
    });
    this.#running.set(request, running);
    try {
      const { args, kwargs } = decodePayload(this.#session.codec, true, running.procedure, message, message.details);
      const result = offer.endpoint(args, kwargs, running);
      if (isThenable(result)) {
        result.then(
          value => this.#finish(request, running, value),
          error => this.#fail(request, running, error),
        );
      } else {
        this.#finish(request, running, result);
      }
    } catch (error) {
      this.#fail(request, running, error);
    }
  }

  /** Unknown invocations may have ended already. */
  onInterrupt({ request, options }: Interrupt): void {
    const running = this.#running.get(request);
    if (running === undefined) return;
    // Whatever the endpoint says from now on, the answer is that it was cancelled.
    const reason = options.reason ?? ErrorUri.canceled;
    const error = new ApplicationError(reason, ['the call was cancelled']);
    running.abort(error);
    if (this.#running.has(request)) this.#fail(request, running, error, false);
  }

  /** The session is over: nobody waits for what is running. */
  rejectAll(error: unknown): void {
    this.registering.rejectAll(error);
    this.unregistering.rejectAll(error);
    this.#expected.clear();
    for (const offer of [...this.#offers.values()]) this.#drop(offer);
    const running = [...this.#running.values()];
    this.#running.clear();
    for (const invocation of running) invocation.abort(error);
  }

  #drop(offer: Offer): void {
    offer.isActive = false;
    this.#offers.delete(offer.id);
  }

  #finish(request: number, running: Running, result: unknown): void {
    if (!this.#running.delete(request)) return;
    try {
      this.#yield(request, running.procedure, wrapResult(result), false);
    } catch (error) {
      this.#sendError(request, running, unsendable(error));
    }
  }

  #fail(request: number, running: Running, error: unknown, isReported = true): void {
    if (!this.#running.delete(request)) return;
    if (isReported && !(error instanceof ApplicationError)) {
      this.#session.reportUserError(error, 'while answering a call');
    }
    this.#sendError(request, running, error);
  }

  #yield(request: number, procedure: string, { args, kwargs }: Arguments, isProgress: boolean): void {
    const payload = encodePayload(this.#session.codec, false, procedure, args, kwargs);
    const options = isProgress ? { progress: true, ...payload.encoding } : payload.encoding;
    this.#session.send(new Yield(request, options, payload.args, payload.kwargs));
  }

  /** What the error brings is encoded as a result is, or is not sent: it must not leave in plain. */
  #sendError(request: number, { procedure }: Running, cause: unknown): void {
    const { error, args, kwargs } = this.#session.errorFor(cause);
    try {
      const payload = encodePayload(this.#session.codec, false, procedure, args, kwargs as Kwargs);
      const { encoding } = payload;
      this.#session.send(
        new ErrorMessage(MessageType.INVOCATION, request, encoding, error, payload.args, payload.kwargs),
      );
    } catch (failure) {
      if (failure instanceof TransportLost || failure instanceof SessionNotReady) return;
      this.#session.send(new ErrorMessage(MessageType.INVOCATION, request, {}, error));
    }
  }
}

function unsendable(error: unknown): unknown {
  if (error instanceof SerializationError) return new ApplicationError(ErrorUri.invalidPayload, [error.message]);
  if (error instanceof Error && 'code' in error && error.code === 'ERR_TOO_BIG_TO_SEND') {
    return new ApplicationError(ErrorUri.payloadSizeExceeded, [error.message]);
  }
  return error;
}

function isThenable(value: unknown): value is PromiseLike<unknown> {
  return typeof value === 'object' && value !== null && 'then' in value && typeof value.then === 'function';
}
