import { type ByteStream, TransportDetails } from '@ws/types';
import { microtask } from './globals.ts';
import { type MemoryPair, type MemoryPairOptions, memoryPair } from './memory-pair.ts';

/** What the agent needs of a protocol; those of `@ws/core` have it. */
export interface AttachableProtocol {
  attach(stream: ByteStream, transportDetails: TransportDetails | null): void;
}

/** The same on the client's side. */
export interface OpenableProtocol extends AttachableProtocol {
  /** Resolves when the connection is open. */
  readonly opened: Promise<void>;
  pauseReceiving?(): void;
  resumeReceiving?(): void;
}

/** What makes the protocol objects of one side. */
export interface ProtocolFactory<Protocol> {
  buildProtocol(): Protocol;
}

/** A factory as `@ws/core`'s `WebSocketClientFactory` is one: made for a url. */
export interface ClientFactoryLike extends ProtocolFactory<OpenableProtocol> {
  protocol?: unknown;
  setProtocolOptions?(options: object): void;
}

/** How a client opens a connection by its url. */
export interface MemoryOpenOptions {
  readonly origin?: string | null | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly useragent?: string | null | undefined;
  readonly headers?: Record<string, string | readonly string[]> | null | undefined;
  readonly protocolOptions?: object | undefined;
}

/** How {@link createMemoryAgent} connects. */
export interface MemoryAgentOptions extends MemoryPairOptions {
  /** The class `WebSocketClientFactory`, for an agent that opens connections by url. */
  readonly clientFactory?:
    | (new (
        session: MemoryOpenOptions & { readonly url: string },
      ) => ClientFactoryLike)
    | undefined;
}

/** A connection that the agent has made. */
export interface MemoryConnection<Server> {
  readonly client: OpenableProtocol;
  readonly server: Server;
  /** What joins them: `a` is the client's end, `b` the server's. */
  readonly pair: MemoryPair;
}

/** Opens connections to a server in the same memory. */
export interface MemoryAgent<Server> {
  /**
   * Connects a new client protocol to a new server protocol.
   *
   * The client gets its first message only after the code that waits for the promise has run: listeners that are added
   * then miss none.
   *
   * @param client a client factory; or a url (default `ws://localhost`), for agents that were given `clientFactory`
   * @param protocolClass for a url: the client protocol to make
   * @returns the client protocol, open
   * @throws TypeError for a url without `clientFactory`; what `opened` rejects with, when the handshake fails
   */
  open<Client extends OpenableProtocol>(client: ProtocolFactory<Client>): Promise<Client>;
  open<Client extends OpenableProtocol = OpenableProtocol>(
    url?: string,
    options?: MemoryOpenOptions,
    protocolClass?: new () => Client,
  ): Promise<Client>;
  /** All connections so far, the oldest first. */
  readonly connections: readonly MemoryConnection<Server>[];
}

/** Messages are held back for so many microtasks: `await` inside a few async functions takes some each. */
const GRACE = 16;

/**
 * Makes an agent whose connections all lead to protocols of `serverFactory`, whatever their url: for tests of
 * applications without a network, a port or a timer.
 *
 * @example
 * const agent = createMemoryAgent(serverFactory);
 * const client = await agent.open(new WebSocketClientFactory({ url: 'ws://localhost/chat' }));
 */
export function createMemoryAgent<Server extends AttachableProtocol>(
  serverFactory: ProtocolFactory<Server>,
  options: MemoryAgentOptions = {},
): MemoryAgent<Server> {
  const { clientFactory, ...pairOptions } = options;
  const connections: MemoryConnection<Server>[] = [];

  async function open(
    client: ProtocolFactory<OpenableProtocol> | string = 'ws://localhost',
    openOptions: MemoryOpenOptions = {},
    protocolClass?: new () => OpenableProtocol,
  ): Promise<OpenableProtocol> {
    const factory = typeof client === 'string' ? factoryFor(client, openOptions, protocolClass) : client;
    const pair = memoryPair(pairOptions);
    const connection = { client: factory.buildProtocol(), server: serverFactory.buildProtocol(), pair };
    const number = connections.push(connection);
    connection.server.attach(pair.b, detailsOf(`memory:server-${number}`, `memory:client-${number}`, true));
    connection.client.attach(pair.a, detailsOf(`memory:client-${number}`, `memory:server-${number}`, false));
    connection.client.pauseReceiving?.();
    await connection.client.opened;
    later(GRACE, () => connection.client.resumeReceiving?.());
    return connection.client;
  }

  function factoryFor(
    url: string,
    { protocolOptions, ...session }: MemoryOpenOptions,
    protocolClass: (new () => OpenableProtocol) | undefined,
  ): ClientFactoryLike {
    if (clientFactory === undefined) {
      throw new TypeError('open takes a client factory; for a url, give createMemoryAgent the class clientFactory');
    }
    const factory = new clientFactory({ ...session, url });
    if (protocolOptions !== undefined) factory.setProtocolOptions?.(protocolOptions);
    if (protocolClass !== undefined) factory.protocol = protocolClass;
    return factory;
  }

  return { open: open as MemoryAgent<Server>['open'], connections };
}

function detailsOf(own: string, peer: string, isServer: boolean): TransportDetails {
  return new TransportDetails({
    channelType: 'memory',
    channelFraming: 'websocket',
    own,
    peer,
    isServer,
    isSecure: false,
  });
}

function later(turns: number, task: () => void): void {
  microtask(turns > 0 ? () => later(turns - 1, task) : task);
}
