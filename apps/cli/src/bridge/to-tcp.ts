// WebSocket in, TCP out: what websockify does. Subprotocol `binary`, or `base64` for clients that have nothing else, or
// none, as newer clients of VNC connect.

import { once } from 'node:events';
import { createConnection, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocketServerFactory, WrappingWebSocketServerFactory } from '@ws/node';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { formatPlace, type Place } from './place.ts';

/** Told what happens. */
export interface BridgeLog {
  opened(peer: string): void;
  closed(peer: string, error: unknown): void;
}

/** How long a target may take to answer, in milliseconds: less than the opening handshake may, so that there is a 502. */
const DIAL_TIMEOUT = 4000;

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
      const { protocols } = request;
      const isPlain = protocols.length === 0 || protocols.includes('binary');
      const chosen = isPlain
        ? protocols.length === 0
          ? null
          : 'binary'
        : ((await super.onConnect(request)) as string);
      try {
        this.#socket = await dial(target);
      } catch {
        throw new ConnectionDeny(502, `${formatPlace(target)} cannot be reached`);
      }
      // The client did not wait.
      if (this.state === 'closed') this.#socket.destroy();
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

/**
 * Joins both ways, each only as fast as the other takes it; the end of one is that of the other, after what is under
 * way. Resolves when both are closed; rejects then, with the first error there was.
 */
export function join(stream: Duplex, socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    let failure: Error | null = null;
    let open = 2;
    const onError = (error: Error): void => {
      failure ??= error;
    };
    const onClose = (): void => {
      if (--open > 0) return;
      if (failure === null) resolve();
      else reject(failure);
    };
    stream.on('error', onError).on('close', () => socket.destroySoon());
    // One that is reset has no end: it is ended for it.
    socket.on('error', onError).on('close', () => stream.end());
    for (const side of [stream, socket]) side.once('close', onClose);
    stream.pipe(socket).pipe(stream);
  });
}

/** Connects to a place. Nothing is read before somebody does, and its errors are no concern of who does not listen. */
export async function dial(place: Place): Promise<Socket> {
  const socket = createConnection({ ...place, allowHalfOpen: true, noDelay: true });
  socket.on('error', () => {});
  await once(socket, 'connect', { signal: AbortSignal.timeout(DIAL_TIMEOUT) }).catch(error => {
    socket.destroy();
    throw error;
  });
  return socket;
}
