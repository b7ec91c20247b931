// One connection's way out: frames are written into the buffer that all connections share, and leave in one write per
// turn. When a slow transport has to keep a piece, the piece's memory belongs to it; later frames are queued here.

import type { ByteStream, Masker } from '@ws/types';
import { FIN, frameHeaderLength, RSV1, writeFrameHeader } from './frame-header.ts';
import type { MaskingKeys } from './masking-keys.ts';
import { BINARY, TEXT } from './opcode.ts';
import type { Flushable, OutputBuffer } from './output-buffer.ts';

/** Payloads of up to this many bytes are copied behind their header; longer ones are sent without a copy. */
const MAX_COPIED = 16384;

/** Queued pieces are joined for one write when they have at most this many bytes together. */
const MAX_JOINED = 32768;

/** What the writers of all connections share. */
export interface WriterPorts {
  readonly output: OutputBuffer;
  readonly maskingKeys: MaskingKeys;
  readonly masker: Masker;
}

/** `'no'`: frames have no key. `'yes'`: the key is applied. `'unapplied'`: the key is sent only (for debugging). */
export type Masking = 'no' | 'yes' | 'unapplied';

/** Learns when a {@link FrameWriter} is blocked and when it is empty again. Must not throw. */
export interface FrameWriterListener {
  /** Whether the listener wants to know how the next flush ends. */
  readonly isWaitedFor: boolean;
  /** Nothing is queued any more, neither in the writer nor in the stream. */
  onFlushed(): void;
  /** The stream has not taken everything that it was given. */
  onBlocked(): void;
}

/** Writes frames to one {@link ByteStream}. */
export class FrameWriter implements Flushable {
  readonly #stream: ByteStream;
  readonly #ports: WriterPorts;
  /** How frames are masked. Set when the opening handshake is done. */
  masking: Masking = 'no';
  readonly #listener: FrameWriterListener;
  /** Queued pieces, in order. The segment of the shared buffer that is still growing follows them. */
  #pieces: Uint8Array[] = [];
  /** Bytes in `#pieces`. */
  #waiting = 0;
  #segment: Uint8Array | null = null;
  #start = 0;
  #end = 0;
  #isScheduled = false;
  #isBlocked = false;
  #isClosed = false;
  /** Masking key of the frame that is sent in parts; `null`: its payload is not masked. */
  #streamKey: number | null = null;
  #streamOffset = 0;
  #streamLength = 0;
  /** Control frames that follow once that frame is complete (RFC 6455, 5.4). */
  #held: Uint8Array[] | null = null;

  constructor(stream: ByteStream, ports: WriterPorts, listener: FrameWriterListener) {
    this.#stream = stream;
    this.#ports = ports;
    this.#listener = listener;
  }

  /** Whether the transport has not taken everything that it was given. */
  get isBlocked(): boolean {
    return this.#isBlocked;
  }

  /** Whether a frame was begun that is not complete. */
  get isInsideFrame(): boolean {
    return this.#streamOffset < this.#streamLength;
  }

  /** Whether the transport has taken everything. */
  get isEmpty(): boolean {
    return !this.#isBlocked && this.#pieces.length === 0 && this.#segment === null;
  }

  /** The memory that {@link allocate} gives a part of. */
  get memory(): Uint8Array {
    return this.#ports.output.bytes;
  }

  /** Bytes not yet taken by the transport. */
  get bufferedAmount(): number {
    const amount = this.#stream.bufferedAmount + this.#waiting;
    return this.#segment === null ? amount : amount + this.#end - this.#start;
  }

