import { type ClientOptions, type Partially, type ProxyParameters, WebSocketClientProtocol } from '@ws/core';
import type { HeaderInit } from '@ws/types';
import { nearestName, ownOptions } from '@ws/util/primitives';
import { WebSocketClientFactory } from '../platform/factories.ts';
import { connectWS } from './connect.ts';
import type { DialOptions } from './dial.ts';

/** How an agent opens a connection. */
export interface OpenOptions {
  readonly origin?: string | null | undefined;
  readonly protocols?: readonly string[] | undefined;
  readonly useragent?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
  readonly proxy?: ProxyParameters | null | undefined;
  readonly protocolOptions?: Partially<ClientOptions> | undefined;
  readonly signal?: AbortSignal | undefined;
  /** `tls` and the options below are those of `connectWS`. */
  readonly tls?: DialOptions['tls'];
  readonly timeout?: number | undefined;
  readonly localAddress?: string | undefined;
  readonly localPort?: number | undefined;
}

const OPTION_NAMES: readonly string[] = [
  'origin',
  'protocols',
  'useragent',
  'headers',
  'proxy',
  'protocolOptions',
  'signal',
  'tls',
  'timeout',
  'localAddress',
  'localPort',
];

/** Opens single client connections, so that the caller needs no factory. */
export interface ClientAgent {
  /**
   * @param url `ws:`, `wss:`, `ws+unix:`…: what `parseUrl` reads
   * @param protocolClass by default WebSocketClientProtocol: listen with `on('message', …)`
   * @returns the connection, open
   * @throws what `connectWS` throws; TypeError or RangeError for a url or options that cannot be
   */
  open<Protocol extends WebSocketClientProtocol = WebSocketClientProtocol>(
    url: string,
    options?: OpenOptions,
    protocolClass?: new () => Protocol,
  ): Promise<Protocol>;
}

/**
 * Makes an agent.
 *
 * @example const connection = await createClientAgent().open('ws://127.0.0.1:9000');
 */
export function createClientAgent(): ClientAgent {
  return { open };
}

async function open<Protocol extends WebSocketClientProtocol = WebSocketClientProtocol>(
  url: string,
  options: OpenOptions = {},
  protocolClass: new () => Protocol = WebSocketClientProtocol as new () => Protocol,
): Promise<Protocol> {
  checkNames(options);
  if (typeof url !== 'string') throw new TypeError('url must be a string');
  const { origin, protocols, useragent, headers, proxy, protocolOptions, signal, tls } = ownOptions(options);
  const { timeout, localAddress, localPort } = ownOptions(options);
  const factory = new WebSocketClientFactory({ url, origin, protocols, useragent, headers, proxy });
  if (protocolOptions !== undefined) factory.setProtocolOptions(protocolOptions);
  factory.protocol = protocolClass;
  const connection = await connectWS(factory, { signal, tls, timeout, localAddress, localPort });
  return connection as Protocol;
}

function checkNames(options: OpenOptions): void {
  for (const name of Object.keys(options)) {
    if (OPTION_NAMES.includes(name)) continue;
    const nearest = nearestName(name, OPTION_NAMES);
    throw new TypeError(`unknown option ${name}${nearest === null ? '' : `: did you mean ${nearest}?`}`);
  }
}
