import type { Clock, Logger, Random } from '@ws/types';
import type { Authenticate } from './authentication.ts';
import type { Authorize } from './authorization.ts';
import type { RouterLimits } from './limits.ts';
import type { Realm } from './realm.ts';

/** What the sessions of a router have in common. */
export interface RouterCore {
  readonly realms: ReadonlyMap<string, Realm>;
  /** The realm for clients that name none; `null` where there are several. */
  readonly onlyRealm: string | null;
  readonly authenticate: Authenticate | undefined;
  readonly authorize: Authorize | undefined;
  readonly clock: Clock;
  readonly random: Random;
  readonly logger: Logger | undefined;
  readonly limits: RouterLimits;
  /** Milliseconds; 0: no limit. */
  readonly joinTimeout: number;
  /** The sessions of all connections, joined or not. */
  readonly sessions: Set<{ kill(reason: string, message: string | null): void }>;
  /** Something that the router's owner wrote has failed, or something here. */
  report(event: string, error: unknown): void;
}
