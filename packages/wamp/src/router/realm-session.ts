// A session that has joined a realm: what it asks of the broker and the dealer, and what they send it.

import { ErrorUri } from '../error-uris.ts';
import { ProtocolError } from '../errors.ts';
import { type Call, Result, type ResultDetails } from '../messages/call-messages.ts';
import { ErrorMessage } from '../messages/error-message.ts';
import {
  Interrupt,
  type InterruptOptions,
  Invocation,
  type InvocationDetails,
} from '../messages/invocation-messages.ts';
import { type IMessage, MessageType } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import type { EncodingOptions } from '../messages/payload.ts';
import { type Event, type Publish, Published } from '../messages/publish-messages.ts';
import { type Register, Registered, Unregistered } from '../messages/register-messages.ts';
import type { Roles } from '../messages/roles.ts';
import { type Subscribe, Subscribed, Unsubscribed } from '../messages/subscribe-messages.ts';
import { wrapResult } from '../session/arguments.ts';
import type { ITransport } from '../transport/interfaces.ts';
import { countParts } from '../uri.ts';
import type { Permission, RouterAction } from './authorization.ts';
import { type PassedPayload, type SessionInfo, textPayload } from './member.ts';
import { RESERVED_PREFIX } from './meta-api.ts';
import type { Realm, RealmMember } from './realm.ts';
import type { RouterCore } from './router-core.ts';
import { answerFor, sendError } from './unsendable.ts';

/** A request that may have to be refused. */
interface Demand {
  readonly action: RouterAction;
  readonly uri: string;
  readonly options: object;
  readonly messageType: number;
  readonly request: number;
  /** Whether a refusal is told. */
  readonly isAnswered: boolean;
  /**
   * @param disclose what the hook says of naming the session to the other end; `undefined`: nothing
   * @returns a promise when the session's next request has to wait
   */
  readonly grant: (disclose: boolean | undefined) => PromiseLike<void> | undefined;
}

/** A member of a realm that is at the other end of a transport. */
export class RealmSession implements RealmMember {
  readonly info: SessionInfo;
  readonly isRemote = false;
  readonly canBeInterrupted: boolean;
  readonly kill: (reason: string, message: string | null) => void;
  readonly #realm: Realm;
  readonly #transport: ITransport;
  readonly #router: RouterCore;
  #lastInvocation = 0;
  #hasLeft = false;

  constructor(
    realm: Realm,
    info: SessionInfo,
    roles: Roles,
    transport: ITransport,
    router: RouterCore,
    kill: (reason: string, message: string | null) => void,
  ) {
    this.#realm = realm;
    this.info = info;
    this.canBeInterrupted = roles.callee?.features?.call_canceling === true;
    this.#transport = transport;
    this.#router = router;
    this.kill = kill;
  }

