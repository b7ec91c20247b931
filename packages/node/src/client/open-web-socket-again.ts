import { openOnce } from './open-web-socket.ts';
import { reconnecting } from './reconnecting.ts';

/** Connects to a server: see {@link openOnce}; `openWebSocket.reconnecting` does so again and again. */
export const openWebSocket: typeof openOnce & { readonly reconnecting: typeof reconnecting } =
  /* @__PURE__ */ Object.assign(openOnce.bind(null), { reconnecting });
