// The broker of a realm: who wants to hear of what, and who gets a publication.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError } from '../errors.ts';
import { Event, type EventDetails, type PublishOptions } from '../messages/publish-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import { encodingOf, type PassedPayload, type Receiver, type SessionInfo } from './member.ts';
import { PatternStore } from './pattern-store.ts';

interface Topic {
  readonly id: number;
  readonly pattern: string;
  readonly match: MatchPolicy;
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
  readonly uri: string;
  readonly match: MatchPolicy;
  readonly subscribers: readonly number[];
}

/** The subscriptions of a realm. */
export class Broker {
  readonly #nextId: () => number;
  readonly #topics: PatternStore<Topic> = new PatternStore();
  readonly #byId: Map<number, Topic> = new Map();
  readonly #byReceiver: Map<Receiver, Set<Topic>> = new Map();

  constructor(nextId: () => number) {
    this.#nextId = nextId;
  }

  /** @returns the subscription's id; the same for all who want the same */
  subscribe(receiver: Receiver, pattern: string, match: MatchPolicy): number {
    let topic = this.#topics.get(pattern, match);
    if (topic === undefined) {
      topic = { id: this.#nextId(), pattern, match, receivers: new Set() };
      this.#topics.set(pattern, match, topic);
      this.#byId.set(topic.id, topic);
    }
    topic.receivers.add(receiver);
    let own = this.#byReceiver.get(receiver);
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
    const isFiltered = hasFilter(options);
    for (const found of this.#topics.all(topic)) {
      // perf: one message for all receivers, so that each serializer writes it once (pnpm bench --only wamp).
      const event = createEvent(found, publication);
      for (const receiver of found.receivers) {
        if (receiver.info === publication.publisher && options.exclude_me !== false) continue;
        if (isFiltered && !isWanted(receiver.info, options)) continue;
        receiver.sendEvent(event);
      }
    }
  }

  /** The session is gone. */
  removeReceiver(receiver: Receiver): void {
    for (const topic of this.#byReceiver.get(receiver) ?? []) this.#leave(topic, receiver);
    this.#byReceiver.delete(receiver);
  }

  subscriptions(): SubscriptionInfo[] {
    return [...this.#byId.values()].map(describe);
  }

  subscription(id: number): SubscriptionInfo | null {
    const topic = this.#byId.get(id);
    return topic === undefined ? null : describe(topic);
  }

  /** Those that an event of that topic goes to. */
  matching(topic: string): SubscriptionInfo[] {
    return this.#topics.all(topic).map(describe);
  }

  #leave(topic: Topic, receiver: Receiver): void {
    topic.receivers.delete(receiver);
    if (topic.receivers.size > 0) return;
    this.#topics.delete(topic.pattern, topic.match);
    this.#byId.delete(topic.id);
  }
}

function describe({ id, pattern, match, receivers }: Topic): SubscriptionInfo {
  return { id, uri: pattern, match, subscribers: [...receivers].map(({ info }) => info.session) };
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

function isWanted({ session, authid, authrole }: SessionInfo, options: PublishOptions): boolean {
  if (options.exclude?.includes(session)) return false;
  if (authid !== null && options.exclude_authid?.includes(authid)) return false;
  if (authrole !== null && options.exclude_authrole?.includes(authrole)) return false;
  if (options.eligible?.includes(session) === false) return false;
  if (options.eligible_authid?.includes(authid ?? '') === false) return false;
  return options.eligible_authrole?.includes(authrole ?? '') !== false;
}
