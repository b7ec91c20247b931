// The caller: calls and what they are answered with.

import type { Timer } from '@ws/types';
import { ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Args, type Kwargs, ProtocolError } from '../errors.ts';
import { Call, Cancel, type CancelMode, type Result } from '../messages/call-messages.ts';
import { checkArguments, checkUri, unwrapResult } from './arguments.ts';
import { type CallOptions, wireCallOptions } from './options.ts';
import { decodePayload, encodePayload } from './payload-codec.ts';
import type { SessionPort } from './requests.ts';

interface PendingCall {
  readonly procedure: string;
  readonly options: CallOptions;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: unknown) => void;
  onAbort: (() => void) | null;
  timer: Timer | null;
}

/** The calls of one session. */
export class Caller {
  readonly #session: SessionPort;
  readonly #pending: Map<number, PendingCall> = new Map();
  /** Calls that nobody waits for any more, but the router will still answer. */
  readonly #cancelled: Set<number> = new Set();

  constructor(session: SessionPort) {
    this.#session = session;
  }

  /** Calls a procedure. */
  async call(procedure: string, args: Args | null, kwargs: Kwargs | null, options: CallOptions): Promise<unknown> {
    checkUri('procedure', procedure);
    checkArguments(args, kwargs);
    const wire = wireCallOptions(options);
    const { signal } = options;
    if (signal?.aborted) throw signal.reason;
    const payload = encodePayload(this.#session.codec, true, procedure, args, kwargs);
    const request = this.#session.nextRequest();
    const message = new Call(request, { ...wire, ...payload.encoding }, procedure, payload.args, payload.kwargs);
    return new Promise((resolve, reject) => {
      this.#session.send(message);
      const call: PendingCall = { procedure, options, resolve, reject, onAbort: null, timer: null };
      this.#pending.set(request, call);
      this.#limit(request, call);
    });
  }

  /** @throws ProtocolError for an unknown request */
  onResult(message: Result): void {
    const call = this.#pending.get(message.request);
    const isProgress = message.details.progress === true;
    if (call === undefined) {
      this.#forget(message.request, 'RESULT', isProgress);
      return;
    }
    if (!isProgress) this.#take(message.request, call);
    try {
      const result = decodePayload(this.#session.codec, false, call.procedure, message, message.details);
      if (isProgress) this.#tellProgress(call, result.args, result.kwargs);
      else call.resolve(unwrapResult(result));
    } catch (error) {
      call.reject(error);
    }
  }

  /** @throws ProtocolError for an unknown request */
  onError(request: number, error: unknown): void {
    const call = this.#pending.get(request);
    if (call === undefined) {
      this.#forget(request, 'ERROR', false);
      return;
    }
    this.#take(request, call);
    call.reject(error);
  }

  /** What a procedure was called, for decoding an error. */
  procedureOf(request: number): string {
    return this.#pending.get(request)?.procedure ?? '';
  }

  rejectAll(error: unknown): void {
    for (const [request, call] of [...this.#pending]) {
      this.#take(request, call);
      call.reject(error);
    }
    this.#cancelled.clear();
  }

  #limit(request: number, call: PendingCall): void {
    const { timeout, signal } = call.options;
    if (timeout !== undefined) {
      const expired = new ApplicationError(ErrorUri.timeout, [`no result within ${timeout} ms`]);
      call.timer = this.#session.clock.setTimer(timeout, () => this.#cancel(request, call, expired));
    }
    if (signal !== undefined) {
      call.onAbort = () => this.#cancel(request, call, signal.reason);
      signal.addEventListener('abort', call.onAbort);
    }
  }

  #cancel(request: number, call: PendingCall, reason: unknown): void {
    const mode: CancelMode = call.options.cancelMode ?? 'killnowait';
    this.#take(request, call);
    this.#cancelled.add(request);
    call.reject(reason);
    try {
      this.#session.send(new Cancel(request, { mode }));
    } catch {
      // The transport is gone, and with it the call.
    }
  }

  #take(request: number, call: PendingCall): void {
    this.#pending.delete(request);
    call.timer?.cancel();
    if (call.onAbort !== null) call.options.signal!.removeEventListener('abort', call.onAbort);
  }

  #forget(request: number, name: string, isProgress: boolean): void {
    const isKnown = isProgress ? this.#cancelled.has(request) : this.#cancelled.delete(request);
    if (!isKnown) throw new ProtocolError(`${name} for CALL ${request}, which is not pending`);
  }

  #tellProgress({ options, procedure }: PendingCall, args: unknown[], kwargs: Kwargs): void {
    try {
      options.onProgress?.(args, kwargs);
    } catch (error) {
      this.#session.reportUserError(error, `while taking a progressive result of ${procedure}`);
    }
  }
}
