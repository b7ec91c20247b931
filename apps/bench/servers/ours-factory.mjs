// The factory that both ways of listening share: echo or broadcast, with or without permessage-deflate.
import { WebSocketServerFactory, WebSocketServerProtocol } from '@ws/node';
import { LARGEST_MESSAGE, options } from './harness.mjs';

/** @type {Set<WebSocketServerProtocol>} */
const open = new Set();

class Echo extends WebSocketServerProtocol {
  /** @override @param {Uint8Array} payload @param {boolean} isBinary */
  onMessage(payload, isBinary) {
    this.sendMessage(payload, isBinary);
  }
}

class Broadcast extends WebSocketServerProtocol {
  /** @override */
  onOpen() {
    open.add(this);
  }
  /** @override */
  onClose() {
    open.delete(this);
  }
  /** @override @param {Uint8Array} payload @param {boolean} isBinary */
  onMessage(payload, isBinary) {
    const message = factory.prepareMessage(payload, isBinary);
    for (const receiver of open) receiver.sendPreparedMessage(message);
  }
}

export const factory = new WebSocketServerFactory();
factory.protocol = options.work === 'echo' ? Echo : Broadcast;
factory.setProtocolOptions({ maxMessagePayloadSize: LARGEST_MESSAGE, maxFramePayloadSize: LARGEST_MESSAGE });
if (options.deflate) {
  const { acceptDeflate } = await import('@ws/compress/deflate');
  factory.setProtocolOptions({ perMessageCompressionAccept: acceptDeflate({ threshold: 0 }) });
}
