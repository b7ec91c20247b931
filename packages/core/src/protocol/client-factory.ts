import { WebSocketClientProtocol } from './client-protocol.ts';
import { Connector } from './connector.ts';

/** Makes the protocol objects of a client's connections. */
export class WebSocketClientFactory extends Connector {
  /** The class to instantiate for each connection. */
  protocol: new () => WebSocketClientProtocol = WebSocketClientProtocol;

  /** Makes the protocol object of a new connection. */
  buildProtocol(): WebSocketClientProtocol {
    const Protocol = this.protocol;
    return new Protocol().bind(this);
  }
}
