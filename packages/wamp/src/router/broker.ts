// The broker of a realm: who wants to hear of what, and who gets a publication.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError } from '../errors.ts';
import { Event, type EventDetails, type PublishOptions } from '../messages/publish-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import { encodingOf, type PassedPayload, type Receiver, type SessionInfo } from './member.ts';
import { PatternStore } from './pattern-store.ts';

interface Topic extends SubscriptionInfo {
  readonly receivers: Set<Receiver>;
}

/** A publication as the broker delivers it. */
export interface Publication {
  readonly id: number;
  readonly topic: string;
  readonly options: PublishOptions;
  readonly payload: PassedPayload;
  /** `null`: the router itself. */
  readonly publisher: SessionInfo | null;
  readonly isDisclosed: boolean;
}

/** What is known of a subscription. */
export interface SubscriptionInfo {
  readonly id: number;
  readonly pattern: string;
  readonly match: MatchPolicy;
  readonly receivers: ReadonlySet<Receiver>;
}

/** The subscriptions of a realm. */
export class Broker {
  readonly #nextId: () => number;
  readonly #maxSubscriptions: number;
  readonly #topics: PatternStore<Topic> = new PatternStore();
  readonly #byId: Map<number, Topic> = new Map();
  readonly #byReceiver: Map<Receiver, Set<Topic>> = new Map();

  /** @param maxSubscriptions the most of one receiver */
  constructor(nextId: () => number, maxSubscriptions: number = Infinity) {
    this.#nextId = nextId;
    this.#maxSubscriptions = maxSubscriptions;
  }

  /**
   * Adds a receiver.
   *
   * @returns the subscription's id; the same for all who want the same
   * @throws ApplicationError when the receiver has too many
   */
  subscribe(receiver: Receiver, pattern: string, match: MatchPolicy): number {
    let topic = this.#topics.get(pattern, match);
    let own = this.#byReceiver.get(receiver);
    if (topic !== undefined && own?.has(topic)) return topic.id;
    if (own !== undefined && own.size >= this.#maxSubscriptions) {
      throw new ApplicationError(ErrorUri.unavailable, [
        `a session has ${this.#maxSubscriptions} subscriptions at most`,
      ]);
    }
    if (topic === undefined) {
      topic = { id: this.#nextId(), pattern, match, receivers: new Set() };
      this.#topics.set(pattern, match, topic);
      this.#byId.set(topic.id, topic);
    }
    topic.receivers.add(receiver);
    if (own === undefined) {
      own = new Set();
      this.#byReceiver.set(receiver, own);
    }
    own.add(topic);
    return topic.id;
  }

  /** @throws ApplicationError when there is no such subscription */
  unsubscribe(receiver: Receiver, subscription: number): void {
    const topic = this.#byId.get(subscription);
    if (topic === undefined || !topic.receivers.has(receiver)) {
      throw new ApplicationError(ErrorUri.noSuchSubscription, [`there is no subscription ${subscription}`]);
    }
    this.#byReceiver.get(receiver)?.delete(topic);
    this.#leave(topic, receiver);
  }

  /**
   * Delivers a publication to the sessions of this router: to all, or to so many that the rest has to wait.
   *
   * @returns sends more, to so many at most, and says whether some are left; `null`: none are
   */
  publish(publication: Publication, most: number = Infinity): ((count: number) => boolean) | null {
    const topics = this.#topics.all(publication.topic);
    let count = 0;
    for (const { receivers } of topics) count += receivers.size;
    if (count > most) {
      const delivery = new PartedDelivery(publication, topics);
      return delivery.send(most) ? events => delivery.send(events) : null;
    }
    const { options } = publication;
    const filter = hasFilter(options) ? new Filter(options) : null;
    for (const found of topics) {
      // perf: one message for all receivers, so that each serializer writes it once (pnpm bench --only wamp).
      const event = createEvent(found, publication);
      for (const receiver of found.receivers) {
        if (isWanted(receiver, publication, filter)) receiver.sendEvent(event);
      }
    }
    return null;
  }

  /** The session is gone. */
  removeReceiver(receiver: Receiver): void {
    for (const topic of this.#byReceiver.get(receiver) ?? []) this.#leave(topic, receiver);
    this.#byReceiver.delete(receiver);
  }

  /** All subscriptions, by their ids. */
  get subscriptions(): ReadonlyMap<number, SubscriptionInfo> {
    return this.#byId;
  }

  /** The subscription to that pattern. */
  lookup(pattern: string, match: MatchPolicy): SubscriptionInfo | undefined {
    return this.#topics.get(pattern, match);
  }

  /** Those that an event of that topic goes to. */
  matching(topic: string): SubscriptionInfo[] {
    return this.#topics.all(topic);
  }

  #leave(topic: Topic, receiver: Receiver): void {
    topic.receivers.delete(receiver);
    if (topic.receivers.size > 0) return;
    this.#topics.delete(topic.pattern, topic.match);
    this.#byId.delete(topic.id);
  }
}

/** A publication to so many that it takes more than a part of a turn. */
class PartedDelivery {
  readonly #publication: Publication;
  readonly #filter: Filter | null;
  /** The topics to come, the next last. */
  readonly #topics: Topic[];
  #topic: Topic | null = null;
  #event: Event | null = null;
  /** Those who were there when the topic's turn came. */
  #receivers: readonly Receiver[] = [];
  #next = 0;

