// The fast path for short texts: a text is encoded straight into the output buffer, as one frame that is not masked.
// Only servers have it.

import type { TextCodec } from '@ws/types';
import { encodeTextInto } from '@ws/util/primitives';
import { FIN, writeFrameHeader } from '../frames/frame-header.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import { TEXT } from '../frames/opcode.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';

/** Sends a text if it is short. @returns whether the text was sent */
export type ShortTextSender = (text: string, writer: FrameWriter, stats: TrafficStats, maxSize: number) => boolean;

/** Texts of up to this many UTF-16 units are encoded in place: at 3 bytes each they would be copied anyway. */
const MAX_SHORT_TEXT = 5461;

/** The longest payload whose header has 2 bytes. */
const MAX_SHORT_PAYLOAD = 125;

const portableCodec: Pick<TextCodec, 'encodeInto'> = { encodeInto: encodeTextInto };

/** Makes the sender of short texts for a platform's text codec. */
export function shortTextSender(codec: Pick<TextCodec, 'encodeInto'> = portableCodec): ShortTextSender {
  return (text, writer, stats, maxSize) => sendShortText(codec, text, writer, stats, maxSize);
}

/**
 * Sends a short text as one frame.
 *
 * @param maxSize longest message, in bytes; 0: no limit
 * @returns whether it was sent; `false`: it is not short, or the transport is blocked
 */
function sendShortText(
  codec: Pick<TextCodec, 'encodeInto'>,
  text: string,
  writer: FrameWriter,
  stats: TrafficStats,
  maxSize: number,
): boolean {
  // perf: no payload object, no second copy (packages/core/bench/encoder.mjs).
  const { length } = text;
  if (length > MAX_SHORT_TEXT || writer.isBlocked || (maxSize > 0 && length * 3 > maxSize)) return false;
  const offset = writer.allocate(4 + length * 3);
  const { memory } = writer;
  // Each unit takes at least one byte. A text whose units take more may need the longer header after all.
  const isGuessedShort = length <= MAX_SHORT_PAYLOAD;
  let start = offset + (isGuessedShort ? 2 : 4);
  const size = codec.encodeInto(text, memory, start);
  if (isGuessedShort && size > MAX_SHORT_PAYLOAD) {
    memory.copyWithin(offset + 4, start, start + size);
    start = offset + 4;
  }
  writeFrameHeader(memory, offset, FIN | TEXT, size, null);
  writer.trim(start + size);
  stats.countMessage(size);
  stats.countFrame(size, start + size - offset);
  return true;
}
