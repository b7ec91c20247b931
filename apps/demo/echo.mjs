import { WebSocketServerProtocol } from '@ws/node';

/** A protocol class that sends every message back. */
export class Echo extends WebSocketServerProtocol {
  /**
   * @override
   * @param {Uint8Array} payload
   * @param {boolean} isBinary
   */
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}
