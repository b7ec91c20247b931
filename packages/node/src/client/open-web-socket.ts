import { createReconnecting, type Reconnecting, type ReconnectingOptions } from '@ws/connection/adapter';
import { waitingClock } from '../platform/platform.ts';
import { type OpenTarget, type OpenWebSocketOptions, openOnce } from './open-once.ts';

/** Options of `openWebSocket.reconnecting`. */
export type ReconnectOptions = ReconnectingOptions<OpenWebSocketOptions>;

const reconnecting: Reconnecting<string | URL | OpenTarget, OpenWebSocketOptions> = /* @__PURE__ */ createReconnecting<
  string | URL | OpenTarget,
  OpenWebSocketOptions
>({ open: openOnce, clock: waitingClock, random: Math.random });

/** Connects to a server: see {@link openOnce}; `openWebSocket.reconnecting` does so again and again. */
export const openWebSocket: typeof openOnce & { readonly reconnecting: typeof reconnecting } =
  /* @__PURE__ */ Object.assign(openOnce.bind(null), { reconnecting });
