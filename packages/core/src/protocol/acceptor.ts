// The base of all servers, whatever façade their connections have. It keeps the session, the options and the set of
// connections, and decides whether one more may open.

import type { ByteStream, TransportDetails } from '@ws/types';
import { parseUrl } from '@ws/util';
import { checkHeaderValue, checkToken, ownOptions } from '@ws/util/primitives';
import type { Role, RoleRules } from '../engine/connection-rules.ts';
import { handshakeHeaders } from '../handshake/http-message.ts';
import { compileOriginPatterns } from '../handshake/origin.ts';
import { createRequestHead } from '../handshake/request-head.ts';
import type { UpgradePolicy } from '../handshake/server-handshake.ts';
import type { GivenRequest } from '../handshake/server-opening.ts';
import { ServerPreparedMessage } from '../messages/server-prepared-message.ts';
import { shortTextSender } from '../messages/short-text.ts';
import {
  type CommonOptions,
  changeOptions,
  defaultOptions,
  type Partially,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../options/options.ts';
import { DEFAULT_URL, type SessionParameters, WebSocketFactory } from './factory.ts';

/** Session parameters of a server. */
export interface ServerSession extends SessionParameters {
  /** The `Server` header; `null` or empty: none. Default: none. */
  readonly server?: string | null | undefined;
  /** The port that clients connect to, where a proxy makes it differ from the server's own. */
  readonly externalPort?: number | null | undefined;
}

/** A request that an HTTP server has read already. */
export interface UpgradedHead {
  readonly method: string;
  /** The request target as it was sent. */
  readonly target: string;
  /** The HTTP version, such as `1.1`. */
  readonly version: string;
  /** Names and values in turn, as they were sent. */
  readonly rawHeaders: readonly string[];
}

/** One connection to a server, as listeners and HTTP servers see it. Every method may be called at any time. */
export interface AcceptedConnection {
  /** Performs the opening handshake over `stream`, then exchanges frames over it. */
  attach(stream: ByteStream, transportDetails?: TransportDetails | null): void;
  /** Does the same for a request that an HTTP server has read. @param firstBytes what it read beyond the request */
  attachUpgraded(
    stream: ByteStream,
    transportDetails: TransportDetails | null,
    head: UpgradedHead,
    firstBytes?: Uint8Array,
  ): void;
  /** The server is going to stop: a connection that is open gets a Close frame, one that is being opened a 503. */
  goAway(code?: number, reason?: string | null): void;
  /** Closes the transport without a Close frame. Data that was sent still leaves, unless `isAbort`. */
  dropConnection(isAbort?: boolean): void;
}

/** Makes the object that serves each connection to one server. */
export abstract class ConnectionAcceptor<Connection extends AcceptedConnection> extends WebSocketFactory {
  override readonly isServer = true;
  declare server: string | null;
  declare externalPort: number | null;
  #options: ServerOptions = defaultOptions<ServerOptions>(SERVER_OPTIONS);
  #isRefusing = false;
  /** Connections whose TLS handshake is under way: there is no object yet that serves them. */
  #unsecured = 0;
  readonly #connections: Set<Connection> = new Set();
  readonly #policies: WeakMap<ServerOptions, UpgradePolicy> = new WeakMap();

  /** Makes the object that serves a new connection. */
  abstract buildProtocol(): Connection;

  /** The options that new connections get. */
  get options(): ServerOptions {
    return this.#options;
  }

  /** The number of connections at present, those being opened included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The connections at present, those being opened included. */
  get connections(): ReadonlySet<Connection> {
    return this.#connections;
  }

  /** Changes the options of new connections. @throws TypeError, RangeError; then nothing is changed */
  setProtocolOptions(changes: Partially<ServerOptions>): void {
    this.#options = changeOptions<ServerOptions>(SERVER_OPTIONS, this.#options, changes);
  }

  /** Resets the options of new connections to the defaults. */
  resetProtocolOptions(): void {
    this.#options = defaultOptions<ServerOptions>(SERVER_OPTIONS);
  }

  /** Sets all parameters; those not given get their default. @throws TypeError, RangeError; then nothing is changed */
  setSessionParameters(parameters: ServerSession): void {
    const session = ownOptions(parameters);
    const { server = null, externalPort = null, protocols, headers } = session;
    if (server !== null) checkHeaderValue('server', server);
    if (externalPort !== null && !(Number.isInteger(externalPort) && externalPort >= 1 && externalPort <= 65535)) {
      throw new RangeError(`externalPort ${externalPort} is not a port`);
    }
    if (protocols != null && !Array.isArray(protocols)) throw new TypeError('protocols must be a list');
    for (const protocol of protocols ?? []) checkToken('subprotocol', protocol);
    handshakeHeaders(headers);
    const parts = parseUrl(session.url ?? DEFAULT_URL);
    if (parts.resource.includes('?')) throw new RangeError("a server's url has no query");
    this.setSession(session, parts);
    Object.assign(this, { server, externalPort });
  }

  /** Answers new handshakes with 503 from now on: the server is going to stop. */
  refuseNewConnections(): void {
    this.#isRefusing = true;
  }

  /** Whether new handshakes are answered with 503. */
  get isRefusing(): boolean {
    return this.#isRefusing;
  }

  /** @internal Whether one more connection may open. The connection that asks is counted already. */
  hasRoom({ maxConnections }: ServerOptions): boolean {
    return !this.#isRefusing && this.#hasPlace(maxConnections);
  }

  /**
   * Counts a connection whose TLS handshake is to come, until `leaveUnsecured`.
   * @returns whether there is room for it; a server that is going to stop has room to say so
   */
  enterUnsecured(): boolean {
    this.#unsecured++;
    return this.#hasPlace(this.#options.maxConnections);
  }

  /** The TLS handshake of a connection that `enterUnsecured` counted is over. */
  leaveUnsecured(): void {
    this.#unsecured--;
  }

  /** How long opening a connection may take, from its acceptance on, in milliseconds; 0: for ever. */
  get openingTime(): number {
    return this.#options.openHandshakeTimeout;
  }

  /** That time is over, TLS handshake included: drops the connection if it is still being opened. */
  expireOpening(_connection: Connection): void {}

  #hasPlace(most: number): boolean {
    return most === 0 || this.connectionCount + this.#unsecured <= most;
  }

  /** @internal */
  override get Prepared(): typeof ServerPreparedMessage {
    return ServerPreparedMessage;
  }

  /** @internal */
  get role(): Role {
    return 'server';
  }

  /** @internal */
  roleRules(options: CommonOptions): RoleRules {
    const { maskServerFrames, requireMaskedClientFrames } = options as ServerOptions;
    const sendShortText = shortTextSender(this.platform.textCodec);
    return { isMasking: maskServerFrames, masking: requireMaskedClientFrames ? 'must' : 'may', sendShortText };
  }

  /** @internal */
  countIn(connection: Connection): void {
    this.#connections.add(connection);
  }

  /** @internal */
  countOut(connection: Connection): void {
    this.#connections.delete(connection);
  }

  /** @internal The rules that the handshake checks, made once for the same options. */
  upgradePolicy(options: ServerOptions): UpgradePolicy {
    let policy = this.#policies.get(options);
    if (policy === undefined || policy.externalPort !== this.externalPort) {
      const { versions, allowNullOrigin, webStatus, trustXForwardedFor } = options;
      const allowedOrigins = compileOriginPatterns(options.allowedOrigins);
      const { externalPort } = this;
      policy = { versions, allowedOrigins, allowNullOrigin, externalPort, webStatus, trustXForwardedFor };
      this.#policies.set(options, policy);
    }
    return policy;
  }
}

/** Hands a request that an HTTP server has read to the opening handshake, which checks it as strictly as its own. */
export function givenRequest({ method, target, version, rawHeaders }: UpgradedHead, rest: Uint8Array): GivenRequest {
  return { createHead: () => createRequestHead(method, target, `HTTP/${version}`, rawHeaders), rest };
}
