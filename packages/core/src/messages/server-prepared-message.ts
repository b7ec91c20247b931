import type { MessageCompression } from '@ws/types';
import { MAX_FRAME_HEADER, writeFrameHeader } from '../frames/frame-header.ts';
import { type FrameWriter, messageFirstByte } from '../frames/frame-writer.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import { type PreparedFrame, PreparedMessage } from './prepared-message.ts';

/** A server's prepared message, whose frames are not masked. */
export class ServerPreparedMessage extends PreparedMessage {
  #plain: PreparedFrame | null = null;
  /** Compressed frames, by the `sharedKey` of the compression that made them. */
  readonly #compressed: Map<string, PreparedFrame> = new Map();

  override frameFor(compression: MessageCompression | null): PreparedFrame | null {
    if (compression === null) {
      this.#plain ??= this.#encode(this.payload, false);
      return this.#plain;
    }
    const key = compression.sharedKey;
    if (key === null) return null;
    let frame = this.#compressed.get(key);
    if (frame === undefined) {
      frame = this.#encode(compression.compress(this.payload, true), true);
      this.#compressed.set(key, frame);
    }
    return frame;
  }

  override sendFrame(compression: MessageCompression | null, writer: FrameWriter, stats: TrafficStats): boolean {
    const frame = this.frameFor(compression);
    if (frame === null) return false;
    const { bytes, payloadLength } = frame;
    writer.writeShared(bytes);
    stats.countMessage(this.payload.length);
    stats.countFrame(payloadLength, bytes.length);
    return true;
  }

  #encode(payload: Uint8Array, isCompressed: boolean): PreparedFrame {
    const bytes = encodeFrame(messageFirstByte(this.isBinary, isCompressed), payload);
    return { bytes, payloadLength: payload.length };
  }
}

function encodeFrame(firstByte: number, payload: Uint8Array): Uint8Array {
  const header = new Uint8Array(MAX_FRAME_HEADER);
  const length = writeFrameHeader(header, 0, firstByte, payload.length, null);
  const frame = new Uint8Array(length + payload.length);
  frame.set(header.subarray(0, length));
  frame.set(payload, length);
  return frame;
}