  /**
   * Sends a frame. A payload of more than 16 KiB that need not be masked is not copied, however far the transport is
   * behind: the caller must not change it until the transport has taken it. A control frame within a frame that was
   * begun is held until that one is complete.
   *
   * @param firstByte FIN, RSV1 and opcode
   * @returns the length of the frame on the wire
   */
  writeFrame(firstByte: number, payload: Uint8Array): number {
    const { length } = payload;
    const isMasked = this.masking !== 'no';
    const size = frameHeaderLength(length, isMasked) + length;
    if (length > MAX_COPIED && !isMasked) {
      this.#writeUncopied(firstByte, payload, size - length);
    } else if (this.#isBlocked || this.isInsideFrame || length > MAX_COPIED) {
      const frame = new Uint8Array(size);
      this.#encode(frame, 0, firstByte, payload);
      if (this.isInsideFrame) this.#hold(frame);
      else this.#push(frame);
    } else {
      const offset = this.allocate(size);
      this.#encode(this.#ports.output.bytes, offset, firstByte, payload);
    }
    return size;
  }

  /** Takes `length` bytes of the shared buffer, behind this connection's earlier bytes. @returns their offset */
  allocate(length: number): number {
    const { output } = this.#ports;
    output.reserve(length);
    const offset = output.end;
    if (this.#segment !== output.bytes || this.#end !== offset) {
      this.#closeSegment();
      this.#segment = output.bytes;
      this.#start = offset;
    }
    output.end = this.#end = offset + length;
    this.#schedule();
    return offset;
  }

  /** Gives back the bytes behind `end` of the last {@link allocate}. */
  trim(end: number): void {
    this.#end = this.#ports.output.end = end;
  }

  /** Sends the header of a frame whose payload follows by {@link writeFrameData}. @returns the header's length */
  beginFrame(firstByte: number, length: number): number {
    const key = this.masking === 'no' ? null : this.#ports.maskingKeys.next();
    this.#streamKey = this.masking === 'yes' ? key : null;
    this.#streamOffset = 0;
    this.#streamLength = length;
    const header = new Uint8Array(frameHeaderLength(length, key !== null));
    writeFrameHeader(header, 0, firstByte, length, key);
    this.#push(header);
    return header.length;
  }

  /** Sends a copy of the next bytes of the frame that was begun. */
  writeFrameData(chunk: Uint8Array): void {
    if (chunk.length === 0) return;
    const bytes = new Uint8Array(chunk);
    if (this.#streamKey !== null) {
      this.#ports.masker.mask(bytes, 0, bytes.length, this.#streamKey, this.#streamOffset & 3);
    }
    this.#streamOffset += bytes.length;
    this.#push(bytes);
    const held = this.#held;
    if (held === null || this.isInsideFrame) return;
    this.#held = null;
    for (const frame of held) this.#push(frame);
  }

  /** Sends bytes that will never change, such as a prepared frame, without a copy. */
  writeShared(bytes: Uint8Array): void {
    this.#push(bytes);
  }

