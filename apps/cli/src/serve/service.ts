// What a server does with its connections: one class for each way, made by a function that is given its settings.

import { transportOf } from '@ws/core';
import { WebSocketServerProtocol } from '@ws/node';

/** The class of a server's connections. */
export type ServiceClass = new () => WebSocketServerProtocol;

/** Over so many bytes that a client has not taken, its own messages are not read. */
const HIGH_WATER = 1024 * 1024;

/** Sends every message back. */
export function echoService(): ServiceClass {
  return class Echo extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      // What still comes after our Close frame has no answer.
      if (this.state !== 'open') return;
      this.sendMessage(payload, isBinary);
      holdWhileBlocked(this);
    }
  };
}

/** Sends every message to everybody, its sender included. A client that is too slow is left out, not waited for. */
export function broadcastService(): ServiceClass {
  return class Broadcast extends WebSocketServerProtocol {
    override onMessage(payload: Uint8Array, isBinary: boolean): void {
      const prepared = this.factory.prepareMessage(payload, isBinary);
      for (const connection of this.factory.connections) {
        if (!(connection instanceof Broadcast) || connection.state !== 'open') continue;
        if (connection.bufferedAmount > HIGH_WATER) transportOf(connection).close(1008, 'too slow');
        else connection.sendPreparedMessage(prepared);
      }
    }
  };
}

/** Has a client that does not read its answers wait with its questions. */
export function holdWhileBlocked(connection: WebSocketServerProtocol): void {
  if (connection.bufferedAmount <= HIGH_WATER) return;
  connection.pauseReceiving();
  connection.drained().then(
    () => connection.resumeReceiving(),
    () => {},
  );
}
