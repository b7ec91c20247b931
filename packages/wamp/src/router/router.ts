// A small router: realms, each with a broker and a dealer.

import type { Clock, Logger, Random } from '@ws/types';
import { webPlatform } from '@ws/util/primitives';
import { CloseUri } from '../error-uris.ts';
import type { Args, Kwargs } from '../errors.ts';
import type { ITransportHandler } from '../transport/interfaces.ts';
import { isRealmName, isUri } from '../uri.ts';
import type { Authenticate } from './authentication.ts';
import type { Authorize } from './authorization.ts';
import type { RouterBus } from './bus.ts';
import { limitsOf, type RouterLimitOptions } from './limits.ts';
import type { SessionInfo } from './member.ts';
import { Realm } from './realm.ts';
import type { RouterCore } from './router-core.ts';
import { RouterSession } from './router-session.ts';

/** What {@link createRouter} takes. */
export interface RouterOptions {
  /** The realms there are. */
  readonly realms: readonly string[];
  /** Decides who may join. Default: everybody, as `anonymous`. */
  readonly authenticate?: Authenticate | undefined;
  /** Decides who may do what. Default: everybody everything. */
  readonly authorize?: Authorize | undefined;
  /** Joins this router with others that have the same realms. */
  readonly bus?: RouterBus | undefined;
  /** Milliseconds that clients have to join, and to say goodbye. Default 10,000; 0: any time. */
  readonly joinTimeout?: number | undefined;
  /** What one session may cost. */
  readonly limits?: RouterLimitOptions | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: Random | undefined;
  readonly logger?: Logger | undefined;
}

/** A router. */
export interface Router {
  readonly realms: readonly string[];
  /** The router's end of a new connection: what the factory of a server makes for each. */
  createSession(): ITransportHandler;
  /** The sessions that have joined a realm. @throws RangeError for an unknown one */
  sessions(realm: string): SessionInfo[];
  /** Publishes in the router's own name. @throws RangeError */
  publish(realm: string, topic: string, args?: Args | null, kwargs?: Kwargs | null): void;
  /** Says goodbye to all sessions. New ones are refused. */
  close(reason?: string, message?: string | null): void;
}

const JOIN_TIMEOUT = 10_000;

/**
 * Makes a router.
 *
 * @throws TypeError, RangeError
 * @example
 * const router = createRouter({ realms: ['realm1'] });
 * const factory = new WampWebSocketServerFactory(() => router.createSession(), { url: 'ws://localhost:8080' });
 * await listenWS(factory, { port: 8080 });
 */
export function createRouter(options: RouterOptions): Router {
  const { realms: names, joinTimeout = JOIN_TIMEOUT, logger } = options;
  checkOptions(options);
  const { clock = webPlatform.clock, random = webPlatform.random } = options;
  const limits = limitsOf(options.limits);
  const ports = { clock, random, limits, logger, bus: options.bus };
  const realms = new Map(names.map(name => [name, new Realm(name, ports)]));
  const core: RouterCore = {
    realms,
    onlyRealm: names.length === 1 ? names[0]! : null,
    authenticate: options.authenticate,
    authorize: options.authorize,
    clock,
    random,
    logger,
    limits,
    joinTimeout,
    sessions: new Set(),
    report: (event, error) => logger?.log('error', event, { error }),
  };
  let isClosed = false;

  function realm(name: string): Realm {
    const found = realms.get(name);
    if (found === undefined) throw new RangeError(`there is no realm ${JSON.stringify(name)}`);
    return found;
  }

  return {
    realms: [...names],
    createSession() {
      if (isClosed) throw new Error('the router is closed');
      return new RouterSession(core);
    },
    sessions: name => [...realm(name).members.values()].map(({ info }) => info),
    publish(name, topic, args = null, kwargs = null) {
      if (!isUri(topic)) throw new RangeError(`${JSON.stringify(topic)} is no URI`);
      realm(name).publish(topic, { args, kwargs });
    },
    close(reason = CloseUri.systemShutdown, message = null) {
      isClosed = true;
      for (const session of [...core.sessions]) session.kill(reason, message);
      for (const each of realms.values()) each.close();
    },
  };
}

function checkOptions({ realms, joinTimeout = JOIN_TIMEOUT, authenticate, authorize }: RouterOptions): void {
  if (!Array.isArray(realms) || realms.length === 0) throw new TypeError('realms must be a list of names');
  for (const name of realms) if (!isRealmName(name)) throw new RangeError(`${JSON.stringify(name)} names no realm`);
  if (new Set(realms).size < realms.length) throw new RangeError('a realm is there twice');
  if (!(joinTimeout >= 0)) throw new RangeError('joinTimeout must be 0 or more');
  for (const hook of [authenticate, authorize]) {
    if (hook !== undefined && typeof hook !== 'function')
      throw new TypeError('authenticate and authorize are functions');
  }
}
