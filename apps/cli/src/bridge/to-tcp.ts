// WebSocket in, TCP out: what websockify does. Subprotocol `binary`, or `base64` for clients that have nothing else, or
// none, as newer clients of VNC connect.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { type WebSocketServerFactory, WrappingWebSocketServerFactory } from '@ws/node';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { formatPlace, type Place } from './place.ts';

/** Told what happens. */
export interface BridgeLog {
  opened(peer: string): void;
  closed(peer: string, error: unknown): void;
}

/** How long a target may take to answer, in milliseconds. */
const DIAL_TIMEOUT = 10_000;

/** A server whose every connection is joined to one of its own to `target`. A target that is not there is a 502. */
export function bridgeToTcp(target: Place, log: BridgeLog): WebSocketServerFactory {
  // Who is being opened: the base class calls back before its `onOpen` returns.
  let opening: { readonly socket: Socket; readonly peer: string } | null = null;
  const factory = new WrappingWebSocketServerFactory(stream => {
    const { socket, peer } = opening!;
    log.opened(peer);
    join(stream, socket).then(
      () => log.closed(peer, null),
      error => log.closed(peer, error),
    );
  });
  const Wrapping = factory.protocol;
  factory.protocol = class extends Wrapping {
    #socket: Socket | null = null;

    override async onConnect(request: ConnectionRequest): Promise<string | null> {
      const chosen = request.protocols.length === 0 ? null : ((await super.onConnect(request)) as string);
      try {
        this.#socket = await dial(target);
      } catch {
        throw new ConnectionDeny(502, `${formatPlace(target)} cannot be reached`);
      }
      return chosen;
    }

    override onOpen(): void {
      opening = { socket: this.#socket!, peer: this.peer };
      super.onOpen();
      opening = null;
    }

    override onClose(): void {
      // The stream ends a socket it knows of; this is for a client that left before.
      if (this.#socket?.readyState === 'open' && this.#socket.bytesWritten === 0) this.#socket.end();
    }
  };
  return factory;
}

/** Joins both ways; resolves when both have ended. */
export async function join(stream: Duplex, socket: Socket): Promise<void> {
  await Promise.all([pipeline(stream, socket), pipeline(socket, stream)]);
}

/** Connects to a place. Nothing is read before somebody does. */
export async function dial(place: Place): Promise<Socket> {
  const socket = createConnection({ ...place, allowHalfOpen: true, noDelay: true });
  await once(socket, 'connect', { signal: AbortSignal.timeout(DIAL_TIMEOUT) }).catch(error => {
    socket.destroy();
    throw error;
  });
  return socket;
}
