// The pull API over Node's sockets, client side.

import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { offerDeflate } from '@ws/compress/deflate';
import type { ConnectOverOptions, WebSocketConnection } from '@ws/connection';
import {
  clientConnector,
  connectBy,
  createReconnecting,
  type Dialling,
  type Reconnecting,
  type ReconnectingOptions,
} from '@ws/connection/adapter';
import type { ProxyParameters } from '@ws/core';
import { createUrl } from '@ws/util';
import { ownOptions } from '@ws/util/primitives';
import { nodePlatform, waitingClock } from '../platform/platform.ts';
import { asProxyError, dialFor } from './connect.ts';

/** When to ping the peer; milliseconds. */
export interface KeepaliveOptions {
  /** From one ping's pong to the next ping. Default 20,000. */
  readonly interval?: number | undefined;
  /** How long the pong may take. Default 20,000. */
  readonly timeout?: number | undefined;
}

/** Options of `openWebSocket`. */
export interface OpenWebSocketOptions
  extends Omit<ConnectOverOptions, 'url' | 'platform' | 'transportDetails' | 'signal'> {
  readonly tls?: TlsOptions | undefined;
  /** An HTTP proxy to go through. */
  readonly proxy?: ProxyParameters | undefined;
  /** Offer permessage-deflate. Default `false`. */
  readonly compression?: boolean | undefined;
  /** `false`: no pings. */
  readonly keepalive?: KeepaliveOptions | false | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Where to connect to, instead of a URL. */
export interface OpenTarget {
  readonly host: string;
  readonly port?: number | undefined;
  /** Path and query, default `/`. */
  readonly path?: string | undefined;
  /** `true`: over TLS, with the defaults of Node; or settings. */
  readonly tls?: boolean | TlsOptions | undefined;
}

/**
 * Connects to a server.
 *
 * @param target a URL (`ws:` or `wss:`), or host, port and path
 * @throws HandshakeError with the cause, ConnectionRejected, ConnectionTimeout, or the signal's reason; TypeError,
 * RangeError
 */
async function openOnce(
  target: string | URL | OpenTarget,
  given: OpenWebSocketOptions = {},
): Promise<WebSocketConnection> {
  const options = ownOptions(given);
  checkTarget(target);
  const { signal, tls = tlsOf(target) } = options;
  const setup = { ...options, url: urlOf(target), platform: nodePlatform };
  const connector = clientConnector(setup, options.proxy);
  if (tls !== undefined && !connector.isSecure) throw new RangeError('tls settings are for wss: this is ws');
  connector.setProtocolOptions({
    ...keepaliveOptions(options.keepalive),
    ...(options.compression ? { perMessageCompressionOffers: offerDeflate() } : {}),
    ...options.protocolOptions,
  });
  signal?.throwIfAborted();
  const dial = (): Dialling => {
    const controller = new AbortController();
    return {
      connected: dialFor(connector, { tls, timeout: 0, signal: controller.signal }),
      stop: () => controller.abort(),
    };
  };
  return await connectBy(connector, setup, dial, error => asProxyError(error, connector));
}

/** Options of `openWebSocket.reconnecting`. */
export type ReconnectOptions = ReconnectingOptions<OpenWebSocketOptions>;

const reconnecting: Reconnecting<string | URL | OpenTarget, OpenWebSocketOptions> = /* @__PURE__ */ createReconnecting<
  string | URL | OpenTarget,
  OpenWebSocketOptions
>({ open: openOnce, clock: waitingClock, random: Math.random });

/** Connects to a server: see {@link openOnce}; `openWebSocket.reconnecting` does so again and again. */
export const openWebSocket: typeof openOnce & { readonly reconnecting: typeof reconnecting } =
  /* @__PURE__ */ Object.assign(openOnce.bind(null), { reconnecting });

/** The longest delay of a timer, in milliseconds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

/** The engine's options for keepalive. @throws TypeError, RangeError */
export function keepaliveOptions(keepalive: KeepaliveOptions | false | undefined): {
  readonly autoPingInterval: number;
  readonly autoPingTimeout: number;
} {
  if (keepalive === false) return { autoPingInterval: 0, autoPingTimeout: 0 };
  if (keepalive !== undefined && (typeof keepalive !== 'object' || keepalive === null)) {
    throw new TypeError(`keepalive must be false or { interval, timeout }, not ${String(keepalive)}`);
  }
  const { interval = 20_000, timeout = 20_000 } = keepalive ?? {};
  for (const [name, duration] of [
    ['interval', interval],
    ['timeout', timeout],
  ] as const) {
    // The engine would name its own options.
    if (typeof duration !== 'number')
      throw new TypeError(`keepalive.${name} must be a number, not ${String(duration)}`);
    if (!Number.isInteger(duration) || duration < 0 || duration > LONGEST_TIMEOUT) {
      throw new RangeError(`keepalive.${name} ${duration} is not an integer from 0 to ${LONGEST_TIMEOUT}`);
    }
  }
  return { autoPingInterval: interval, autoPingTimeout: timeout };
}

function checkTarget(target: unknown): void {
  const isObject = typeof target === 'object' && target !== null;
  if (!isObject && typeof target !== 'string') throw new TypeError('a target is a URL, or { host, port, path, tls }');
}

function urlOf(target: string | URL | OpenTarget): string {
  if (typeof target === 'string' || target instanceof URL) return String(target);
  const { host, port, path = '/', tls = false } = ownOptions(target);
  return createUrl({ hostname: host, port, isSecure: tls !== false, resource: path });
}

function tlsOf(target: string | URL | OpenTarget): TlsOptions | undefined {
  if (typeof target === 'string' || target instanceof URL) return undefined;
  const { tls = false } = target;
  if (typeof tls !== 'boolean' && (typeof tls !== 'object' || tls === null)) {
    throw new TypeError('tls must be a boolean or an object');
  }
  return typeof tls === 'object' ? tls : undefined;
}
