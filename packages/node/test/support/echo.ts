import type { ConnectionRequest } from '@ws/types';
import { WebSocketServerFactory, WebSocketServerProtocol } from '../../src/index.ts';

/** Sends every message back. */
export class Echo extends WebSocketServerProtocol {
  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.sendMessage(payload, isBinary);
  }
}

/** A factory of {@link Echo} connections, with room for large messages. */
export function echoFactory(
  session: ConstructorParameters<typeof WebSocketServerFactory>[0] = {},
): WebSocketServerFactory {
  const factory = new WebSocketServerFactory(session);
  factory.protocol = Echo;
  factory.setProtocolOptions({ maxMessagePayloadSize: 16 * 2 ** 20 });
  return factory;
}

/** Greets every client in the same turn as the handshake. */
export class Greeter extends WebSocketServerProtocol {
  override onConnect(request: ConnectionRequest): string | null {
    return request.protocols[0] ?? null;
  }

  override onOpen(): void {
    this.sendMessage('welcome');
  }
}

/** The next message of a connection that is used by listeners. */
export function nextMessage(connection: {
  on(event: 'message', listener: (payload: Uint8Array, isBinary: boolean) => void): unknown;
  off(event: 'message', listener: (payload: Uint8Array, isBinary: boolean) => void): unknown;
}): Promise<{ payload: Uint8Array; isBinary: boolean }> {
  return new Promise(resolve => {
    const onMessage = (payload: Uint8Array, isBinary: boolean): void => {
      connection.off('message', onMessage);
      resolve({ payload, isBinary });
    };
    connection.on('message', onMessage);
  });
}

/** One turn of the event loop. */
export const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve));
