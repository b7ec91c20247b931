// What sessions can ask a realm of itself, and the events that tell of sessions.

import { CloseUri, ErrorUri } from '../error-uris.ts';
import { ApplicationError, type Kwargs } from '../errors.ts';
import { isUri, type MatchPolicy } from '../uri.ts';
import type { Broker, SubscriptionInfo } from './broker.ts';
import type { PassedPayload, SessionInfo } from './member.ts';
import type { Registration } from './registration.ts';
import type { Registrations } from './registrations.ts';

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
  publish(topic: string, payload: PassedPayload): void;
}

type Procedure = (args: readonly unknown[], kwargs: Kwargs, caller: SessionInfo) => unknown;

/** The procedures and events of a realm. Of several routers each knows its own sessions. */
export class MetaApi {
  readonly #realm: DescribedRealm;
  readonly #maxListLength: number;
  readonly #procedures: Readonly<Record<string, Procedure>>;

  /** @param maxListLength the most ids in one answer: longer ones are refused before they are made */
  constructor(realm: DescribedRealm, maxListLength: number = Infinity) {
    this.#realm = realm;
    this.#maxListLength = maxListLength;
    const { broker, registrations } = realm;
    this.#procedures = {
      'wamp.session.count': ([roles]) => this.#countSessions(roles),
      'wamp.session.list': ([roles]) => this.#listSessions(roles),
      'wamp.session.get': ([id]) => describeSession(this.#member(id).info),
      'wamp.session.kill': (args, kwargs, caller) => this.#kill(args, kwargs, caller),
      'wamp.registration.list': () => this.#listByMatch(registrations.all),
      'wamp.registration.lookup': ([uri, options]) => registrations.lookup(text(uri), matchOf(options))?.id ?? null,
      'wamp.registration.match': ([uri]) => registrations.best(text(uri))?.id ?? null,
      'wamp.registration.get': ([id]) => this.#describeRegistration(id),
      'wamp.registration.list_callees': ([id]) => this.#callees(id),
      'wamp.registration.count_callees': ([id]) => this.#callees(id).length,
      'wamp.subscription.list': () => this.#listByMatch(broker.subscriptions),
      'wamp.subscription.lookup': ([uri, options]) => broker.lookup(text(uri), matchOf(options))?.id ?? null,
      'wamp.subscription.match': ([uri]) => this.#checked(broker.matching(text(uri))).map(({ id }) => id),
      'wamp.subscription.get': ([id]) => describeSubscription(this.#subscription(id)),
      'wamp.subscription.list_subscribers': ([id]) => this.#subscribers(id),
      'wamp.subscription.count_subscribers': ([id]) => this.#subscription(id).receivers.size,
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
    this.#realm.publish('wamp.session.on_join', { args: [describeSession(info)], kwargs: null });
  }

  onLeave({ session, authid, authrole }: SessionInfo): void {
    const args = [session, authid, authrole];
    this.#realm.publish('wamp.session.on_leave', { args, kwargs: null });
  }

  #countSessions(roles: unknown): number {
    const { members } = this.#realm;
    if (!Array.isArray(roles)) return members.size;
    const wanted = new Set<unknown>(roles);
    let count = 0;
    for (const { info } of members.values()) if (wanted.has(info.authrole)) count++;
    return count;
  }

  #listSessions(roles: unknown): number[] {
    const { members } = this.#realm;
    if (!Array.isArray(roles)) {
      this.#checkLength(members.size);
      return [...members.keys()];
    }
    const wanted = new Set<unknown>(roles);
    const ids: number[] = [];
    for (const [id, { info }] of members) if (wanted.has(info.authrole)) ids.push(id);
    return this.#checked(ids);
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

  #registration(id: unknown): Registration {
    const registration = this.#realm.registrations.byId(id as number);
    if (registration === undefined) throw new ApplicationError(ErrorUri.noSuchRegistration, ['there is none such']);
    return registration;
  }

  #describeRegistration(id: unknown): Kwargs {
    const { id: registration, procedure, match, invoke } = this.#registration(id);
    return { id: registration, uri: procedure, match, invoke, callees: this.#callees(id) };
  }

  /** The sessions of this router. */
  #callees(id: unknown): number[] {
    const { offers } = this.#registration(id);
    return this.#checked(offers.filter(({ callee }) => !callee.isRemote)).map(({ callee }) => callee.info.session);
  }

  #subscription(id: unknown): SubscriptionInfo {
    const subscription = this.#realm.broker.subscriptions.get(id as number);
    if (subscription === undefined) throw new ApplicationError(ErrorUri.noSuchSubscription, ['there is none such']);
    return subscription;
  }

  #subscribers(id: unknown): number[] {
    const { receivers } = this.#subscription(id);
    this.#checkLength(receivers.size);
    return [...receivers].map(({ info }) => info.session);
  }

  #listByMatch(all: ReadonlyMap<number, { readonly match: MatchPolicy }>): Kwargs {
    this.#checkLength(all.size);
    const ids: Record<MatchPolicy, number[]> = { exact: [], prefix: [], wildcard: [] };
    for (const [id, { match }] of all) ids[match].push(id);
    return ids;
  }

  #checked<Item>(list: Item[]): Item[] {
    this.#checkLength(list.length);
    return list;
  }

  /** The length is looked at before anything is made of the list. */
  #checkLength(length: number): void {
    if (length <= this.#maxListLength) return;
    throw new ApplicationError(ErrorUri.payloadSizeExceeded, [`the answer has more than ${this.#maxListLength} ids`]);
  }
}

function describeSession({ session, authid, authrole, authmethod, authprovider }: SessionInfo): Kwargs {
  return { session, authid, authrole, authmethod, authprovider };
}

function describeSubscription({ id, pattern, match }: SubscriptionInfo): Kwargs {
  return { id, uri: pattern, match };
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
