import type { ByteStream, ConnectingRequest, ConnectionResponse, Platform, TransportDetails } from '@ws/types';
import type { RoleRules } from '../engine/connection-rules.ts';
import { UsageError } from '../errors/usage-error.ts';
import { ClientOpening } from '../handshake/client-opening.ts';
import { CLIENT_OPTIONS, type ClientOptions, changeOptions, type Partially } from '../options/options.ts';
import type { WebSocketClientFactory } from './client-factory.ts';
import { type HookResult, WebSocketProtocol } from './protocol.ts';

/** A client's connection: extend it, and give the class to a {@link WebSocketClientFactory}. */
export class WebSocketClientProtocol extends WebSocketProtocol {
  override readonly role = 'client';
  /** The server's response; `null` before it has come. */
  response: ConnectionResponse | null = null;
  #factory: WebSocketClientFactory | null = null;
  #options: ClientOptions | null = null;

  /**
   * The transport is there: what is to be asked for? An error drops the connection.
   *
   * @returns `null`: what the factory says; or a promise
   */
  onConnecting(
    _transportDetails: TransportDetails | null,
  ): ConnectingRequest | null | PromiseLike<ConnectingRequest | null> {
    return null;
  }

  /** The server has agreed. An error closes the connection; frames wait for a promise. */
  onConnect(_response: ConnectionResponse): HookResult {}

  get factory(): WebSocketClientFactory {
    if (this.#factory === null) throw new UsageError('ERR_NOT_OPEN', 'this protocol was not built by a factory');
    return this.#factory;
  }

  override get platform(): Platform {
    return this.factory.platform;
  }

  /** Changes options for this connection only. Possible until it is open. */
  setProtocolOptions(changes: Partially<ClientOptions>): void {
    const options = changeOptions<ClientOptions>(CLIENT_OPTIONS, this.#options ?? this.factory.options, changes);
    if (!this.state.endsWith('connecting')) {
      throw new UsageError('ERR_NOT_OPEN', 'options can be changed until the connection is open');
    }
    this.#options = options;
    if (this.endpoint !== null) this.endpoint.options = options;
  }

  /** Performs the opening handshake over `stream`, which leads to the server (or to the proxy). */
  attach(stream: ByteStream, transportDetails: TransportDetails | null = null): void {
    const { factory } = this;
    this.begin(
      stream,
      transportDetails,
      this.#options ?? factory.options,
      endpoint => new ClientOpening(endpoint, this, factory),
    );
  }

  /** @internal */
  override roleRules({ maskClientFrames, acceptMaskedServerFrames }: ClientOptions): RoleRules {
    return { isMasking: maskClientFrames, masking: acceptMaskedServerFrames ? 'may' : 'mustNot' };
  }

  /** @internal */
  bind(factory: WebSocketClientFactory): this {
    this.#factory = factory;
    return this;
  }
}
