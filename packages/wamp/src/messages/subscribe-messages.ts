// SUBSCRIBE, SUBSCRIBED, UNSUBSCRIBE, UNSUBSCRIBED: a subscription's life.

import {
  checkLength,
  type Forwarder,
  isBoolean,
  isForwardFor,
  isId,
  isUriText,
  type OptionRows,
  oneOf,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import type { MatchPolicy } from '../uri.ts';
import { MessageType, WampMessage } from './message.ts';

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
export class Subscribe extends WampMessage {
  readonly messageType: typeof MessageType.SUBSCRIBE = MessageType.SUBSCRIBE;
  readonly request: number;
  readonly options: SubscribeOptions;
  readonly topic: string;

  constructor(request: number, options: SubscribeOptions, topic: string) {
    super();
    this.request = request;
    this.options = options;
    this.topic = topic;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Subscribe {
    checkLength('SUBSCRIBE', raw, 4);
    const options = readOptions<SubscribeOptions>('SUBSCRIBE.Options', raw[2], SUBSCRIBE_ROWS);
    const topic = readUri('SUBSCRIBE.Topic', raw[3], options.match);
    return new Subscribe(readId('SUBSCRIBE.Request', raw[1]), options, topic);
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
    checkLength('SUBSCRIBED', raw, 3);
    return new Subscribed(readId('SUBSCRIBED.Request', raw[1]), readId('SUBSCRIBED.Subscription', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.SUBSCRIBED, this.request, this.subscription];
  }
}

/** Options of {@link Unsubscribe}. */
export interface UnsubscribeOptions {
  readonly forward_for?: readonly Forwarder[];
}

const UNSUBSCRIBE_ROWS: OptionRows = /* @__PURE__ */ optionRows({ forward_for: isForwardFor });

/** No more events: `[34, request, subscription]`, and options where there are any. */
export class Unsubscribe extends WampMessage {
  readonly messageType: typeof MessageType.UNSUBSCRIBE = MessageType.UNSUBSCRIBE;
  readonly request: number;
  readonly subscription: number;
  readonly options: UnsubscribeOptions | null;

  constructor(request: number, subscription: number, options: UnsubscribeOptions | null = null) {
    super();
    this.request = request;
    this.subscription = subscription;
    this.options = options;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unsubscribe {
    checkLength('UNSUBSCRIBE', raw, 3, 4);
    const options =
      raw.length > 3 ? readOptions<UnsubscribeOptions>('UNSUBSCRIBE.Options', raw[3], UNSUBSCRIBE_ROWS) : null;
    return new Unsubscribe(readId('UNSUBSCRIBE.Request', raw[1]), readId('UNSUBSCRIBE.Subscription', raw[2]), options);
  }

  marshal(): unknown[] {
    const elements: unknown[] = [MessageType.UNSUBSCRIBE, this.request, this.subscription];
    if (this.options !== null) elements.push(this.options);
    return elements;
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
export class Unsubscribed extends WampMessage {
  readonly messageType: typeof MessageType.UNSUBSCRIBED = MessageType.UNSUBSCRIBED;
  readonly request: number;
  readonly details: UnsubscribedDetails | null;

  constructor(request: number, details: UnsubscribedDetails | null = null) {
    super();
    this.request = request;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Unsubscribed {
    checkLength('UNSUBSCRIBED', raw, 2, 3);
    const details =
      raw.length > 2 ? readOptions<UnsubscribedDetails>('UNSUBSCRIBED.Details', raw[2], UNSUBSCRIBED_ROWS) : null;
    return new Unsubscribed(readId('UNSUBSCRIBED.Request', raw[1]), details);
  }

  marshal(): unknown[] {
    return this.details === null
      ? [MessageType.UNSUBSCRIBED, this.request]
      : [MessageType.UNSUBSCRIBED, this.request, this.details];
  }
}
