// The registrations of a realm: made, taken over, and ended.

import { ErrorUri } from '../error-uris.ts';
import { ApplicationError } from '../errors.ts';
import type { RegisterOptions } from '../messages/register-messages.ts';
import type { MatchPolicy } from '../uri.ts';
import type { CalleeMember } from './member.ts';
import { PatternStore } from './pattern-store.ts';
import { Registration } from './registration.ts';

/** Told when the first session of this router offers a procedure, and when the last does no more. */
export interface RegistrationsListener {
  onLocalOffered(registration: Registration): void;
  onLocalGone(registration: Registration): void;
}

/** All registrations. */
export class Registrations {
  readonly #nextId: () => number;
  readonly #listener: RegistrationsListener;
  readonly #maxRegistrations: number;
  readonly #store: PatternStore<Registration> = new PatternStore();
  readonly #byId: Map<number, Registration> = new Map();
  readonly #byCallee: Map<CalleeMember, Set<Registration>> = new Map();

  /** @param maxRegistrations the most of one session */
  constructor(nextId: () => number, listener: RegistrationsListener, maxRegistrations: number = Infinity) {
    this.#nextId = nextId;
    this.#listener = listener;
    this.#maxRegistrations = maxRegistrations;
  }

  /**
   * Adds a callee.
   *
   * @param remoteId the id of the registration at another router, where that is the callee
   * @returns the id; callees that share a registration have the same
   * @throws ApplicationError when the procedure is not to be had, or the callee has too many
   */
  register(callee: CalleeMember, procedure: string, options: RegisterOptions, remoteId: number | null = null): number {
    const { match = 'exact', invoke = 'single' } = options;
    if (!callee.isRemote) this.#checkCount(callee);
    let registration = this.#store.get(procedure, match);
    if (registration !== undefined && options.force_reregister === true && !callee.isRemote) {
      this.#revoke(registration);
      registration = undefined;
    }
    // What another router has taken it has taken: two may do so in the same moment, and both go on.
    if (registration !== undefined && !callee.isRemote) checkShared(registration, callee, invoke);
    if (registration === undefined) {
      registration = new Registration(this.#nextId(), procedure, match, invoke);
      this.#store.set(procedure, match, registration);
      this.#byId.set(registration.id, registration);
    }
    // Two routers that start in the same moment greet each other twice, and tell what they have each time.
    if (callee.isRemote) registration.remove(callee);
    const hadLocal = registration.hasLocal;
    const id = remoteId ?? registration.id;
    registration.offers.push({ callee, registration: id, concurrency: options.concurrency ?? 0, running: 0 });
    this.#ownedBy(callee).add(registration);
    if (!callee.isRemote && !hadLocal) this.#listener.onLocalOffered(registration);
    return id;
  }

  /** @throws ApplicationError when the callee has no such registration */
  unregister(callee: CalleeMember, id: number): void {
    const own = this.#byCallee.get(callee);
    const registration = callee.isRemote
      ? [...(own ?? [])].find(({ offers }) =>
          offers.some(offer => offer.callee === callee && offer.registration === id),
        )
      : this.#byId.get(id);
    if (registration === undefined || own?.has(registration) !== true) {
      throw new ApplicationError(ErrorUri.noSuchRegistration, [`there is no registration ${id}`]);
    }
    own.delete(registration);
    this.#leave(registration, callee);
  }

  /** The callee is gone. */
  removeCallee(callee: CalleeMember): void {
    for (const registration of this.#byCallee.get(callee) ?? []) this.#leave(registration, callee);
    this.#byCallee.delete(callee);
  }

  /** Who answers calls of that procedure. */
  best(procedure: string): Registration | undefined {
    return this.#store.best(procedure);
  }

  byId(id: number): Registration | undefined {
    return this.#byId.get(id);
  }

  lookup(procedure: string, match: MatchPolicy): Registration | undefined {
    return this.#store.get(procedure, match);
  }

  /** All registrations, by their ids. */
  get all(): ReadonlyMap<number, Registration> {
    return this.#byId;
  }

  #checkCount(callee: CalleeMember): void {
    const count = this.#byCallee.get(callee)?.size ?? 0;
    if (count < this.#maxRegistrations) return;
    throw new ApplicationError(ErrorUri.unavailable, [`a session has ${this.#maxRegistrations} registrations at most`]);
  }

  #revoke(registration: Registration): void {
    for (const { callee } of [...registration.offers]) {
      this.#byCallee.get(callee)?.delete(registration);
      if (!callee.isRemote) callee.sendRevocation(registration.id, 'wamp.registration.revoked');
      this.#leave(registration, callee);
    }
  }

  #leave(registration: Registration, callee: CalleeMember): void {
    const hadLocal = registration.hasLocal;
    registration.remove(callee);
    if (hadLocal && !registration.hasLocal) this.#listener.onLocalGone(registration);
    if (registration.offers.length > 0) return;
    this.#store.delete(registration.procedure, registration.match);
    this.#byId.delete(registration.id);
  }

  #ownedBy(callee: CalleeMember): Set<Registration> {
    let own = this.#byCallee.get(callee);
    if (own === undefined) {
      own = new Set();
      this.#byCallee.set(callee, own);
    }
    return own;
  }
}

function checkShared(registration: Registration, callee: CalleeMember, invoke: string): void {
  const { procedure } = registration;
  if (registration.invoke === 'single' && invoke === 'single') {
    throw new ApplicationError(ErrorUri.procedureAlreadyExists, [`${procedure} is registered already`]);
  }
  if (registration.invoke !== invoke) {
    const text = `${procedure} is registered with the invocation policy ${registration.invoke}`;
    throw new ApplicationError(ErrorUri.differentInvocationPolicy, [text]);
  }
  if (registration.has(callee)) {
    throw new ApplicationError(ErrorUri.procedureAlreadyExists, [`${procedure} is registered by this session already`]);
  }
}
