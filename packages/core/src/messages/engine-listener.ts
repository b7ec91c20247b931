import type { MessageTransportListener } from '@ws/types';

/**
 * The listener of an engine, usually a façade. Beside the events of every transport it has optional ones, which only
 * the engine knows.
 */
export interface EngineListener extends MessageTransportListener {
  /** The object that applications know as the connection, and that tracing reports; by default the engine. */
  readonly subject?: object | undefined;
  /** The opening handshake is done. Not called on a listener that is set later. */
  onOpen?(): unknown;
  /** A ping came; its pong has been sent. */
  onPing?(payload: Uint8Array): unknown;
  /** The pong to an automatic ping came, `latency` milliseconds after the ping. */
  onAutoPong?(latency: number, payload: Uint8Array): unknown;
  /** A frame of a message begins, of `length` bytes on the wire. Only called where `receives.frames` is `'all'`. */
  onMessageFrameBegin?(length: number): unknown;
  /** The frame is complete. Only called where `receives.frames` is `'all'`. */
  onMessageFrameEnd?(): unknown;
}
