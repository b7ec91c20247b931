// A server's connection over a stream that goes nowhere: what is left to measure is the engine.
import { createAccelerator } from '@ws/accel';
import { WebSocketServerFactory, WebSocketServerProtocol } from '@ws/core';
import { webPlatform } from '@ws/util/primitives';

const REQUEST =
  'GET / HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n' +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

const { masker, utf8, textUnmasker, receiveBuffer } = createAccelerator({ use: 'require' });
if (textUnmasker === undefined || receiveBuffer === undefined) throw new Error('no kernels');

/** Where a transport would read into. */
export const received = receiveBuffer.bytes();

/** Payloads share memory, as on Node. @type {import('@ws/types').Platform} */
export const platform = {
  ...webPlatform,
  masker,
  utf8,
  textUnmasker,
  receiveBuffer,
  allocateSlab: length => new ArrayBuffer(length),
};

/** Counts what it is given, so that nobody can leave it out. */
export class CountingProtocol extends WebSocketServerProtocol {
  count = 0;

  /** @override @param {Uint8Array} payload */
  onMessage(payload) {
    this.count += payload.length;
  }
}

/** @returns {{ protocol: CountingProtocol, feed: (bytes: Uint8Array) => void }} an open connection */
export function openServer() {
  const factory = new WebSocketServerFactory({}, platform);
  factory.protocol = CountingProtocol;
  const protocol = /** @type {CountingProtocol} */ (factory.buildProtocol());
  /** @type {import('@ws/types').ByteStreamHandler | undefined} */
  let handler;
  protocol.attach({
    attach: given => {
      handler = given;
    },
    write: () => true,
    writev: () => true,
    bufferedAmount: 0,
    pause: () => {},
    resume: () => {},
    end: () => {},
    destroy: () => {},
  });
  const feed = (/** @type {Uint8Array} */ bytes) => handler?.onData(bytes);
  feed(new TextEncoder().encode(REQUEST));
  if (protocol.state !== 'open') throw new Error('not open');
  return { protocol, feed };
}
