// What sessions can ask a realm of itself, and the events that tell of sessions.

import { CloseUri, ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Kwargs } from '../errors.ts';
import type { PublishOptions } from '../messages/publish-messages.ts';
import { isUri, type MatchPolicy } from '../uri.ts';
import type { Broker, SubscriptionInfo } from './broker.ts';
import type { PassedPayload, SessionInfo } from './member.ts';
import { describeRegistration, type Registrations } from './registrations.ts';

/** URIs that begin so are the router's own. */
export const RESERVED_PREFIX = 'wamp.';

/** A session, as others may ask for it and end it. */
export interface DescribedMember {
  readonly info: SessionInfo;
  /** Ends the session. */
  kill(reason: string, message: string | null): void;
}

/** What of a realm can be asked for, and how its own events leave. */
export interface DescribedRealm {
  readonly broker: Broker;
  readonly registrations: Registrations;
  readonly members: ReadonlyMap<number, DescribedMember>;
  publish(
    publisher: null,
    topic: string,
    options: PublishOptions,
    payload: PassedPayload,
    isDisclosed: boolean,
  ): number;
}

type Procedure = (args: readonly unknown[], kwargs: Kwargs, caller: SessionInfo) => unknown;

/** The procedures and events of a realm. Of several routers each knows its own sessions. */
export class MetaApi {
  readonly #realm: DescribedRealm;
  readonly #procedures: Readonly<Record<string, Procedure>>;

  constructor(realm: DescribedRealm) {
    this.#realm = realm;
    this.#procedures = {
      'wamp.session.count': ([roles]) => this.#sessions(roles).length,
      'wamp.session.list': ([roles]) => this.#sessions(roles).map(({ session }) => session),
      'wamp.session.get': ([id]) => describeSession(this.#member(id).info),
      'wamp.session.kill': (args, kwargs, caller) => this.#kill(args, kwargs, caller),
      'wamp.registration.list': () => byMatch(realm.registrations.all().map(describeRegistration)),
      'wamp.registration.lookup': ([uri, options]) =>
        realm.registrations.lookup(text(uri), matchOf(options))?.id ?? null,
      'wamp.registration.match': ([uri]) => realm.registrations.best(text(uri))?.id ?? null,
      'wamp.registration.get': ([id]) => this.#registration(id),
      'wamp.registration.list_callees': ([id]) => this.#registration(id).callees,
      'wamp.registration.count_callees': ([id]) => this.#registration(id).callees.length,
      'wamp.subscription.list': () => byMatch(realm.broker.subscriptions()),
      'wamp.subscription.lookup': ([uri, options]) =>
        realm.broker.subscriptions().find(one => one.uri === text(uri) && one.match === matchOf(options))?.id ?? null,
      'wamp.subscription.match': ([uri]) => realm.broker.matching(text(uri)).map(({ id }) => id),
      'wamp.subscription.get': ([id]) => withoutSubscribers(this.#subscription(id)),
      'wamp.subscription.list_subscribers': ([id]) => this.#subscription(id).subscribers,
      'wamp.subscription.count_subscribers': ([id]) => this.#subscription(id).subscribers.length,
    };
  }

  has(procedure: string): boolean {
    return Object.hasOwn(this.#procedures, procedure);
  }

  /** @throws ApplicationError */
  call(procedure: string, args: readonly unknown[], kwargs: Kwargs, caller: SessionInfo): unknown {
    return this.#procedures[procedure]!(args, kwargs, caller);
  }

  onJoin(info: SessionInfo): void {
    this.#realm.publish(null, 'wamp.session.on_join', {}, { args: [describeSession(info)], kwargs: null }, false);
  }

  onLeave({ session, authid, authrole }: SessionInfo): void {
    const args = [session, authid, authrole];
    this.#realm.publish(null, 'wamp.session.on_leave', {}, { args, kwargs: null }, false);
  }

  #sessions(roles: unknown): SessionInfo[] {
    const all = [...this.#realm.members.values()].map(({ info }) => info);
    return Array.isArray(roles) ? all.filter(({ authrole }) => roles.includes(authrole)) : all;
  }

  #member(id: unknown): DescribedMember {
    const member = this.#realm.members.get(id as number);
    if (member === undefined) throw new ApplicationError(ErrorUri.noSuchSession, ['there is no such session']);
    return member;
  }

  #kill([id]: readonly unknown[], { reason, message }: Kwargs, caller: SessionInfo): null {
    if (id === caller.session) throw new ApplicationError(ErrorUri.noSuchSession, ['a session cannot end itself so']);
    const isReason = typeof reason === 'string' && isUri(reason);
    this.#member(id).kill(isReason ? reason : CloseUri.killed, typeof message === 'string' ? message : null);
    return null;
  }

  #registration(id: unknown): ReturnType<typeof describeRegistration> {
    const registration = this.#realm.registrations.byId(id as number);
    if (registration === undefined) throw new ApplicationError(ErrorUri.noSuchRegistration, ['there is none such']);
    return describeRegistration(registration);
  }

  #subscription(id: unknown): SubscriptionInfo {
    const subscription = this.#realm.broker.subscription(id as number);
    if (subscription === null) throw new ApplicationError(ErrorUri.noSuchSubscription, ['there is none such']);
    return subscription;
  }
}

function describeSession({ session, authid, authrole, authmethod, authprovider }: SessionInfo): Kwargs {
  return { session, authid, authrole, authmethod, authprovider };
}

function withoutSubscribers({ id, uri, match }: SubscriptionInfo): Kwargs {
  return { id, uri, match };
}

function byMatch(all: readonly { readonly id: number; readonly match: MatchPolicy }[]): Kwargs {
  const idsOf = (match: MatchPolicy): number[] => all.filter(one => one.match === match).map(({ id }) => id);
  return { exact: idsOf('exact'), prefix: idsOf('prefix'), wildcard: idsOf('wildcard') };
}

function matchOf(options: unknown): MatchPolicy {
  const match = typeof options === 'object' && options !== null && 'match' in options ? options.match : 'exact';
  if (match === 'exact' || match === 'prefix' || match === 'wildcard') return match;
  throw new ApplicationError(ErrorUri.invalidArgument, ['match must be exact, prefix or wildcard']);
}

function text(value: unknown): string {
  if (typeof value === 'string') return value;
  throw new ApplicationError(ErrorUri.invalidArgument, ['a URI must be a string']);
}
