// Connections count from the moment that they are accepted, not from the end of the TLS handshake: a half handshake
// takes 55 KiB. The time for the opening handshake runs from then on too.

import type { Server, Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { AcceptedConnection, ConnectionAcceptor } from '@ws/core';
import type { Timer } from '@ws/types';
import type { ListeningPort } from './listening-port.ts';

/** A TLS socket, with the socket below it that Node keeps on it. */
type OwnedTlsSocket = TLSSocket & { readonly _parent?: Socket | null };

/** A connection that is being opened, or was. */
interface Opening {
  state: 'securing' | 'secured' | 'refused';
  connection: AcceptedConnection | null;
  timer: Timer | null;
}

/**
 * Has a TLS server count its connections from the start, end those that find no room or take too long, and report
 * TLS handshakes that fail.
 *
 * @param serve serves a socket whose TLS handshake is done
 */
export function secureSockets(
  server: Server,
  factory: ConnectionAcceptor<AcceptedConnection>,
  port: ListeningPort,
  serve: (socket: Socket) => AcceptedConnection,
): void {
  const openings: WeakMap<Socket, Opening> = new WeakMap();
  server.on('connection', (socket: Socket) => {
    const hasPlace = factory.enterUnsecured();
    const opening: Opening = { state: 'securing', connection: null, timer: null };
    openings.set(socket, opening);
    socket.once('close', () => {
      opening.timer?.cancel();
      if (opening.state !== 'secured') factory.leaveUnsecured();
    });
    const hasRoom = port.addUnsecured(socket);
    if (hasPlace && hasRoom) {
      opening.timer = startTimer(factory, socket, opening);
    } else {
      opening.state = 'refused';
      socket.destroy();
    }
  });
  const openingOf = ({ _parent: parent }: OwnedTlsSocket): Opening | undefined => openings.get(parent as Socket);
  server.on('secureConnection', (socket: OwnedTlsSocket) => {
    const opening = openingOf(socket);
    if (opening === undefined) {
      serve(socket);
      return;
    }
    opening.state = 'secured';
    factory.leaveUnsecured();
    opening.connection = serve(socket);
  });
  // Node has not destroyed the sockets of clients that fail the TLS handshake, but of those that leave during it.
  server.on('tlsClientError', (error: Error, socket: OwnedTlsSocket) => {
    socket.destroy();
    if (openingOf(socket)?.state !== 'refused') report(factory, error);
  });
}

function startTimer(factory: ConnectionAcceptor<AcceptedConnection>, socket: Socket, opening: Opening): Timer | null {
  const time = factory.openingTime;
  if (time === 0) return null;
  return factory.platform.clock.setTimer(time, () => {
    if (opening.connection !== null) factory.expireOpening(opening.connection);
    else socket.destroy(new Error(`the TLS handshake was not done after ${time} ms`));
  });
}

function report({ platform }: ConnectionAcceptor<AcceptedConnection>, error: Error): void {
  platform.logger?.log('warn', 'tls-handshake-failed', { error });
}
