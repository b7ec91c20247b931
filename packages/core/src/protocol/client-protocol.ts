import type { ByteStream, ConnectingRequest, ConnectionResponse, Platform, TransportDetails } from '@ws/types';
import { UsageError } from '../errors/usage-error.ts';
import { ClientOpening, type ClientOpeningOwner } from '../handshake/client-opening.ts';
import { CLIENT_OPTIONS, type ClientOptions, changeOptions, type Partially } from '../options/options.ts';
import type { Connector } from './connector.ts';
import { engineOf, WebSocketProtocol } from './protocol.ts';
import type { HookResult } from './protocol-hooks.ts';

/** A client's connection: extend it, and give the class to a `WebSocketClientFactory`. */
export class WebSocketClientProtocol extends WebSocketProtocol {
  /** The server's response; `null` before it has come. */
  response: ConnectionResponse | null = null;
  #factory: Connector | null = null;
  #options: ClientOptions | null = null;

  /**
   * The transport is connected: chooses the request to send. An error drops the connection.
   *
   * @returns the request, `null` for the factory's, or a promise of either
   */
  onConnecting(
    _transportDetails: TransportDetails | null,
  ): ConnectingRequest | null | PromiseLike<ConnectingRequest | null> {
    return null;
  }

  /** The server has agreed. An error closes the connection; frames wait until a returned promise resolves. */
  onConnect(_response: ConnectionResponse): HookResult {}

  /** The `WebSocketClientFactory` that has built it. */
  get factory(): Connector {
    if (this.#factory === null) throw new UsageError('ERR_NOT_OPEN', 'this protocol was not built by a factory');
    return this.#factory;
  }

  override get platform(): Platform {
    return this.factory.platform;
  }

  /** Changes options for this connection only. This is possible until it is open. */
  setProtocolOptions(changes: Partially<ClientOptions>): void {
    const options = changeOptions<ClientOptions>(CLIENT_OPTIONS, this.#options ?? this.factory.options, changes);
    if (!this.state.endsWith('connecting')) {
      throw new UsageError('ERR_NOT_OPEN', 'options can be changed until the connection is open');
    }
    this.#options = options;
    engineOf(this)?.changeOptions(options);
  }

  /** Performs the opening handshake over `stream`, which leads to the server (or to the proxy). */
  attach(stream: ByteStream, transportDetails: TransportDetails | null = null): void {
    const { factory } = this;
    const options = this.#options ?? factory.options;
    this.begin(factory, stream, transportDetails, options, host => {
      return new ClientOpening(host, this.#openingOwner(), factory);
    });
  }

  /** @internal */
  bind(factory: Connector): this {
    this.#factory = factory;
    return this;
  }

  /** The object that the opening handshake asks and informs. It is dropped when the connection opens. */
  #openingOwner(): ClientOpeningOwner {
    return {
      peer: this.peer,
      onConnecting: () => this.onConnecting(this.transportDetails),
      onResponse: (response, extensions) => {
        this.subprotocol = response.protocol;
        this.extensions = extensions;
        this.response = response;
        return this.onConnect(response);
      },
      onOpeningFailed: error => this.settleOpened({ error }),
    };
  }
}
