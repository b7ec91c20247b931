// The subscriber: what this session wants to hear of, and the events that come.

import { type Kwargs, ProtocolError } from '../errors.ts';
import type { Event } from '../messages/publish-messages.ts';
import { Subscribe, Unsubscribe, type Unsubscribed } from '../messages/subscribe-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import { checkUri } from './arguments.ts';
import { type SubscribeOptions, wireSubscribeOptions } from './options.ts';
import { decodePayload } from './payload-codec.ts';
import { Requests, type SessionPort } from './requests.ts';

/** What a handler is told of an event. */
export interface EventDetails {
  readonly publication: number;
  readonly subscription: number;
  /** The topic that was published to; of interest where the subscription is a pattern. */
  readonly topic: string;
  readonly publisher: number | null;
  readonly publisherAuthid: string | null;
  readonly publisherAuthrole: string | null;
  readonly isRetained: boolean;
}

/** Called with each event. May return a promise; what it throws is told to `onUserError`. */
export type EventHandler = (args: unknown[], kwargs: Kwargs, details: EventDetails) => unknown;

/** A handler that is subscribed. */
export interface Subscription {
  /** Shared by all handlers of one session for the same topic. */
  readonly id: number;
  readonly topic: string;
  readonly isActive: boolean;
  /** Calls the handler no more; the last of a topic tells the broker. */
  unsubscribe(): Promise<void>;
}

/** So many subscriptions that have ended are remembered. */
const MAX_ENDED = 1000;

/** A SUBSCRIBE that waits for its answer. */
interface Expected {
  readonly topic: string;
  readonly match: MatchPolicy;
  readonly handler: EventHandler;
  answer: Promise<unknown> | null;
}

class Interest implements Subscription {
  readonly id: number;
  readonly topic: string;
  readonly match: MatchPolicy;
  readonly handler: EventHandler;
  isActive = true;
  readonly #subscriber: Subscriber;

  constructor(subscriber: Subscriber, id: number, { topic, match, handler }: Expected) {
    this.#subscriber = subscriber;
    this.id = id;
    this.topic = topic;
    this.match = match;
    this.handler = handler;
  }

  unsubscribe(): Promise<void> {
    return this.#subscriber.unsubscribe(this);
  }
}

/** The subscriptions of one session. */
export class Subscriber {
  readonly subscribing: Requests<Subscription> = new Requests('SUBSCRIBE');
  readonly unsubscribing: Requests<void> = new Requests('UNSUBSCRIBE');
  readonly #session: SessionPort;
  readonly #interests: Map<number, Interest[]> = new Map();
  readonly #expected: Map<number, Expected> = new Map();
  /** Subscriptions that have ended here: events may still be on their way. */
  readonly #ended: Set<number> = new Set();

  constructor(session: SessionPort) {
    this.#session = session;
  }

  async subscribe(topic: string, handler: EventHandler, options: SubscribeOptions): Promise<Subscription> {
    if (typeof handler !== 'function') throw new TypeError('handler must be a function');
    const wire = wireSubscribeOptions(options);
    checkUri('topic', topic, wire.match);
    const request = this.#session.nextRequest();
    const message = new Subscribe(request, wire, topic);
    const expected: Expected = { topic, match: wire.match ?? 'exact', handler, answer: null };
    this.#expected.set(request, expected);
    try {
      const answer = this.subscribing.expect(request, () => this.#session.send(message));
      expected.answer = answer;
      return await answer;
    } finally {
      this.#expected.delete(request);
    }
  }

  /** @throws ProtocolError */
  onSubscribed(request: number, id: number): void {
    const expected = this.#expected.get(request);
    if (expected === undefined) throw new ProtocolError(`SUBSCRIBED for SUBSCRIBE ${request}, which was not asked`);
    const interest = new Interest(this, id, expected);
    const all = this.#interests.get(id);
    if (all === undefined) this.#interests.set(id, [interest]);
    else all.push(interest);
    this.#ended.delete(id);
    this.subscribing.resolve(request, interest);
  }

  /** @throws ProtocolError */
  onUnsubscribed({ request, details }: Unsubscribed): void {
    if (request !== 0) {
      this.unsubscribing.resolve(request, undefined);
      return;
    }
    const id = details?.subscription ?? -1;
    // It may cross our UNSUBSCRIBE.
    if (this.#ended.has(id)) return;
    if (!this.#interests.has(id)) throw new ProtocolError('UNSUBSCRIBED for a subscription that is not ours');
    this.#drop(id);
  }

  async unsubscribe(interest: Interest): Promise<void> {
    const all = this.#interests.get(interest.id);
    const at = all?.indexOf(interest) ?? -1;
    if (all === undefined || at < 0) return;
    interest.isActive = false;
    all.splice(at, 1);
    // A SUBSCRIBE for the same that is on its way gets the same id: then this was not the last.
    for (let same = this.#findSame(interest); same !== undefined; same = this.#findSame(interest)) {
      await same.answer?.catch(() => {});
    }
    if (all.length > 0 || this.#interests.get(interest.id) !== all) return;
    this.#drop(interest.id);
    const request = this.#session.nextRequest();
    const message = new Unsubscribe(request, interest.id);
    await this.unsubscribing.expect(request, () => this.#session.send(message));
  }

  /** @throws ProtocolError for an unknown subscription */
  onEvent(message: Event): void {
    const { subscription, publication, details } = message;
    const all = this.#interests.get(subscription);
    if (all === undefined && !this.#ended.has(subscription)) {
      throw new ProtocolError(`EVENT for subscription ${subscription}, which is not ours`);
    }
    const [first] = all ?? [];
    if (all === undefined || first === undefined) return;
    const topic = details.topic ?? first.topic;
    try {
      const { args, kwargs } = decodePayload(this.#session.codec, true, topic, message, details);
      const told: EventDetails = {
        publication,
        subscription,
        topic,
        publisher: details.publisher ?? null,
        publisherAuthid: details.publisher_authid ?? null,
        publisherAuthrole: details.publisher_authrole ?? null,
        isRetained: details.retained ?? false,
      };
      // A handler may unsubscribe itself, or others.
      for (const interest of all.length === 1 ? all : [...all]) this.#tell(interest, args, kwargs, told);
    } catch (error) {
      this.#session.reportUserError(error, `while reading an event of ${topic}`);
    }
  }

  rejectAll(error: unknown): void {
    this.subscribing.rejectAll(error);
    this.unsubscribing.rejectAll(error);
    this.#expected.clear();
    for (const id of [...this.#interests.keys()]) this.#drop(id);
  }

  #tell(interest: Interest, args: unknown[], kwargs: Kwargs, details: EventDetails): void {
    if (!interest.isActive) return;
    const onError = (error: unknown): void =>
      this.#session.reportUserError(error, `while handling an event of ${details.topic}`);
    try {
      const result = interest.handler(args, kwargs, details);
      if (result instanceof Promise) result.catch(onError);
    } catch (error) {
      onError(error);
    }
  }

  #findSame({ topic, match }: Interest): Expected | undefined {
    for (const expected of this.#expected.values()) {
      if (expected.topic === topic && expected.match === match) return expected;
    }
    return undefined;
  }

  #drop(id: number): void {
    for (const interest of this.#interests.get(id) ?? []) interest.isActive = false;
    this.#interests.delete(id);
    this.#ended.add(id);
    if (this.#ended.size > MAX_ENDED) this.#ended.delete(this.#ended.values().next().value!);
  }
}
