// Another router of the same realm, as a callee and a caller of this one.

import type { ResultDetails } from '../messages/call-messages.ts';
import { ErrorMessage } from '../messages/error-message.ts';
import {
  Interrupt,
  type InterruptOptions,
  Invocation,
  type InvocationDetails,
  Yield,
} from '../messages/invocation-messages.ts';
import { type IMessage, MessageType } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import type { EncodingOptions } from '../messages/payload.ts';
import type { Publish } from '../messages/publish-messages.ts';
import type { Broker } from './broker.ts';
import type { Dealer } from './dealer.ts';
import { type CalleeMember, type CallerMember, encodingOf, type PassedPayload, type SessionInfo } from './member.ts';
import type { Registrations } from './registrations.ts';
import { sendError } from './unsendable.ts';

/** What another router reaches of a realm. */
export interface LinkedRealm {
  readonly name: string;
  readonly broker: Broker;
  readonly registrations: Registrations;
  readonly dealer: Dealer;
}

/** One other router. */
export class RemoteNode implements CallerMember, CalleeMember {
  readonly isRemote = true;
  readonly canBeInterrupted = true;
  readonly info: SessionInfo;
  readonly #realm: LinkedRealm;
  readonly #send: (message: IMessage) => void;
  #lastInvocation = 0;

  constructor(realm: LinkedRealm, send: (message: IMessage) => void) {
    this.#realm = realm;
    this.#send = send;
    this.info = {
      session: 0,
      realm: realm.name,
      authid: null,
      authrole: null,
      authmethod: null,
      authprovider: null,
    };
  }

  /** @throws ProtocolError, ApplicationError when the other router has made a mistake */
  onMessage(message: AnyMessage): void {
    const { dealer, registrations } = this.#realm;
    switch (message.messageType) {
      case MessageType.REGISTER:
        registrations.register(this, message.procedure, message.options, message.request);
        break;
      case MessageType.UNREGISTER:
        registrations.unregister(this, message.registration);
        break;
      case MessageType.INVOCATION:
        this.#onInvocation(message);
        break;
      case MessageType.INTERRUPT:
        dealer.cancel(this, message.request, message.options.mode);
        break;
      case MessageType.YIELD:
        dealer.yield(this, message.request, message.options, message);
        break;
      case MessageType.ERROR:
        dealer.error(this, message.request, message.error, message, message.details);
        break;
      case MessageType.PUBLISH:
        this.#onPublish(message);
        break;
    }
  }

  /** It is gone. */
  remove(): void {
    this.#realm.registrations.removeCallee(this);
    this.#realm.dealer.removeMember(this);
  }

  nextInvocation(): number {
    this.#lastInvocation++;
    return this.#lastInvocation;
  }

  sendInvocation(request: number, registration: number, details: InvocationDetails, payload: PassedPayload): void {
    this.#send(new Invocation(request, registration, details, payload.args, payload.kwargs));
  }

  sendInterrupt(request: number, options: InterruptOptions): void {
    this.#send(new Interrupt(request, options));
  }

  sendRevocation(): void {
    // It is not told: it learns of the new registration, and may go on with its own.
  }

  sendResult(request: number, details: ResultDetails, payload: PassedPayload): void {
    this.#send(new Yield(request, details, payload.args, payload.kwargs));
  }

  sendCallError(request: number, error: string, payload: PassedPayload, encoding: EncodingOptions = {}): void {
    const { args, kwargs } = payload;
    sendError(this.#send, new ErrorMessage(MessageType.INVOCATION, request, encoding, error, args, kwargs));
  }

  #onInvocation(message: Invocation): void {
    const { details } = message;
    const { caller, caller_authid = null, caller_authrole = null } = details;
    const options = {
      ...encodingOf(details),
      ...(details.receive_progress === true ? { receive_progress: true } : {}),
      ...(details.transaction_hash === undefined ? {} : { transaction_hash: details.transaction_hash }),
    };
    const disclosed =
      caller === undefined ? null : { ...this.info, session: caller, authid: caller_authid, authrole: caller_authrole };
    this.#realm.dealer.callLocal(
      {
        caller: this,
        request: message.request,
        procedure: details.procedure ?? '',
        options,
        payload: message,
        disclosed,
      },
      message.registration,
    );
  }

  #onPublish({ request, topic, options, args, kwargs }: Publish): void {
    const [from] = options.forward_for ?? [];
    const publisher = from === undefined ? null : { ...this.info, ...from };
    const isDisclosed = options.disclose_me === true;
    this.#realm.broker.publish({ id: request, topic, options, payload: { args, kwargs }, publisher, isDisclosed });
  }
}