  /** @returns a promise where a hook has not decided yet. @throws ProtocolError */
  onMessage(message: AnyMessage): PromiseLike<void> | undefined {
    const { dealer } = this.#realm;
    switch (message.messageType) {
      case MessageType.PUBLISH:
        return this.#onPublish(message);
      case MessageType.CALL:
        return this.#onCall(message);
      case MessageType.YIELD:
        dealer.yield(this, message.request, message.options, message);
        return undefined;
      case MessageType.ERROR:
        if (message.requestType !== MessageType.INVOCATION) break;
        dealer.error(this, message.request, message.error, message, message.details);
        return undefined;
      case MessageType.CANCEL:
        dealer.cancel(this, message.request, message.options.mode);
        return undefined;
      case MessageType.SUBSCRIBE:
        return this.#onSubscribe(message);
      case MessageType.UNSUBSCRIBE:
        this.#answer(MessageType.UNSUBSCRIBE, message.request, () => {
          this.#realm.broker.unsubscribe(this, message.subscription);
          return new Unsubscribed(message.request);
        });
        return undefined;
      case MessageType.REGISTER:
        return this.#onRegister(message);
      case MessageType.UNREGISTER:
        this.#answer(MessageType.UNREGISTER, message.request, () => {
          this.#realm.registrations.unregister(this, message.registration);
          return new Unregistered(message.request);
        });
        return undefined;
      case MessageType.EVENT_RECEIVED:
        return undefined;
    }
    throw new ProtocolError(`a message of type ${message.messageType} may not come now`);
  }

  /** The session is over. */
  leave(): void {
    if (this.#hasLeft) return;
    this.#hasLeft = true;
    this.#realm.leave(this);
  }

  // ---- what the session asks for

  #onPublish({ request, topic, options, args, kwargs }: Publish): PromiseLike<void> | undefined {
    const isAnswered = options.acknowledge === true;
    return this.#permit({
      action: 'publish',
      uri: topic,
      options,
      messageType: MessageType.PUBLISH,
      request,
      isAnswered,
      grant: (isDisclosed = options.disclose_me === true) => {
        const id = this.#realm.nextId();
        const payload = { args, kwargs };
        const rest = this.#realm.publishFor({ id, topic, options, payload, publisher: this.info, isDisclosed });
        if (isAnswered) this.#send(new Published(request, id));
        return rest;
      },
    });
  }

  #onSubscribe({ request, topic, options }: Subscribe): PromiseLike<void> | undefined {
    return this.#permit({
      action: 'subscribe',
      uri: topic,
      options,
      messageType: MessageType.SUBSCRIBE,
      request,
      isAnswered: true,
      grant: () =>
        this.#answer(MessageType.SUBSCRIBE, request, () => {
          return new Subscribed(request, this.#realm.broker.subscribe(this, topic, options.match ?? 'exact'));
        }),
    });
  }

  #onRegister({ request, procedure, options }: Register): PromiseLike<void> | undefined {
    return this.#permit({
      action: 'register',
      uri: procedure,
      options,
      messageType: MessageType.REGISTER,
      request,
      isAnswered: true,
      grant: () =>
        this.#answer(MessageType.REGISTER, request, () => {
          return new Registered(request, this.#realm.registrations.register(this, procedure, options));
        }),
    });
  }

  #onCall(call: Call): PromiseLike<void> | undefined {
    const { request, procedure, options } = call;
    return this.#permit({
      action: 'call',
      uri: procedure,
      options,
      messageType: MessageType.CALL,
      request,
      isAnswered: true,
      grant: (disclose = options.disclose_me === true) => {
        if (this.#realm.meta.has(procedure)) return this.#callMeta(call);
        const disclosed = disclose ? this.info : null;
        this.#realm.dealer.call({ caller: this, request, procedure, options, payload: call, disclosed });
        return undefined;
      },
    });
  }

  #callMeta({ request, procedure, args, kwargs }: Call): undefined {
    return this.#answer(MessageType.CALL, request, () => {
      const given = Array.isArray(args) ? args : [];
      const result = wrapResult(this.#realm.meta.call(procedure, given, kwargs ?? {}, this.info));
      return new Result(request, {}, result.args, result.kwargs);
    });
  }

  /** Has it done, where the hook allows it. */
  #permit(demand: Demand): PromiseLike<void> | undefined {
    const { action, uri, options } = demand;
    if (this.#isUriTooLong(demand)) {
      const { maxUriLength, maxUriParts } = this.#router.limits;
      return this.#refuse(
        demand,
        ErrorUri.invalidUri,
        `a URI has ${maxUriLength} characters and ${maxUriParts} parts at most`,
      );
    }
    if (uri.startsWith(RESERVED_PREFIX) && (action === 'publish' || action === 'register')) {
      return this.#refuse(demand, ErrorUri.invalidUri, `${RESERVED_PREFIX} is reserved`);
    }
    const { authorize } = this.#router;
    // perf: the usual router without a hook makes no promise.
    if (authorize === undefined) {
      return demand.grant(undefined);
    }
    try {
      const verdict = authorize(this.info, action, uri, options);
      if (!isThenable(verdict)) return this.#conclude(demand, verdict);
      return verdict.then(
        decided => this.#conclude(demand, decided),
        error => this.#onHookFailed(demand, error),
      );
    } catch (error) {
      if (error instanceof ProtocolError) throw error;
      this.#onHookFailed(demand, error);
      return undefined;
    }
  }

  #isUriTooLong({ action, uri }: Demand): boolean {
    const { maxUriLength, maxUriParts } = this.#router.limits;
    if (uri.length > maxUriLength) return true;
    // perf: only patterns have empty parts; the usual topic is so short that its parts need not be counted.
    const isShort = (action === 'publish' || action === 'call') && uri.length <= 2 * maxUriParts;
    return !isShort && countParts(uri) > maxUriParts;
  }

  #conclude(demand: Demand, verdict: boolean | Permission): PromiseLike<void> | undefined {
    // The session may have ended while the hook was deciding.
    if (this.#hasLeft) return undefined;
    const { allow, disclose } = typeof verdict === 'boolean' ? { allow: verdict, disclose: undefined } : verdict;
    if (allow) return demand.grant(disclose);
    return this.#refuse(demand, ErrorUri.notAuthorized, `the session may not ${demand.action} ${demand.uri}`);
  }

  #onHookFailed(demand: Demand, error: unknown): void {
    this.#router.report('wamp-authorize-failed', error);
    if (this.#hasLeft) return;
    this.#refuse(demand, ErrorUri.authorizationFailed, 'authorization failed');
  }

  #refuse({ isAnswered, messageType, request }: Demand, error: string, text: string): undefined {
    if (isAnswered) this.#sendError(messageType, request, error, textPayload(text));
  }

  /** Sends what `task` returns, or the error that it throws, or that says why that cannot be sent. */
  #answer(messageType: number, request: number, task: () => IMessage): undefined {
    try {
      this.#send(task());
    } catch (error) {
      const answer = answerFor(error);
      if (answer === null) throw error;
      this.#sendError(messageType, request, ...answer);
    }
  }

  // ---- what the broker and the dealer send

  sendEvent(event: Event): void {
    try {
      this.#send(event);
    } catch (error) {
      // One that cannot be written for this receiver: the publisher and the others have nothing to do with it.
      this.#router.report('wamp-event-not-sent', error);
    }
  }

  sendResult(request: number, details: ResultDetails, payload: PassedPayload): void {
    this.#send(new Result(request, details, payload.args, payload.kwargs));
  }

  sendCallError(request: number, error: string, payload: PassedPayload, encoding: EncodingOptions = {}): void {
    this.#sendError(MessageType.CALL, request, error, payload, encoding);
  }

  nextInvocation(): number {
    this.#lastInvocation++;
    return this.#lastInvocation;
  }

  sendInvocation(request: number, registration: number, details: InvocationDetails, payload: PassedPayload): void {
    this.#transport.send(new Invocation(request, registration, details, payload.args, payload.kwargs));
  }

  sendInterrupt(request: number, options: InterruptOptions): void {
    this.#send(new Interrupt(request, options));
  }

  sendRevocation(registration: number, reason: string): void {
    this.#send(new Unregistered(0, { reason, registration }));
  }

  #sendError(
    messageType: number,
    request: number,
    error: string,
    payload: PassedPayload,
    encoding: EncodingOptions = {},
  ): void {
    const message = new ErrorMessage(messageType, request, encoding, error, payload.args, payload.kwargs);
    sendError(each => this.#send(each), message);
  }

  /** To a session that is gone nothing is sent. */
  #send(message: IMessage): void {
    if (this.#transport.isOpen()) this.#transport.send(message);
  }
}

function isThenable<Value>(value: Value | PromiseLike<Value>): value is PromiseLike<Value> {
  return typeof value === 'object' && value !== null && 'then' in value;
}
