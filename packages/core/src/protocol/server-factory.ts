import type { Platform } from '@ws/types';
import { ConnectionAcceptor, type ServerSession } from './acceptor.ts';
import { WebSocketServerProtocol } from './server-protocol.ts';

/** Makes the protocol objects of a server's connections. */
export class WebSocketServerFactory extends ConnectionAcceptor<WebSocketServerProtocol> {
  /** The class to instantiate for each connection. */
  protocol: new () => WebSocketServerProtocol = WebSocketServerProtocol;

  constructor(session: ServerSession = {}, platform?: Platform) {
    super(platform);
    this.setSessionParameters(session);
  }

  /** Makes the protocol object of a new connection. */
  override buildProtocol(): WebSocketServerProtocol {
    const Protocol = this.protocol;
    return new Protocol().bind(this);
  }

  /** @internal */
  override expireOpening(connection: WebSocketServerProtocol): void {
    connection.expireOpening();
  }
}
