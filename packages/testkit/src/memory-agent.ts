import { type ByteStream, TransportDetails } from '@ws/types';
import { microtask } from './globals.ts';
import { type MemoryPair, type MemoryPairOptions, memoryPair } from './memory-pair.ts';

/** The part of a protocol that the agent uses. The protocols of `@ws/core` have it. */
export interface AttachableProtocol {
  attach(stream: ByteStream, transportDetails: TransportDetails | null): void;
}

/** The part of a client protocol that the agent uses. */
export interface OpenableProtocol extends AttachableProtocol {
  /** Resolves when the connection is open. */
  readonly opened: Promise<void>;
  pauseReceiving?(): void;
  resumeReceiving?(): void;
}

/** Makes the protocols of one side. */
export interface ProtocolFactory<Protocol> {
  buildProtocol(): Protocol;
}

/** A client factory made for a URL, such as `WebSocketClientFactory` of `@ws/core`. */
export interface ClientFactoryLike extends ProtocolFactory<OpenableProtocol> {
  protocol?: unknown;
  setProtocolOptions?(options: object): void;
}

/** Options of opening a connection by URL. */
export interface MemoryOpenOptions {
  readonly origin?: string | null | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly useragent?: string | null | undefined;
  readonly headers?: Record<string, string | readonly string[]> | null | undefined;
  readonly protocolOptions?: object | undefined;
}

/** Options of {@link createMemoryAgent}. */
export interface MemoryAgentOptions extends MemoryPairOptions {
  /** The class `WebSocketClientFactory`, for an agent that opens connections by URL. */
  readonly clientFactory?:
    | (new (
        session: MemoryOpenOptions & { readonly url: string },
      ) => ClientFactoryLike)
    | undefined;
}

/** A connection that the agent made. */
export interface MemoryConnection<Server> {
  readonly client: OpenableProtocol;
  readonly server: Server;
  /** The streams of the connection: `a` is the client's end, `b` the server's. */
  readonly pair: MemoryPair;
}

/** Opens connections to a server in the same memory. */
export interface MemoryAgent<Server> {
  /**
   * Connects a new client protocol to a new server protocol.
   *
   * The client gets its first message only after the code that awaits the promise has run, so listeners added there miss no
   * message.
   *
   * @param client a client factory; or a URL (default `ws://localhost`), for agents that were given `clientFactory`
   * @param protocolClass with a URL: the class of the client protocol
   * @returns the client protocol, open
   * @throws TypeError for a URL without `clientFactory`; the error that `opened` rejects with, when the handshake fails
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

/** Number of microtasks for which messages are held back. `await` within a few nested async functions takes some each. */
const GRACE = 16;

/**
 * Makes an agent that connects every client to a protocol of `serverFactory`, whatever the URL. For tests of applications
 * without a network, a port or a timer.
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
