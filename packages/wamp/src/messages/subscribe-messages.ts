// SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED: a subscription's life.

import {
  type Forwarder,
  isBoolean,
  isForwardFor,
  isId,
  isUriText,
  type OptionRows,
  oneOf,
  optionRows,
  type RawMessage,
} from '../checks.ts';
import type { MatchPolicy } from '../uri.ts';
import { MessageType, WampMessage } from './message.ts';
import {
  EndedMessage,
  type EndOptions,
  EndRequest,
  readConfirmation,
  readEnded,
  readEndRequest,
  readStandingRequest,
  StandingRequest,
} from './standing-messages.ts';

/** Options of {@link Subscribe}. */
export interface SubscribeOptions {
  /** Default `exact`. */
  readonly match?: MatchPolicy;
  readonly get_retained?: boolean;
  readonly forward_for?: readonly Forwarder[];
}

const SUBSCRIBE_ROWS: OptionRows = /* @__PURE__ */ optionRows({
  match: /* @__PURE__ */ oneOf('exact', 'prefix', 'wildcard'),
  get_retained: isBoolean,
  forward_for: isForwardFor,
});

/** A client wants events: `[32, request, options, topic]`. */
export class Subscribe extends StandingRequest<SubscribeOptions> {
  readonly messageType: typeof MessageType.SUBSCRIBE = MessageType.SUBSCRIBE;
  readonly topic: string;

  constructor(request: number, options: SubscribeOptions, topic: string) {
    super(request, options);
    this.topic = topic;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Subscribe {
    return new Subscribe(...readStandingRequest<SubscribeOptions>('SUBSCRIBE', 'Topic', raw, SUBSCRIBE_ROWS));
  }

  marshal(): unknown[] {
    return [MessageType.SUBSCRIBE, this.request, this.options, this.topic];
  }
}

/** The subscription stands: `[33, request, subscription]`. */
export class Subscribed extends WampMessage {
  readonly messageType: typeof MessageType.SUBSCRIBED = MessageType.SUBSCRIBED;
  readonly request: number;
  readonly subscription: number;

  constructor(request: number, subscription: number) {
    super();
    this.request = request;
    this.subscription = subscription;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Subscribed {
    return new Subscribed(...readConfirmation('SUBSCRIBED', 'Subscription', raw));
  }

  marshal(): unknown[] {
    return [MessageType.SUBSCRIBED, this.request, this.subscription];
  }
}

/** Options of {@link Unsubscribe}. */
export type UnsubscribeOptions = EndOptions;

/** No more events: `[34, request, subscription]`, and options where there are any. */
export class Unsubscribe extends EndRequest {
  readonly messageType: typeof MessageType.UNSUBSCRIBE = MessageType.UNSUBSCRIBE;
  readonly subscription: number;

  constructor(request: number, subscription: number, options: UnsubscribeOptions | null = null) {
    super(request, options);
    this.subscription = subscription;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unsubscribe {
    return new Unsubscribe(...readEndRequest('UNSUBSCRIBE', 'Subscription', raw));
  }

  marshal(): unknown[] {
    return this.elements(this.subscription);
  }
}

/** Details of {@link Unsubscribed}. */
export interface UnsubscribedDetails {
  readonly reason?: string;
  /** The subscription, where the broker has ended it. */
  readonly subscription?: number;
}

const UNSUBSCRIBED_ROWS: OptionRows = /* @__PURE__ */ optionRows({ reason: isUriText, subscription: isId });

/** A subscription has ended: `[35, request]`; by the broker's will `[35, 0, details]`. */
export class Unsubscribed extends EndedMessage<UnsubscribedDetails> {
  readonly messageType: typeof MessageType.UNSUBSCRIBED = MessageType.UNSUBSCRIBED;

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unsubscribed {
    return new Unsubscribed(...readEnded<UnsubscribedDetails>('UNSUBSCRIBED', raw, UNSUBSCRIBED_ROWS));
  }
}
