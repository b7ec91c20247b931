// One realm: its sessions, its broker and its dealer, and the way to the same realm at other routers.

import type { Clock, Logger, Random } from '@ws/types';
import { Broker, type Publication } from './broker.ts';
import type { RouterBus } from './bus.ts';
import { Dealer } from './dealer.ts';
import { FanOut, PART_EVENTS } from './fan-out.ts';
import { createIdSource } from './ids.ts';
import type { RouterLimits } from './limits.ts';
import type { CalleeMember, CallerMember, PassedPayload, Receiver } from './member.ts';
import { type DescribedMember, type DescribedRealm, MetaApi } from './meta-api.ts';
import { RealmLink } from './realm-link.ts';
import { Registrations, type RegistrationsListener } from './registrations.ts';
import type { LinkedRealm } from './remote-node.ts';

/** A session that has joined. */
export interface RealmMember extends Receiver, CallerMember, CalleeMember, DescribedMember {}

/** What a realm is made of. */
export interface RealmPorts {
  readonly clock: Clock;
  readonly random: Random;
  readonly limits: RouterLimits;
  readonly logger?: Logger | undefined;
  readonly bus?: RouterBus | undefined;
}

/** A realm. */
export class Realm implements DescribedRealm, LinkedRealm {
  readonly name: string;
  readonly broker: Broker;
  readonly registrations: Registrations;
  readonly dealer: Dealer;
  readonly meta: MetaApi;
  readonly members: Map<number, RealmMember> = new Map();
  readonly nextId: () => number;
  readonly #clock: Clock;
  readonly #link: RealmLink | null;

  constructor(name: string, { clock, random, limits, logger, bus }: RealmPorts) {
    this.name = name;
    this.#clock = clock;
    this.nextId = createIdSource(random);
    this.broker = new Broker(this.nextId, limits.maxSubscriptions);
    const listener: RegistrationsListener = {
      onLocalOffered: registration => this.#link?.announce(registration),
      onLocalGone: registration => this.#link?.withdraw(registration),
    };
    this.registrations = new Registrations(this.nextId, listener, limits.maxRegistrations);
    this.dealer = new Dealer(this.registrations, clock, limit => this.nextId() % limit, limits.maxPendingCalls);
    this.meta = new MetaApi(this, limits.maxListLength);
    const node = this.nextId().toString(36) + this.nextId().toString(36);
    this.#link = bus === undefined ? null : new RealmLink(this, bus, node, logger);
  }

  join(member: RealmMember): void {
    this.members.set(member.info.session, member);
    this.meta.onJoin(member.info);
  }

  leave(member: RealmMember): void {
    this.members.delete(member.info.session);
    this.broker.removeReceiver(member);
    this.registrations.removeCallee(member);
    this.dealer.removeMember(member);
    this.meta.onLeave(member.info);
  }

  /** Delivers the router's own publication, here and at other routers. */
  publish(topic: string, payload: PassedPayload): void {
    const publication = { id: this.nextId(), topic, options: {}, payload, publisher: null, isDisclosed: false };
    this.broker.publish(publication);
    this.#link?.publish(publication);
  }

  /** Delivers a session's publication, here and at other routers. @returns a promise when not all have been told yet */
  publishFor(publication: Publication): Promise<void> | undefined {
    const sendPart = this.broker.publish(publication, PART_EVENTS);
    this.#link?.publish(publication);
    return sendPart === null ? undefined : new FanOut(this.#clock, sendPart).done;
  }

  /** Leaves the other routers. */
  close(): void {
    this.#link?.close();
  }
}
