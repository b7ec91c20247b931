import { ConnectingRequest, type ConnectingRequestFields, type HeaderInit, type Platform } from '@ws/types';
import { parseUrl, type UrlParts } from '@ws/util';
import { ownOptions } from '@ws/util/primitives';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  changeOptions,
  defaultOptions,
  type Partially,
} from '../options/options.ts';
import { WebSocketClientProtocol } from './client-protocol.ts';
import { DEFAULT_URL, type SessionParameters, WebSocketFactory } from './factory.ts';

/** An HTTP proxy that connections go through (CONNECT). */
export interface ProxyParameters {
  readonly host: string;
  readonly port: number;
  /** Basic credentials (RFC 7617). */
  readonly username?: string | null | undefined;
  readonly password?: string | null | undefined;
  /** More headers for the proxy. */
  readonly headers?: HeaderInit | null | undefined;
}

/** Session parameters of a client. */
export interface ClientSession extends SessionParameters {
  /** The `Origin` header; `null`: none. */
  readonly origin?: string | null | undefined;
  /** The `User-Agent` header; `null` or empty: none. Default: none. */
  readonly useragent?: string | null | undefined;
  readonly proxy?: ProxyParameters | null | undefined;
}

/** Makes the protocol objects of a client's connections. */
export class WebSocketClientFactory extends WebSocketFactory {
  override readonly isServer = false;
  /** The class to instantiate for each connection. */
  protocol: new () => WebSocketClientProtocol = WebSocketClientProtocol;
  declare origin: string | null;
  declare useragent: string | null;
  declare proxy: ProxyParameters | null;
  #options: ClientOptions = defaultOptions<ClientOptions>(CLIENT_OPTIONS);

  constructor(session: ClientSession = {}, platform?: Platform) {
    super(platform);
    this.setSessionParameters(session);
  }

  /** The options that new connections get. */
  get options(): ClientOptions {
    return this.#options;
  }

  /** Makes the protocol object of a new connection. */
  buildProtocol(): WebSocketClientProtocol {
    const Protocol = this.protocol;
    return new Protocol().bind(this);
  }

  /** Changes options, for new connections. @throws TypeError, RangeError; then nothing is changed */
  setProtocolOptions(changes: Partially<ClientOptions>): void {
    this.#options = changeOptions<ClientOptions>(CLIENT_OPTIONS, this.#options, changes);
  }

  /** Back to the defaults, for new connections. */
  resetProtocolOptions(): void {
    this.#options = defaultOptions<ClientOptions>(CLIENT_OPTIONS);
  }

  /** Changes what is not given to its default. @throws TypeError, RangeError; then nothing is changed */
  setSessionParameters(parameters: ClientSession): void {
    const session = ownOptions(parameters);
    const { origin = null, useragent = null, proxy = null } = session;
    if (proxy !== null && (typeof proxy.host !== 'string' || !Number.isInteger(proxy.port))) {
      throw new TypeError('proxy must be { host, port }');
    }
    const parts = parseUrl(session.url ?? DEFAULT_URL);
    if (proxy !== null && parts.udsPath !== null) {
      throw new RangeError('a Unix domain socket is not reached through a proxy');
    }
    const { headers = null, protocols = null } = session;
    createRequest(parts, { headers, useragent, origin, protocols });
    this.setSession(session, parts);
    Object.assign(this, { origin, useragent, proxy });
  }

  /** @internal What to ask for when the protocol class has nothing else in mind. */
  connectingRequest(): ConnectingRequest {
    return createRequest(this, this);
  }
}

/** Checks what it is given. */
function createRequest(
  { hostname, port, udsPath, isSecure, resource }: Omit<UrlParts, 'path' | 'params'>,
  { headers, useragent, origin, protocols }: ConnectingRequestFields,
): ConnectingRequest {
  const host = udsPath === null ? hostname : 'localhost';
  const usedPort = port ?? (isSecure ? 443 : 80);
  return new ConnectingRequest({ host, port: usedPort, resource, headers, useragent, origin, protocols });
}
