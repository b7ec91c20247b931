import type { ByteStream, ConnectionRequest, Platform, TransportDetails } from '@ws/types';
import { checkClose } from '../closing/close-check.ts';
import { UsageError } from '../errors/usage-error.ts';
import { type ConnectAnswer, ServerOpening, type ServerOpeningOwner } from '../handshake/server-opening.ts';
import { selectSubprotocol } from '../handshake/subprotocol.ts';
import { changeOptions, type Partially, SERVER_OPTIONS, type ServerOptions } from '../options/options.ts';
import { type AcceptedConnection, type ConnectionAcceptor, givenRequest, type UpgradedHead } from './acceptor.ts';
import { engineOf, WebSocketProtocol } from './protocol.ts';

/** A server's connection to one client: extend it, and give the class to a `WebSocketServerFactory`. */
export class WebSocketServerProtocol extends WebSocketProtocol implements AcceptedConnection {
  /** The opening request; `null` before it has come. */
  request: ConnectionRequest | null = null;
  /** The path and query that the client asked for. */
  resource = '/';
  #isGoingAway = false;
  /** Whether only a Flash policy was served. Then there was no connection, and `onClose` is not called. */
  #hasServedPolicy = false;
  #factory: ConnectionAcceptor<WebSocketServerProtocol> | null = null;
  #options: ServerOptions | null = null;

  /**
   * A client wants to connect. Throw a ConnectionDeny to refuse it; any other error is answered with 500, and its text
   * is logged but not sent.
   *
   * @returns the subprotocol, which the client must have offered, or `null`; to add headers, a pair of both or a
   * ConnectionAccept; or a promise of one. By default the first of the client's subprotocols that the factory has too.
   */
  onConnect(request: ConnectionRequest): ConnectAnswer | PromiseLike<ConnectAnswer> {
    return selectSubprotocol(request.protocols, this.factory.protocols);
  }

  /** The `WebSocketServerFactory` that has built it. */
  get factory(): ConnectionAcceptor<WebSocketServerProtocol> {
    if (this.#factory === null) throw new UsageError('ERR_NOT_OPEN', 'this protocol was not built by a factory');
    return this.#factory;
  }

  override get platform(): Platform {
    return this.factory.platform;
  }

  /** Changes options for this connection only. This is possible until it is open. */
  setProtocolOptions(changes: Partially<ServerOptions>): void {
    const options = changeOptions<ServerOptions>(SERVER_OPTIONS, this.#options ?? this.factory.options, changes);
    if (this.state !== 'connecting') {
      throw new UsageError('ERR_NOT_OPEN', 'options can be changed until the connection is open');
    }
    this.#options = options;
    engineOf(this)?.changeOptions(options);
  }

  /**
   * The server is going to stop. An open connection gets a Close frame; one that is being opened, or is attached later,
   * is answered with 503.
   *
   * @param code any code that may stand in a Close frame, by default 1001: going away
   * @throws TypeError, RangeError
   */
  goAway(code = 1001, reason: string | null = null): void {
    checkClose(code, reason);
    this.#isGoingAway = true;
    const engine = engineOf(this);
    if (engine?.isOpen) engine.inflow.inTurn(() => engine.closing.startClosingHandshake(code, reason));
  }

  /** Performs the opening handshake over `stream`, then exchanges frames over it. */
  attach(stream: ByteStream, transportDetails: TransportDetails | null = null): void {
    this.#attach(stream, transportDetails, null);
  }

  /**
   * Performs the opening handshake for a request that an HTTP server has read already.
   *
   * @param firstBytes bytes that the HTTP server has read beyond the request
   */
  attachUpgraded(
    stream: ByteStream,
    transportDetails: TransportDetails | null,
    head: UpgradedHead,
    firstBytes: Uint8Array = new Uint8Array(0),
  ): void {
    this.#attach(stream, transportDetails, { head, rest: firstBytes });
  }

  /** @internal The time for the opening handshake is over: drops the connection unless it is open. */
  expireOpening(): void {
    const engine = engineOf(this);
    if (engine?.state === 'connecting') engine.inflow.inTurn(() => engine.closing.expire('openHandshake'));
  }

  /** @internal */
  override retire(): boolean {
    this.factory.countOut(this);
    return !this.#hasServedPolicy;
  }

  /** @internal */
  bind(factory: ConnectionAcceptor<WebSocketServerProtocol>): this {
    this.#factory = factory;
    return this;
  }

  #attach(
    stream: ByteStream,
    details: TransportDetails | null,
    given: { readonly head: UpgradedHead; readonly rest: Uint8Array } | null,
  ): void {
    const { factory } = this;
    this.begin(factory, stream, details, this.#options ?? factory.options, host => {
      factory.countIn(this);
      const request = given === null ? null : givenRequest(given.head, given.rest);
      return new ServerOpening(host, this.#openingOwner(), factory, request);
    });
  }

  /** The object that the opening handshake asks and informs. It is dropped when the connection opens. */
  #openingOwner(): ServerOpeningOwner {
    const isGoingAway = (): boolean => this.#isGoingAway;
    return {
      peer: this.peer,
      get isGoingAway() {
        return isGoingAway();
      },
      onRequest: (request, resource) => {
        this.peer = request.peer;
        this.request = request;
        this.resource = resource;
        return this.onConnect(request);
      },
      onAccepted: (subprotocol, extensions) => {
        this.subprotocol = subprotocol;
        this.extensions = extensions;
      },
      onOpeningFailed: error => this.settleOpened({ error }),
      onPolicyServed: () => {
        this.#hasServedPolicy = true;
      },
    };
  }
}
