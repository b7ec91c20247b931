// The two worlds in which connections are tested: joined in memory, where time is what a test makes it, and over the
// sockets of this machine. What holds in one has to hold in the other.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import {
  type ConnectOverOptions,
  connectOver,
  type ServeOverOptions,
  serveOver,
  type WebSocketConnection,
  type WebSocketHandler,
  type WebSocketRequest,
} from '@ws/connection';
import { manualClock, memoryPair, seededRandom } from '@ws/testkit';
import { type ByteStream, type Platform, TransportDetails } from '@ws/types';
import { portableMasker, portableUtf8, sha1 } from '@ws/util/primitives';
import { openWebSocket } from '../../src/client/open-web-socket.ts';
import { serveWebSocket } from '../../src/server/serve-web-socket.ts';
import { socketStream } from '../../src/streams/socket-stream.ts';
import { RawPeer } from './raw-peer.ts';

/** What a test may settle about a client. `path` is the path of its URL. */
export type OpenOptions = Omit<ConnectOverOptions, 'url' | 'platform' | 'transportDetails' | 'signal'> & {
  readonly path?: string;
  readonly signal?: AbortSignal;
};
export type ServeOptions = Omit<ServeOverOptions, 'platform' | 'transportDetails' | 'signal'>;

/** A server with a handler. */
export interface Served {
  open(options?: OpenOptions): Promise<WebSocketConnection>;
  /** A client that the test plays. */
  play(): Promise<RawPeer>;
  /** Resolves when all handlers have ended; over sockets it ends the server, too. */
  finished(): Promise<void>;
}

/** Both ends of one connection. */
export interface Ends {
  readonly request: WebSocketRequest;
  readonly server: WebSocketConnection;
  readonly client: WebSocketConnection;
}

export interface World {
  readonly name: string;
  /** What a test sets a timeout to that shall expire, in milliseconds. */
  readonly timeout: number;
  /** Lets it expire. Over sockets it does so by itself. */
  expire(): Promise<void>;
  /** Timers that are set; `null`: not known here. */
  timers(): number | null;
  serve(handler: WebSocketHandler, options?: ServeOptions): Promise<Served>;
  /** A server that the test plays: opens a client, and gives who it talks to. */
  play(options?: OpenOptions): Promise<{ opening: Promise<WebSocketConnection>; peer: RawPeer }>;
  cleanUp(): Promise<void>;
}

/** One connection, accepted as told, whose handler ends when it is closed. */
export async function join(
  world: World,
  options: {
    readonly client?: OpenOptions;
    readonly server?: ServeOptions;
    readonly accept?: Parameters<WebSocketRequest['accept']>[0];
  } = {},
): Promise<Ends> {
  let onAccepted: (ends: Omit<Ends, 'client'>) => void = () => {};
  const accepted = new Promise<Omit<Ends, 'client'>>(resolve => {
    onAccepted = resolve;
  });
  const served = await world.serve(async request => {
    const server = await request.accept(options.accept);
    onAccepted({ request, server });
    await server.whenClosed;
  }, options.server);
  const client = await served.open(options.client);
  return { ...(await accepted), client };
}

/** Many turns of the event loop. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise<void>(resolve => setImmediate(resolve));
}

export function memoryWorld(): World {
  const clock = manualClock();
  const platform: Platform = {
    clock,
    random: seededRandom(1),
    digest: { sha1 },
    masker: portableMasker,
    utf8: portableUtf8,
  };
  const detailsOf = (own: number, peer: number) =>
    new TransportDetails({ own: `tcp4:127.0.0.1:${own}`, peer: `tcp4:127.0.0.1:${peer}`, isSecure: false });
  let clients = 50_000;
  const openOver = (stream: ByteStream, port: number, { path = '/', ...options }: OpenOptions = {}) =>
    connectOver(stream, {
      platform,
      url: `ws://127.0.0.1:8080${path}`,
      transportDetails: detailsOf(port, 8080),
      ...options,
    });
  return {
    name: 'in memory',
    timeout: 60_000,
    async expire() {
      await settle();
      clock.advance(60_000);
      await settle();
    },
    timers: () => clock.pendingTimers,
    async serve(handler, options) {
      const running = new Set<Promise<void>>();
      const dial = (): { stream: ByteStream; port: number } => {
        const { a, b } = memoryPair();
        const port = ++clients;
        const served = serveOver(a, handler, { platform, transportDetails: detailsOf(8080, port), ...options });
        running.add(served.finally(() => running.delete(served)));
        return { stream: b, port };
      };
      return {
        open: async openOptions => {
          const { stream, port } = dial();
          return await openOver(stream, port, openOptions);
        },
        play: async () => new RawPeer(dial().stream),
        finished: async () => void (await Promise.all(running)),
      };
    },
    async play(options) {
      const { a, b } = memoryPair();
      const peer = new RawPeer(a);
      return { opening: openOver(b, ++clients, options), peer };
    },
    async cleanUp() {},
  };
}

export function socketWorld(): World {
  const cleanups: (() => unknown)[] = [];
  const keep = (socket: Socket): Socket => {
    cleanups.push(() => socket.destroy());
    return socket.on('error', () => {});
  };
  return {
    name: 'over sockets',
    timeout: 30,
    async expire() {},
    timers: () => null,
    async serve(handler, options) {
      const server = await serveWebSocket(handler, { host: '127.0.0.1', ...options });
      cleanups.push(() => server.close({ grace: 0 }));
      const { port } = server;
      return {
        open: ({ path = '', ...openOptions } = {}) => openWebSocket(`ws://127.0.0.1:${port}${path}`, openOptions),
        async play() {
          const socket = keep(connect({ port, host: '127.0.0.1', allowHalfOpen: true }));
          await once(socket, 'connect');
          return new RawPeer(socketStream(socket));
        },
        finished: () => server.close(),
      };
    },
    async play({ path = '', ...options } = {}) {
      const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
      cleanups.push(() => server.close());
      await once(server, 'listening');
      const { port } = server.address() as AddressInfo;
      const opening = openWebSocket(`ws://127.0.0.1:${port}${path}`, options);
      opening.catch(() => {});
      const [socket] = (await once(server, 'connection')) as [Socket];
      return { opening, peer: new RawPeer(socketStream(keep(socket))) };
    },
    async cleanUp() {
      for (const cleanup of cleanups.splice(0)) await cleanup();
    },
  };
}
