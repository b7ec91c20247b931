// A router and its clients, joined in memory.

import { createMemoryAgent, type ManualClock, type MemoryConnection, manualClock, seededRandom } from '@ws/testkit';
import type { Platform } from '@ws/types';
import {
  ApplicationSession,
  createRouter,
  type ISerializer,
  type Router,
  type RouterOptions,
  type SessionConfig,
  WampWebSocketClientFactory,
  type WampWebSocketClientProtocol,
  WampWebSocketServerFactory,
  type WampWebSocketServerProtocol,
} from '../../src/index.ts';

export interface Network {
  readonly router: Router;
  /** What timeouts go by. */
  readonly clock: ManualClock;
  readonly connections: readonly MemoryConnection<WampWebSocketServerProtocol>[];
  /** A session that has joined. */
  join<Session extends ApplicationSession>(session: Session, serializer?: ISerializer): Promise<Session>;
  /** A new one. */
  client(config?: SessionConfig, serializer?: ISerializer): Promise<ApplicationSession>;
  /** Connects a session, and does not wait until it has joined. */
  connect(session: ApplicationSession, serializer?: ISerializer): Promise<WampWebSocketClientProtocol>;
}

export interface NetworkOptions extends Partial<RouterOptions> {
  readonly serializers?: readonly ISerializer[];
  /** What the connections run on, on both sides. */
  readonly platform?: Platform;
}

/** What the router has reported since it was last looked at. */
export const reported: [event: string, error: unknown][] = [];

export function createNetwork({ serializers, platform, ...options }: NetworkOptions = {}): Network {
  const clock = manualClock();
  const router = createRouter({
    realms: ['realm1'],
    clock,
    random: seededRandom(7),
    logger: { log: (_level, event, fields) => void reported.push([event, fields?.error]) },
    ...options,
  });
  const factory = new WampWebSocketServerFactory(() => router.createSession(), {}, { serializers, platform });
  const agent = createMemoryAgent(factory as unknown as { buildProtocol(): WampWebSocketServerProtocol });

  async function connect(session: ApplicationSession, serializer?: ISerializer): Promise<WampWebSocketClientProtocol> {
    const serializers = serializer === undefined ? null : [serializer];
    const client = new WampWebSocketClientFactory(session, { url: 'ws://localhost' }, { serializers, platform });
    return (await agent.open(client as never)) as WampWebSocketClientProtocol;
  }

  async function join<Session extends ApplicationSession>(
    session: Session,
    serializer?: ISerializer,
  ): Promise<Session> {
    await connect(session, serializer);
    await session.joined;
    return session;
  }

  return {
    router,
    clock,
    connections: agent.connections,
    connect,
    join,
    client: (config = {}, serializer) => join(new ApplicationSession({ clock, ...config }), serializer),
  };
}

/** Lets everything happen that needs no time. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>(resolve => setImmediate(resolve));
}
