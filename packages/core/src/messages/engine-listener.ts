import type { MessageTransportListener } from '@ws/types';

/**
 * What the engine calls: a façade. Beside what every transport tells, there are events that only the engine has, for
 * façades that want them.
 */
export interface EngineListener extends MessageTransportListener {
  /** The object that applications know as the connection, which tracing is told; by default the engine. */
  readonly subject?: object | undefined;
  /** The opening handshake is done. Not called of a listener that is set later. */
  onOpen?(): unknown;
  /** A ping came; its pong has been sent. */
  onPing?(payload: Uint8Array): unknown;
  /** The pong to an automatic ping came, `latency` milliseconds after it. */
  onAutoPong?(latency: number, payload: Uint8Array): unknown;
  /** A frame of a message begins, of `length` bytes on the wire. Only called where `receives.frames` is `'all'`. */
  onMessageFrameBegin?(length: number): unknown;
  /** The frame is complete. Only called where `receives.frames` is `'all'`. */
  onMessageFrameEnd?(): unknown;
}
