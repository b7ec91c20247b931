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
  constructor(nextId: () => number, maxSubscriptions = Infinity) {
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

  /** Delivers a publication to the sessions of this router. */
  publish(publication: Publication): void {
    const { topic, options } = publication;
    const filter = hasFilter(options) ? new Filter(options) : null;
    for (const found of this.#topics.all(topic)) {
      // perf: one message for all receivers, so that each serializer writes it once (pnpm bench --only wamp).
      const event = createEvent(found, publication);
      for (const receiver of found.receivers) {
        if (receiver.info === publication.publisher && options.exclude_me !== false) continue;
        if (filter !== null && !filter.isWanted(receiver.info)) continue;
        receiver.sendEvent(event);
      }
    }
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