  constructor(publication: Publication, topics: readonly Topic[]) {
    this.#publication = publication;
    this.#filter = hasFilter(publication.options) ? new Filter(publication.options) : null;
    this.#topics = [...topics].reverse();
  }

  /** Looks at so many receivers at most. @returns whether some are left */
  send(count: number): boolean {
    for (let i = 0; i < count; i++) {
      while (this.#next === this.#receivers.length) if (!this.#goToNextTopic()) return false;
      const receiver = this.#receivers[this.#next++]!;
      // It may have unsubscribed meanwhile.
      if (!this.#topic!.receivers.has(receiver)) continue;
      if (isWanted(receiver, this.#publication, this.#filter)) receiver.sendEvent(this.#event!);
    }
    return this.#next < this.#receivers.length || this.#topics.length > 0;
  }

  #goToNextTopic(): boolean {
    const topic = this.#topics.pop();
    if (topic === undefined) return false;
    this.#topic = topic;
    this.#event = createEvent(topic, this.#publication);
    this.#receivers = [...topic.receivers];
    this.#next = 0;
    return true;
  }
}

function isWanted(receiver: Receiver, { publisher, options }: Publication, filter: Filter | null): boolean {
  if (receiver.info === publisher && options.exclude_me !== false) return false;
  return filter === null || filter.isWanted(receiver.info);
}

function createEvent(found: Topic, { id, topic, options, payload, publisher, isDisclosed }: Publication): Event {
  const details: { -readonly [Key in keyof EventDetails]: EventDetails[Key] } = { ...encodingOf(options) };
  if (isDisclosed && publisher !== null) {
    details.publisher = publisher.session;
    if (publisher.authid !== null) details.publisher_authid = publisher.authid;
    if (publisher.authrole !== null) details.publisher_authrole = publisher.authrole;
  }
  if (found.match !== 'exact') details.topic = topic;
  if (options.transaction_hash !== undefined) details.transaction_hash = options.transaction_hash;
  return new Event(found.id, id, details, payload.args, payload.kwargs);
}

function hasFilter(options: PublishOptions): boolean {
  return (
    options.exclude !== undefined ||
    options.exclude_authid !== undefined ||
    options.exclude_authrole !== undefined ||
    options.eligible !== undefined ||
    options.eligible_authid !== undefined ||
    options.eligible_authrole !== undefined
  );
}

/** Whom a publisher wants to hear. Its lists may be long, and the receivers many. */
class Filter {
  readonly #exclude: ReadonlySet<number> | null;
  readonly #excludeAuthid: ReadonlySet<string> | null;
  readonly #excludeAuthrole: ReadonlySet<string> | null;
  readonly #eligible: ReadonlySet<number> | null;
  readonly #eligibleAuthid: ReadonlySet<string> | null;
  readonly #eligibleAuthrole: ReadonlySet<string> | null;

  constructor(options: PublishOptions) {
    this.#exclude = setOf(options.exclude);
    this.#excludeAuthid = setOf(options.exclude_authid);
    this.#excludeAuthrole = setOf(options.exclude_authrole);
    this.#eligible = setOf(options.eligible);
    this.#eligibleAuthid = setOf(options.eligible_authid);
    this.#eligibleAuthrole = setOf(options.eligible_authrole);
  }

  isWanted({ session, authid, authrole }: SessionInfo): boolean {
    if (this.#exclude?.has(session)) return false;
    if (authid !== null && this.#excludeAuthid?.has(authid)) return false;
    if (authrole !== null && this.#excludeAuthrole?.has(authrole)) return false;
    if (this.#eligible?.has(session) === false) return false;
    if (this.#eligibleAuthid?.has(authid ?? '') === false) return false;
    return this.#eligibleAuthrole?.has(authrole ?? '') !== false;
  }
}

function setOf<Value>(values: readonly Value[] | undefined): ReadonlySet<Value> | null {
  return values === undefined ? null : new Set(values);
}
