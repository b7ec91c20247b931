import type { ByteStream, ConnectionRequest, Platform, TransportDetails } from '@ws/types';
import { checkCloseArguments } from '../closing/close-payload.ts';
import type { RoleRules } from '../engine/connection-rules.ts';
import { UsageError } from '../errors/usage-error.ts';
import { createRequestHead } from '../handshake/request-head.ts';
import { type ConnectAnswer, ServerOpening } from '../handshake/server-opening.ts';
import { selectSubprotocol } from '../handshake/subprotocol.ts';
import { shortTextSender } from '../messages/short-text.ts';
import { changeOptions, type Partially, SERVER_OPTIONS, type ServerOptions } from '../options/options.ts';
import { WebSocketProtocol } from './protocol.ts';
import type { WebSocketServerFactory } from './server-factory.ts';

/** A request that an HTTP server has read already. */
export interface UpgradedHead {
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** Such as `1.1`. */
  readonly version: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
}

/** A server's connection to one client: extend it, and give the class to a {@link WebSocketServerFactory}. */
export class WebSocketServerProtocol extends WebSocketProtocol {
  override readonly role = 'server';
  /** The opening request; `null` before it has come. */
  request: ConnectionRequest | null = null;
  /** Path and query that the client asked for. */
  resource = '/';
  /** @internal Not a connection at all: `onClose` is not called. */
  servedFlashPolicy = false;
  /** @internal New handshakes are refused. */
  isGoingAway = false;
  #factory: WebSocketServerFactory | null = null;
  #options: ServerOptions | null = null;

  /**
   * A client wants to connect. To refuse it throw a ConnectionDeny; any other error is answered with 500, its text
   * logged and not sent.
   *
   * @returns the subprotocol, which the client must have offered, or `null`; with headers as a pair or as a
   * ConnectionAccept; or a promise of one. By default the first of the client's that the factory has too.
   */
  onConnect(request: ConnectionRequest): ConnectAnswer | PromiseLike<ConnectAnswer> {
    return selectSubprotocol(request.protocols, this.factory.protocols);
  }

  get factory(): WebSocketServerFactory {
    if (this.#factory === null) throw new UsageError('ERR_NOT_OPEN', 'this protocol was not built by a factory');
    return this.#factory;
  }

  override get platform(): Platform {
    return this.factory.platform;
  }

  /** Changes options for this connection only. Possible until it is open. */
  setProtocolOptions(changes: Partially<ServerOptions>): void {
    const options = changeOptions<ServerOptions>(SERVER_OPTIONS, this.#options ?? this.factory.options, changes);
    if (this.state !== 'connecting') {
      throw new UsageError('ERR_NOT_OPEN', 'options can be changed until the connection is open');
    }
    this.#options = options;
    if (this.endpoint !== null) this.endpoint.options = options;
  }

  /**
   * The server is going to stop. An open connection gets a Close frame, one that is being opened is answered with 503,
   * also when it is attached later.
   *
   * @param code any that may stand in a Close frame, by default 1001: going away
   * @throws TypeError, RangeError
   */
  goAway(code = 1001, reason: string | null = null): void {
    checkCloseArguments(code, reason, true);
    this.isGoingAway = true;
    if (this.state === 'open') this.closeWith(code, reason);
  }

  /** Performs the opening handshake over `stream`, and goes on with frames. */
  attach(stream: ByteStream, transportDetails: TransportDetails | null = null): void {
    this.#attach(stream, transportDetails, null);
  }

  /**
   * The same where an HTTP server has read the request already.
   *
   * @param firstBytes what it has read beyond the request
   */
  attachUpgraded(
    stream: ByteStream,
    transportDetails: TransportDetails | null,
    head: UpgradedHead,
    firstBytes: Uint8Array = new Uint8Array(0),
  ): void {
    this.#attach(stream, transportDetails, { head, rest: firstBytes });
  }

  /** @internal */
  override leave(): boolean {
    this.factory.countOut(this);
    return !this.servedFlashPolicy;
  }

  /** @internal */
  override roleRules({ maskServerFrames, requireMaskedClientFrames }: ServerOptions): RoleRules {
    const sendShortText = shortTextSender(this.platform.textCodec);
    return { isMasking: maskServerFrames, masking: requireMaskedClientFrames ? 'must' : 'may', sendShortText };
  }

  /** @internal */
  bind(factory: WebSocketServerFactory): this {
    this.#factory = factory;
    return this;
  }

  #attach(
    stream: ByteStream,
    details: TransportDetails | null,
    given: { readonly head: UpgradedHead; readonly rest: Uint8Array } | null,
  ): void {
    const { factory } = this;
    this.begin(stream, details, this.#options ?? factory.options, endpoint => {
      factory.countIn(this);
      return new ServerOpening(
        endpoint,
        this,
        factory,
        given === null
          ? null
          : {
              createHead: () => {
                const { method, target, version, rawHeaders } = given.head;
                return createRequestHead(method, target, `HTTP/${version}`, rawHeaders);
              },
              rest: given.rest,
            },
      );
    });
  }
}
