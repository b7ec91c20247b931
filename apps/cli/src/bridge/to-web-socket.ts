// TCP in, WebSocket out: for programs that know nothing of WebSockets, and the other end of a websockify.

import { createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connectWS, createWebSocketStream, WebSocketClientProtocol } from '@ws/node';
import type { Client } from '../client-options.ts';
import { type BridgeLog, join } from './to-tcp.ts';

/** A TCP server whose every connection is joined to a WebSocket of its own. Without one it is closed at once. */
export function bridgeToWebSocket({ factory, options }: Client, log: BridgeLog): Server {
  factory.protocol = StreamProtocol;
  return createServer({ allowHalfOpen: true, noDelay: true, pauseOnConnect: true }, socket => {
    const peer = `${socket.remoteAddress ?? 'unix'}:${socket.remotePort ?? ''}`;
    log.opened(peer);
    // Errors before there is somebody else to hear them.
    socket.on('error', () => {});
    carry(socket).then(
      () => log.closed(peer, null),
      error => log.closed(peer, error),
    );
  });

  async function carry(socket: Socket): Promise<void> {
    try {
      const connection = (await connectWS(factory, options)) as StreamProtocol;
      await join(connection.stream, socket);
    } finally {
      if (!socket.destroyed) socket.destroySoon();
    }
  }
}

class StreamProtocol extends WebSocketClientProtocol {
  /** From the opening on. */
  stream!: Duplex;

  override onOpen(): void {
    this.stream = createWebSocketStream(this);
  }
}
