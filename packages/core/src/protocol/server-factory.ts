import type { Platform } from '@ws/types';
import { parseUrl } from '@ws/util';
import { checkHeaderValue, checkToken, ownOptions } from '@ws/util/primitives';
import { handshakeHeaders } from '../handshake/http-message.ts';
import { compileOriginPatterns } from '../handshake/origin.ts';
import type { UpgradePolicy } from '../handshake/server-handshake.ts';
import { FramedMessage } from '../messages/server-prepared-message.ts';
import {
  changeOptions,
  defaultOptions,
  type Partially,
  SERVER_OPTIONS,
  type ServerOptions,
} from '../options/options.ts';
import { DEFAULT_URL, type SessionParameters, WebSocketFactory } from './factory.ts';
import { WebSocketServerProtocol } from './server-protocol.ts';

/** Session parameters of a server. */
export interface ServerSession extends SessionParameters {
  /** The `Server` header; `null` or empty: none. Default: none. */
  readonly server?: string | null | undefined;
  /** The port that clients see, where a proxy makes it another one. */
  readonly externalPort?: number | null | undefined;
}

/** Makes the protocol objects of a server's connections. */
export class WebSocketServerFactory extends WebSocketFactory {
  override readonly isServer = true;
  /** The class to instantiate for each connection. */
  protocol: new () => WebSocketServerProtocol = WebSocketServerProtocol;
  declare server: string | null;
  declare externalPort: number | null;
  #options: ServerOptions = defaultOptions<ServerOptions>(SERVER_OPTIONS);
  #isRefusing = false;
  readonly #connections: Set<WebSocketServerProtocol> = new Set();
  readonly #policies: WeakMap<ServerOptions, UpgradePolicy> = new WeakMap();

  constructor(session: ServerSession = {}, platform?: Platform) {
    super(platform);
    this.setSessionParameters(session);
  }

  /** The options that new connections get. */
  get options(): ServerOptions {
    return this.#options;
  }

  /** Connections at present, those being opened included. */
  get connectionCount(): number {
    return this.#connections.size;
  }

  /** The connections themselves. */
  get connections(): ReadonlySet<WebSocketServerProtocol> {
    return this.#connections;
  }

  /** Makes the protocol object of a new connection. */
  buildProtocol(): WebSocketServerProtocol {
    const Protocol = this.protocol;
    return new Protocol().bind(this);
  }

  /** Changes options, for new connections. @throws TypeError, RangeError; then nothing is changed */
  setProtocolOptions(changes: Partially<ServerOptions>): void {
    this.#options = changeOptions<ServerOptions>(SERVER_OPTIONS, this.#options, changes);
  }

  /** Back to the defaults, for new connections. */
  resetProtocolOptions(): void {
    this.#options = defaultOptions<ServerOptions>(SERVER_OPTIONS);
  }

  /** Changes what is not given to its default. @throws TypeError, RangeError; then nothing is changed */
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

  /** From now on new handshakes are answered with 503: the server is going to stop. */
  refuseNewConnections(): void {
    this.#isRefusing = true;
  }

  /** @internal Whether one more connection may open; it is counted already. */
  hasRoom({ maxConnections }: ServerOptions): boolean {
    return !this.#isRefusing && (maxConnections === 0 || this.connectionCount <= maxConnections);
  }

  /** @internal */
  override get Prepared(): typeof FramedMessage {
    return FramedMessage;
  }

  /** @internal */
  countIn(protocol: WebSocketServerProtocol): void {
    this.#connections.add(protocol);
  }

  /** @internal */
  countOut(protocol: WebSocketServerProtocol): void {
    this.#connections.delete(protocol);
  }

  /** @internal What the handshake checks, made once for the same options. */
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
