// Streams of frames: right, nearly right, and noise. Everything comes from a seed.

import { deflateRawSync } from 'node:zlib';
import { type SeededRandom, seededRandom } from '@ws/testkit';
import { closePayload, type FrameParts, frame } from '../hostile/wire.ts';

/** What a stream is for. */
export interface StreamKind {
  /** From a client to a server. */
  readonly isMasked: boolean;
  /** permessage-deflate was agreed on. */
  readonly hasDeflate: boolean;
}

const TEXTS: readonly string[] = [
  '',
  'a',
  'Hello',
  'Grüße',
  '€',
  '😀',
  'x'.repeat(125),
  'y'.repeat(126),
  'ä'.repeat(300),
];
const BAD_TEXT: readonly string[] = ['c0af', 'eda080', 'f4908080', 'ff', 'e282', 'f09f98', '80', '61c3', 'f8888080'];
const CODES: readonly number[] = [0, 999, 1000, 1001, 1004, 1005, 1006, 1011, 1014, 1015, 1016, 2999, 3000, 4999, 5000];

/** Makes one stream. */
export function createStream(seed: number, kind: StreamKind): Buffer {
  const random = seededRandom(seed);
  const way = random.below(10);
  if (way === 0) return Buffer.from(random.bytes(random.below(60)));
  const frames: Buffer[] = [];
  const count = 1 + random.below(8);
  let isInside = false;
  for (let i = 0; i < count; i++) {
    const parts = frameParts(random, kind, isInside);
    if (parts.opcode < 8) isInside = parts.fin === false;
    frames.push(frame(parts));
  }
  const bytes = Buffer.concat(frames);
  return way < 6 ? bytes : mutate(bytes, random);
}

function frameParts(random: SeededRandom, { isMasked, hasDeflate }: StreamKind, isInside: boolean): FrameParts {
  const isOdd = random.below(12) === 0;
  const isControl = random.below(3) === 0;
  const opcode = isOdd
    ? random.below(16)
    : isControl
      ? pick(random, [9, 9, 10, 10, 8])
      : isInside
        ? 0
        : 1 + random.below(2);
  const fin = opcode < 8 || isOdd ? random.below(3) > 0 : true;
  const isCompressed = hasDeflate && (opcode === 1 || opcode === 2) && fin && random.below(2) === 0;
  const payload = payloadFor(random, opcode);
  return {
    opcode,
    fin,
    isMasked: random.below(60) === 0 ? !isMasked : isMasked,
    rsv: random.below(50) === 0 ? random.below(8) : isCompressed ? 4 : 0,
    payload: isCompressed ? deflated(payload) : payload,
    ...(random.below(60) === 0 ? { lengthBits: pick(random, [16, 64] as const) } : {}),
    ...(random.below(80) === 0 ? { lengthBits: 64, length: pick(random, HUGE) } : {}),
  };
}

const HUGE: readonly bigint[] = [
  2n ** 64n - 1n,
  2n ** 63n,
  2n ** 63n - 1n,
  2n ** 53n,
  2n ** 53n - 1n,
  2n ** 32n,
  70_000n,
];

function payloadFor(random: SeededRandom, opcode: number): Buffer {
  if (opcode === 8) {
    if (random.below(6) === 0) return Buffer.from(random.bytes(random.below(4)));
    return closePayload(pick(random, CODES), random.below(3) === 0 ? 'bye' : '');
  }
  if (random.below(10) === 0) return Buffer.from(pick(random, BAD_TEXT), 'hex');
  if (opcode > 8) return Buffer.from(random.bytes(random.below(random.below(20) === 0 ? 140 : 12)));
  const text = Buffer.from(pick(random, TEXTS));
  // Characters are cut at the ends of frames.
  return random.below(4) === 0 ? text.subarray(0, random.below(text.length + 1)) : text;
}

/** Compresses as RFC 7692, 7.2.1 says. */
export function deflated(payload: Uint8Array): Buffer {
  return deflateRawSync(payload, { finishFlush: 2 }).subarray(0, -4);
}

/** Changes a few bytes, cuts some out, or doubles some. */
export function mutate(bytes: Buffer, random: SeededRandom): Buffer {
  let result = Buffer.from(bytes);
  for (let i = 0; i <= random.below(3); i++) {
    const at = random.below(result.length + 1);
    const length = random.below(8);
    switch (random.below(6)) {
      case 0:
        if (at < result.length) result[at] = result[at]! ^ (1 << random.below(8));
        break;
      case 1:
        if (at < result.length) result[at] = pick(random, [0, 1, 0x7d, 0x7e, 0x7f, 0x80, 0xfe, 0xff]);
        break;
      case 2:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at + length)]);
        break;
      case 3:
        result = Buffer.concat([result.subarray(0, at), result.subarray(at, at + length), result.subarray(at)]);
        break;
      case 4:
        result = Buffer.concat([result.subarray(0, at), random.bytes(length), result.subarray(at)]);
        break;
      default:
        result = result.subarray(0, at);
    }
  }
  return result;
}

/** One of several. */
export function pick<Value>(random: SeededRandom, values: readonly Value[]): Value {
  return values[random.below(values.length)]!;
}

/** Cuts bytes anywhere, several times. */
export function cutAtRandom(bytes: Uint8Array, random: SeededRandom): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = Math.min(bytes.length, at + 1 + random.below(random.below(2) === 0 ? 3 : 40));
    pieces.push(bytes.subarray(at, end));
    at = end;
  }
  return pieces;
}
