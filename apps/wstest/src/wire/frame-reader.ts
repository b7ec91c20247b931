import { type Frame, mask } from './frame.ts';
import { MAX_MESSAGE, TesterLimitError } from './tester-limit.ts';

/** A frame that arrived, with what its header said. */
export interface ReceivedFrame extends Frame {
  readonly isMasked: boolean;
  /** The masking key, or null when the frame was not masked. */
  readonly maskingKey: number | null;
  /** Whether the length was written in the fewest bytes that hold it. */
  readonly isMinimal: boolean;
}

/**
 * Cuts a stream of octets into frames and judges nothing but their length: what is wrong in a frame is for the caller.
 *
 * A frame whose declared length is over `maxLength` makes {@link FrameReader.next} throw a {@link TesterLimitError}.
 */
export class FrameReader {
  readonly #maxLength: number;
  #chunks: Buffer[] = [];
  #length = 0;

  constructor(maxLength: number = MAX_MESSAGE) {
    this.#maxLength = maxLength;
  }

  /** Takes what arrived from the network. */
  push(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
  }

  /** Bytes that belong to a frame that is not yet whole. */
  get pendingLength(): number {
    return this.#length;
  }

  /** The next whole frame, or null when more bytes are needed. */
  next(): ReceivedFrame | null {
    if (this.#length < 2) return null;
    const head = this.#peek(Math.min(14, this.#length));
    const second = head[1]!;
    const short = second & 0x7f;
    const isMasked = (second & 0x80) !== 0;
    const lengthBytes = short === 126 ? 2 : short === 127 ? 8 : 0;
    const start = 2 + lengthBytes + (isMasked ? 4 : 0);
    if (head.length < start) return null;
    const length = lengthBytes === 0 ? short : lengthBytes === 2 ? head.readUInt16BE(2) : readLength(head);
    if (length > this.#maxLength) throw new TesterLimitError(this.#maxLength);
    if (this.#length < start + length) return null;
    const octets = this.#take(start + length);
    const payload = octets.subarray(start);
    const maskingKey = isMasked ? octets.readUInt32BE(start - 4) : null;
    if (isMasked) mask(payload, octets.subarray(start - 4, start));
    const first = octets[0]!;
    const isMinimal = lengthBytes === 0 || (lengthBytes === 2 ? length > 125 : length > 65535);
    return { opcode: first & 15, fin: first >= 128, rsv: (first >> 4) & 7, payload, isMasked, maskingKey, isMinimal };
  }

  #peek(size: number): Buffer {
    if (this.#chunks[0]!.length >= size) return this.#chunks[0]!.subarray(0, size);
    this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0]!.subarray(0, size);
  }

  #take(size: number): Buffer {
    const whole = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks);
    this.#chunks = whole.length > size ? [whole.subarray(size)] : [];
    this.#length -= size;
    return whole.subarray(0, size);
  }
}

function readLength(head: Buffer): number {
  return Number(head.readBigUInt64BE(2));
}
