// The short way of a short text: encoded where it leaves from, in one frame that is not masked. Servers alone have it.

import type { TextCodec } from '@ws/types';
import { encodeTextInto } from '@ws/util/primitives';
import { FIN, writeFrameHeader } from '../frames/frame-header.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import { TEXT } from '../frames/opcode.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';

/** A short way for texts. @returns whether it was one, and was sent */
export type ShortTextSender = (text: string, writer: FrameWriter, stats: TrafficStats, maxSize: number) => boolean;

/** Texts of up to this many UTF-16 units are encoded in place: 3 bytes each, that would be copied anyway. */
const MAX_SHORT_TEXT = 5461;

/** The longest payload that a header of 2 bytes stands before. */
const MAX_SHORT_PAYLOAD = 125;

const portableCodec: Pick<TextCodec, 'encodeInto'> = { encodeInto: encodeTextInto };

/** What sends short texts on a platform. */
export function shortTextSender(codec: Pick<TextCodec, 'encodeInto'> = portableCodec): ShortTextSender {
  return (text, writer, stats, maxSize) => sendShortText(codec, text, writer, stats, maxSize);
}

/**
 * Sends a short text as one frame.
 *
 * @param maxSize of a message, in bytes; 0: none
 * @returns `false`: it is not short, or has to wait
 */
function sendShortText(
  codec: Pick<TextCodec, 'encodeInto'>,
  text: string,
  writer: FrameWriter,
  stats: TrafficStats,
  maxSize: number,
): boolean {
  // perf: no payload object, no second copy (bench/encoder.mjs).
  const { length } = text;
  if (length > MAX_SHORT_TEXT || writer.isBlocked || (maxSize > 0 && length * 3 > maxSize)) return false;
  const offset = writer.allocate(4 + length * 3);
  const { memory } = writer;
  // No unit takes less than a byte. What takes more may need the longer header after all.
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
