// PUBLISH, PUBLISHED, EVENT, EVENT_RECEIVED: a publication on its way.

import {
  checkLength,
  type Forwarder,
  isBoolean,
  isForwardFor,
  isId,
  isListOfIds,
  isListOfTexts,
  isText,
  isUriText,
  optionRows,
  type RawMessage,
  readId,
  readOptions,
  readUri,
} from '../checks.ts';
import type { Kwargs } from '../errors.ts';
import { MessageType, WampMessage } from './message.ts';
import {
  type EncodingOptions,
  type PayloadArgs,
  PayloadMessage,
  type PayloadRows,
  payloadRows,
  readArgs,
  readKwargs,
  rowsFor,
  withPayload,
} from './payload.ts';

/** Options of {@link Publish}. */
export interface PublishOptions extends EncodingOptions {
  readonly acknowledge?: boolean;
  readonly exclude_me?: boolean;
  readonly exclude?: readonly number[];
  readonly exclude_authid?: readonly string[];
  readonly exclude_authrole?: readonly string[];
  readonly eligible?: readonly number[];
  readonly eligible_authid?: readonly string[];
  readonly eligible_authrole?: readonly string[];
  readonly retain?: boolean;
  readonly transaction_hash?: string;
  readonly forward_for?: readonly Forwarder[];
  /** The publisher wants to be named in events. */
  readonly disclose_me?: boolean;
}

const PUBLISH_ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    acknowledge: isBoolean,
    exclude_me: isBoolean,
    exclude: isListOfIds,
    exclude_authid: isListOfTexts,
    exclude_authrole: isListOfTexts,
    eligible: isListOfIds,
    eligible_authid: isListOfTexts,
    eligible_authrole: isListOfTexts,
    retain: isBoolean,
    transaction_hash: isText,
    forward_for: isForwardFor,
    disclose_me: isBoolean,
  }),
);

/** A publication: `[16, request, options, topic, payload…]`. */
export class Publish extends PayloadMessage {
  readonly messageType: typeof MessageType.PUBLISH = MessageType.PUBLISH;
  readonly request: number;
  readonly options: PublishOptions;
  readonly topic: string;

  constructor(
    request: number,
    options: PublishOptions,
    topic: string,
    args: PayloadArgs = null,
    kwargs: Kwargs | null = null,
  ) {
    super(args, kwargs);
    this.request = request;
    this.options = options;
    this.topic = topic;
  }

  /** @throws ProtocolError, InvalidUriError */
  static parse(raw: RawMessage): Publish {
    checkLength('PUBLISH', raw, 4, 6);
    return new Publish(
      readId('PUBLISH.Request', raw[1]),
      readOptions('PUBLISH.Options', raw[2], rowsFor(PUBLISH_ROWS, raw, 4)),
      readUri('PUBLISH.Topic', raw[3]),
      readArgs('PUBLISH', raw, 4, true),
      readKwargs('PUBLISH', raw, 4),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.PUBLISH, this.request, this.options, this.topic], this);
  }
}

/** The broker has taken a publication: `[17, request, publication]`. */
export class Published extends WampMessage {
  readonly messageType: typeof MessageType.PUBLISHED = MessageType.PUBLISHED;
  readonly request: number;
  readonly publication: number;

  constructor(request: number, publication: number) {
    super();
    this.request = request;
    this.publication = publication;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Published {
    checkLength('PUBLISHED', raw, 3);
    return new Published(readId('PUBLISHED.Request', raw[1]), readId('PUBLISHED.Publication', raw[2]));
  }

  marshal(): unknown[] {
    return [MessageType.PUBLISHED, this.request, this.publication];
  }
}

/** Details of {@link Event}. */
export interface EventDetails extends EncodingOptions {
  readonly publisher?: number;
  readonly publisher_authid?: string;
  readonly publisher_authrole?: string;
  /** The topic that was published to, where the subscription is a pattern. */
  readonly topic?: string;
  readonly retained?: boolean;
  readonly transaction_hash?: string;
  readonly x_acknowledged_delivery?: boolean;
  readonly forward_for?: readonly Forwarder[];
}

const EVENT_ROWS: PayloadRows = /* @__PURE__ */ payloadRows(
  /* @__PURE__ */ optionRows({
    publisher: isId,
    publisher_authid: isText,
    publisher_authrole: isText,
    topic: isUriText,
    retained: isBoolean,
    transaction_hash: isText,
    x_acknowledged_delivery: isBoolean,
    forward_for: isForwardFor,
  }),
);

/** A publication reaches a subscriber: `[36, subscription, publication, details, payload…]`. */
export class Event extends PayloadMessage {
  readonly messageType: typeof MessageType.EVENT = MessageType.EVENT;
  readonly subscription: number;
  readonly publication: number;
  readonly details: EventDetails;

  constructor(
    subscription: number,
    publication: number,
    details: EventDetails,
    args: PayloadArgs = null,
    kwargs: Kwargs | null = null,
  ) {
    super(args, kwargs);
    this.subscription = subscription;
    this.publication = publication;
    this.details = details;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): Event {
    checkLength('EVENT', raw, 4, 6);
    return new Event(
      readId('EVENT.Subscription', raw[1]),
      readId('EVENT.Publication', raw[2]),
      readOptions('EVENT.Details', raw[3], rowsFor(EVENT_ROWS, raw, 4)),
      readArgs('EVENT', raw, 4, false),
      readKwargs('EVENT', raw, 4),
    );
  }

  marshal(): unknown[] {
    return withPayload([MessageType.EVENT, this.subscription, this.publication, this.details], this);
  }
}

/** A subscriber has seen an event (not of the standard): `[337, publication]`. */
export class EventReceived extends WampMessage {
  readonly messageType: typeof MessageType.EVENT_RECEIVED = MessageType.EVENT_RECEIVED;
  readonly publication: number;

  constructor(publication: number) {
    super();
    this.publication = publication;
  }

  /** @throws ProtocolError */
  static parse(raw: RawMessage): EventReceived {
    checkLength('EVENT_RECEIVED', raw, 2);
    return new EventReceived(readId('EVENT_RECEIVED.Publication', raw[1]));
  }

  marshal(): unknown[] {
    return [MessageType.EVENT_RECEIVED, this.publication];
  }
}