  flush(): void {
    this.#isScheduled = false;
    if (this.#isClosed) return;
    const segment = this.#segment;
    if (segment !== null && this.#pieces.length === 0 && !this.#isBlocked) {
      // perf: the usual turn has one piece, and needs no list of it (apps/bench, `echo-64`).
      this.#segment = null;
      this.#isBlocked = !this.#stream.write(segment.subarray(this.#start, this.#end));
      if (this.#isBlocked) this.#ports.output.keep(segment);
    } else {
      this.#closeSegment();
      const pieces = this.#pieces;
      if (this.#isBlocked || pieces.length === 0) return;
      this.#pieces = [];
      this.#waiting = 0;
      this.#isBlocked = !this.#write(pieces);
    }
    if (this.#listener.isWaitedFor) this.#ports.output.tellLater(this);
  }

  tell(): void {
    if (this.#isBlocked) this.#listener.onBlocked();
    else this.#listener.onFlushed();
  }

  /** The stream has now taken everything that it was given. */
  onDrain(): void {
    this.#isBlocked = false;
    if (this.#pieces.length > 0 || this.#segment !== null) this.flush();
    else this.#listener.onFlushed();
  }

  /** Sends everything queued, then ends our direction of the stream. */
  end(): void {
    if (this.#isClosed) return;
    this.#closeSegment();
    this.#isClosed = true;
    const pieces = this.#pieces;
    this.#pieces = [];
    this.#waiting = 0;
    if (pieces.length > 0 && !this.#write(pieces)) this.#isBlocked = true;
    this.#stream.end();
    if (!this.#isBlocked) this.#listener.onFlushed();
  }

  /** Drops everything queued. */
  close(): void {
    this.#isClosed = true;
    this.#pieces = [];
    this.#waiting = 0;
    this.#segment = null;
  }

  /** Writes pieces to the stream. @returns whether it took all of them at once */
  #write(pieces: Uint8Array[]): boolean {
    const joined = this.#join(pieces);
    let isTaken = true;
    if (joined.length > 1 && this.#stream.writev !== undefined) isTaken = this.#stream.writev(joined);
    else for (const piece of joined) isTaken = this.#stream.write(piece) && isTaken;
    if (!isTaken) for (const piece of joined) this.#ports.output.keep(piece);
    return isTaken;
  }

  /** Copies several short pieces into one, in the shared buffer if that has room. */
  #join(pieces: Uint8Array[]): Uint8Array[] {
    if (pieces.length === 1) return pieces;
    let total = 0;
    for (const piece of pieces) {
      if (piece.length > MAX_COPIED) return pieces;
      total += piece.length;
    }
    if (total > MAX_JOINED) return pieces;
    const { output } = this.#ports;
    const hasRoom = output.end + total <= output.bytes.length;
    const target = hasRoom ? output.bytes.subarray(output.end, output.end + total) : new Uint8Array(total);
    if (hasRoom) output.end += total;
    let position = 0;
    for (const piece of pieces) {
      target.set(piece, position);
      position += piece.length;
    }
    return [target];
  }

  /** Sends a header, then the payload as it lies: what many slow readers wait for is in memory once. */
  #writeUncopied(firstByte: number, payload: Uint8Array, headerLength: number): void {
    if (this.#isBlocked) {
      const header = new Uint8Array(headerLength);
      writeFrameHeader(header, 0, firstByte, payload.length, null);
      this.#push(header);
      this.#push(payload);
      return;
    }
    const offset = this.allocate(headerLength);
    writeFrameHeader(this.#ports.output.bytes, offset, firstByte, payload.length, null);
    this.#push(payload);
    // Flushed now, not at the end of the turn: until then the application must leave the memory alone.
    this.flush();
  }

  #encode(target: Uint8Array, offset: number, firstByte: number, payload: Uint8Array): void {
    const { length } = payload;
    if (this.masking === 'no') {
      target.set(payload, writeFrameHeader(target, offset, firstByte, length, null));
      return;
    }
    const key = this.#ports.maskingKeys.next();
    const start = writeFrameHeader(target, offset, firstByte, length, key);
    target.set(payload, start);
    if (this.masking === 'yes' && length > 0) this.#ports.masker.mask(target, start, start + length, key, 0);
  }

  #push(piece: Uint8Array): void {
    this.#closeSegment();
    this.#pieces.push(piece);
    this.#waiting += piece.length;
    if (!this.#isBlocked) this.#schedule();
  }

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#ports.output.schedule(this);
  }

  /** Queues the segment. While blocked it is copied: other connections reuse its memory from the next turn on. */
  #closeSegment(): void {
    const segment = this.#segment;
    if (segment === null) return;
    const start = this.#start;
    const end = this.#end;
    this.#pieces.push(this.#isBlocked ? segment.slice(start, end) : segment.subarray(start, end));
    this.#waiting += end - start;
    this.#segment = null;
  }

  #hold(frame: Uint8Array): void {
    this.#held ??= [];
    this.#held.push(frame);
  }
}

/** The first byte of a whole message's only frame. */
export function messageFirstByte(isBinary: boolean, isCompressed: boolean): number {
  return FIN | (isCompressed ? RSV1 : 0) | (isBinary ? BINARY : TEXT);
}
