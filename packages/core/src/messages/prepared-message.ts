import type { MessageCompression } from '@ws/types';
import type { FrameWriter } from '../frames/frame-writer.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';

/** A frame that is ready to be sent on many connections. */
export interface PreparedFrame {
  readonly bytes: Uint8Array;
  readonly payloadLength: number;
}

/**
 * A message for many receivers: framed once, and compressed once for all connections that agreed on the same
 * parameters without context takeover. Its payload must not be changed afterwards.
 *
 * Where frames are masked, each needs a fresh key (RFC 6455, 5.3): there connections share only the payload.
 */
export class PreparedMessage {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  readonly doNotCompress: boolean;

  /** @internal use the factory's `prepareMessage` */
  constructor(payload: Uint8Array, isBinary: boolean, doNotCompress: boolean) {
    this.payload = payload;
    this.isBinary = isBinary;
    this.doNotCompress = doNotCompress;
  }

  /** The opposite of `doNotCompress`, as the port `MessageTransport` names it. */
  get compress(): boolean {
    return !this.doNotCompress;
  }

  /** The unmasked frame for connections that compress by `compression`; `null`: each has to make its own. */
  frameFor(_compression: MessageCompression | null): PreparedFrame | null {
    return null;
  }

  /** @internal Sends the frame of {@link frameFor}. @returns whether there is one */
  sendFrame(_compression: MessageCompression | null, _writer: FrameWriter, _stats: TrafficStats): boolean {
    return false;
  }
}
