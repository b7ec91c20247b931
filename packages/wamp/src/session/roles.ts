// The four roles of a client's session, and which message goes to whom.

import type { Kwargs } from '../errors.ts';
import type { ErrorMessage } from '../messages/error-message.ts';
import { MessageType } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import { Callee } from './callee.ts';
import { Caller } from './caller.ts';
import { decodePayload } from './payload-codec.ts';
import { Publisher } from './publisher.ts';
import type { SessionPort } from './requests.ts';
import { Subscriber } from './subscriber.ts';

/** What the roles together need of the session. */
export interface RolesPort extends SessionPort {
  /** The error that a URI stands for. */
  errorFrom(uri: string, args: readonly unknown[], kwargs: Kwargs): unknown;
}

/** The roles of one session. */
export class SessionRoles {
  readonly caller: Caller;
  readonly callee: Callee;
  readonly publisher: Publisher;
  readonly subscriber: Subscriber;
  readonly #session: RolesPort;

  constructor(session: RolesPort) {
    this.#session = session;
    this.caller = new Caller(session);
    this.callee = new Callee(session);
    this.publisher = new Publisher(session);
    this.subscriber = new Subscriber(session);
  }

  /** @returns whether it is a message for a role. @throws ProtocolError for answers to what was not asked */
  onMessage(message: AnyMessage): boolean {
    switch (message.messageType) {
      case MessageType.EVENT:
        this.subscriber.onEvent(message);
        return true;
      case MessageType.RESULT:
        this.caller.onResult(message);
        return true;
      case MessageType.INVOCATION:
        this.callee.onInvocation(message);
        return true;
      case MessageType.INTERRUPT:
        this.callee.onInterrupt(message);
        return true;
      case MessageType.PUBLISHED:
        this.publisher.publishing.resolve(message.request, message.publication);
        return true;
      case MessageType.SUBSCRIBED:
        this.subscriber.onSubscribed(message.request, message.subscription);
        return true;
      case MessageType.UNSUBSCRIBED:
        this.subscriber.onUnsubscribed(message);
        return true;
      case MessageType.REGISTERED:
        this.callee.onRegistered(message.request, message.registration);
        return true;
      case MessageType.UNREGISTERED:
        this.callee.onUnregistered(message);
        return true;
      case MessageType.ERROR:
        return this.#onError(message);
      default:
        return false;
    }
  }

  /** Everything that waits fails. */
  rejectAll(error: unknown): void {
    this.caller.rejectAll(error);
    this.callee.rejectAll(error);
    this.publisher.publishing.rejectAll(error);
    this.subscriber.rejectAll(error);
  }

  #onError(message: ErrorMessage): boolean {
    const { request } = message;
    const error = this.#readError(message);
    switch (message.requestType) {
      case MessageType.CALL:
        this.caller.onError(request, error);
        return true;
      case MessageType.PUBLISH:
        this.publisher.publishing.reject(request, error);
        return true;
      case MessageType.SUBSCRIBE:
        this.subscriber.subscribing.reject(request, error);
        return true;
      case MessageType.UNSUBSCRIBE:
        this.subscriber.unsubscribing.reject(request, error);
        return true;
      case MessageType.REGISTER:
        this.callee.registering.reject(request, error);
        return true;
      case MessageType.UNREGISTER:
        this.callee.unregistering.reject(request, error);
        return true;
      default:
        return false;
    }
  }

  #readError(message: ErrorMessage): unknown {
    const procedure = this.caller.procedureOf(message.request);
    try {
      const { args, kwargs } = decodePayload(this.#session.codec, false, procedure, message, message.details);
      return this.#session.errorFrom(message.error, args, kwargs);
    } catch (error) {
      return error;
    }
  }
}
