import { ConnectingRequest, type ConnectingRequestFields, type Platform } from '@ws/types';
import { parseUrl, type UrlParts } from '@ws/util';
import { ownOptions } from '@ws/util/primitives';
import type { Role, RoleRules } from '../engine/connection-rules.ts';
import type { ProxyParameters } from '../handshake/client-opening.ts';
import {
  CLIENT_OPTIONS,
  type ClientOptions,
  type CommonOptions,
  changeOptions,
  defaultOptions,
  type Partially,
} from '../options/options.ts';
import { DEFAULT_URL, type SessionParameters, WebSocketFactory } from './factory.ts';

/** Session parameters of a client. */
export interface ClientSession extends SessionParameters {
  /** The `Origin` header; `null`: none. */
  readonly origin?: string | null | undefined;
  /** The `User-Agent` header; `null` or empty: none. Default: none. */
  readonly useragent?: string | null | undefined;
  readonly proxy?: ProxyParameters | null | undefined;
}

/** Keeps where a client connects to, and with which options, whatever façade its connections have. */
export class Connector extends WebSocketFactory {
  override readonly isServer = false;
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

  /** Changes the options of new connections. @throws TypeError, RangeError; then nothing is changed */
  setProtocolOptions(changes: Partially<ClientOptions>): void {
    this.#options = changeOptions<ClientOptions>(CLIENT_OPTIONS, this.#options, changes);
  }

  /** Resets the options of new connections to the defaults. */
  resetProtocolOptions(): void {
    this.#options = defaultOptions<ClientOptions>(CLIENT_OPTIONS);
  }

  /** Sets all parameters; those not given get their default. @throws TypeError, RangeError; then nothing is changed */
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

  /** @internal */
  get role(): Role {
    return 'client';
  }

  /** @internal */
  roleRules(options: CommonOptions): RoleRules {
    const { maskClientFrames, acceptMaskedServerFrames } = options as ClientOptions;
    return { isMasking: maskClientFrames, masking: acceptMaskedServerFrames ? 'may' : 'mustNot' };
  }

  /** @internal Makes the request that is sent unless the protocol class gives another one. */
  connectingRequest(): ConnectingRequest {
    return createRequest(this, this);
  }
}

/** Makes a request. ConnectingRequest checks the values. */
function createRequest(
  { hostname, port, udsPath, isSecure, resource }: Omit<UrlParts, 'path' | 'params'>,
  { headers, useragent, origin, protocols }: ConnectingRequestFields,
): ConnectingRequest {
  const host = udsPath === null ? hostname : 'localhost';
  const usedPort = port ?? (isSecure ? 443 : 80);
  return new ConnectingRequest({ host, port: usedPort, resource, headers, useragent, origin, protocols });
}
