// Pieces of frames in, messages out (or, for an application that wants them, the pieces). The size and the UTF-8 of
// compressed messages are checked here, on the decompressed bytes.

import type { MessageCompression, Utf8Validator } from '@ws/types';
import { type DecompressionError, UTF8_ACCEPT, UTF8_REJECT } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { ProtocolError } from '../errors/protocol-error.ts';
import type { FrameDecoder } from '../frames/frame-decoder.ts';
import { BINARY, TEXT } from '../frames/opcode.ts';
import { GrowingBuffer } from '../support/growing-buffer.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import { DECOMPRESSION_WORK, INFLATED_BYTE_WORK } from '../support/work-queue.ts';
import type { Delivery } from './delivery.ts';
import type { PayloadPool } from './payload-pool.ts';

/** The settings of a {@link MessageReceiver}, which never change. */
export interface MessageReceiverRules {
  /** Which messages are delivered in pieces: none, those that do not arrive in one, or all, with events for frames. */
  readonly frames: 'none' | 'pieces' | 'all';
  /** Whether texts that arrive in one piece are offered before they are copied. */
  readonly lendsText: boolean;
  /** Longest message, in bytes, decompressed; 0: no limit. */
  readonly maxMessageSize: number;
  readonly validateUtf8: boolean;
}

/** Assembles the messages of a connection from its data frames. */
export class MessageReceiver {
  readonly #rules: MessageReceiverRules;
  readonly #utf8: Utf8Validator;
  readonly #compression: MessageCompression | null;
  readonly #limit: number;
  readonly #payloads: PayloadPool;
  #delivery: Delivery | null = null;
  #stats: TrafficStats | null = null;
  /** Holds the pieces of a message that does not come in one; `null`: nothing was joined yet. */
  #buffer: GrowingBuffer | null = null;
  #utf8State: number = UTF8_ACCEPT;
  #length = 0;
  /** Whether nothing of the frame has come out yet; kept where every frame is told. */
  #isFrameEmpty = false;
  /** Whether the decompressor has work left of the piece that the decoder stands on: {@link goOn}. */
  hasMore = false;

  constructor(
    rules: MessageReceiverRules,
    utf8: Utf8Validator,
    compression: MessageCompression | null,
    payloads: PayloadPool,
  ) {
    this.#rules = rules;
    this.#utf8 = utf8;
    this.#compression = compression;
    this.#payloads = payloads;
    const none = Number.POSITIVE_INFINITY;
    this.#limit = Math.min(rules.maxMessageSize || none, compression?.maxMessageSize || none);
  }

  /** Sets the connection whose messages are received; `null`: none. Called between two messages. */
  assign(delivery: Delivery | null, stats: TrafficStats | null): void {
    this.#delivery = delivery;
    this.#stats = stats;
  }

  /** How many bytes of the current message are held. */
  get bufferedBytes(): number {
    return this.#buffer?.length ?? 0;
  }

  /**
   * Takes the piece that the decoder stands on. When {@link hasMore} is true then, {@link goOn} comes next.
   *
   * @returns the work of decompressing it, in units of the `WorkQueue`
   * @throws {@link ProtocolError}
   */
  push(frame: FrameDecoder): number {
    const stats = this.#stats!;
    const { start, end } = frame;
    stats.incomingOctetsWebSocketLevel += end - start;
    if (frame.isMessageStart) {
      this.#length = 0;
      this.#utf8State = UTF8_ACCEPT;
    }
    if (frame.isFrameStart) stats.incomingWebSocketFrames++;
    const isMessageEnd = frame.isFrameEnd && frame.isFinal;
    if (isMessageEnd) stats.incomingWebSocketMessages++;
    const { frames } = this.#rules;
    if (frames !== 'none') this.#beginParts(frame);
    if (frame.isCompressed) return this.#inflate(frame, frame.source.subarray(start, end));
    stats.incomingOctetsAppLevel += end - start;
    if (frames === 'none') this.#pushWhole(frame, isMessageEnd);
    else this.#pushPart(frame, frame.source.slice(start, end), true);
    return 0;
  }

  /**
   * Goes on with the piece that the decoder still stands on.
   *
   * @returns the work that it was
   * @throws {@link ProtocolError}
   */
  goOn(frame: FrameDecoder): number {
    return this.#inflate(frame, EMPTY_BYTES);
  }

  /** Forgets the message that is being received: the connection has failed or is over. */
  abandon(): void {
    this.hasMore = false;
    this.#buffer = null;
  }

  /** Takes a whole uncompressed message that lies in `source[start, end)`. */
  pushMessage(source: Uint8Array, start: number, end: number, opcode: number): void {
    const stats = this.#stats!;
    const length = end - start;
    stats.incomingOctetsWebSocketLevel += length;
    stats.incomingOctetsAppLevel += length;
    stats.incomingWebSocketFrames++;
    stats.incomingWebSocketMessages++;
    const delivery = this.#delivery!;
    // perf: a text that is made a string at once needs no memory of its own (apps/bench, `pull-64`).
    if (this.#rules.lendsText && opcode === TEXT && delivery.onLentText(source, start, end)) return;
    delivery.message(this.#payloads.copy(source, start, end), opcode === BINARY);
  }

  /** Takes a piece for a listener that wants whole messages, as most do. */
  #pushWhole(frame: FrameDecoder, isMessageEnd: boolean): void {
    const { source, start, end } = frame;
    const isBinary = frame.opcode === BINARY;
    if (isMessageEnd && this.#buffer === null) {
      // A message that arrived in one piece is copied once, into the payload that the application gets.
      this.#delivery!.message(this.#payloads.copy(source, start, end), isBinary);
      return;
    }
    if (frame.isFrameStart) this.#frameBegan = this.bufferedBytes;
    this.#join(source, start, end, frame.isFinal ? this.#frameBegan + frame.frameLength : 0);
    if (isMessageEnd) this.#delivery!.message(this.#takeJoined(), isBinary);
  }

  /** A piece begins, for a listener that wants messages in pieces. */
  #beginParts(frame: FrameDecoder): void {
    const delivery = this.#delivery!;
    if (frame.isMessageStart) delivery.part('onMessageBegin', frame.opcode === BINARY);
    if (this.#rules.frames === 'all' && frame.isFrameStart) {
      delivery.part('onMessageFrameBegin', frame.frameLength);
      this.#isFrameEmpty = true;
    }
  }

  /** Delivers bytes as they come. @param isPieceEnd whether they are the last of the decoder's piece */
  #pushPart(frame: FrameDecoder, chunk: Uint8Array, isPieceEnd: boolean): void {
    const delivery = this.#delivery!;
    const isFrameEnd = isPieceEnd && frame.isFrameEnd;
    // Where every frame is told, an empty one has data too.
    const isEmptyFrame = isFrameEnd && frame.isFrameStart && this.#isFrameEmpty;
    this.#isFrameEmpty &&= chunk.length === 0;
    if (chunk.length > 0 || isEmptyFrame) delivery.part('onMessageData', chunk, chunk.length);
    if (!isFrameEnd) return;
    if (this.#rules.frames === 'all') delivery.part('onMessageFrameEnd', undefined);
    this.#isFrameEmpty = false;
    if (frame.isFinal) delivery.part('onMessageEnd', undefined);
  }

  /** Decompresses the piece that the decoder stands on, or some of it, and passes on what comes out. */
  #inflate(frame: FrameDecoder, compressed: Uint8Array): number {
    const isMessageEnd = frame.isFrameEnd && frame.isFinal;
    const isNothing = compressed.length === 0 && !isMessageEnd && !this.hasMore;
    const bytes = isNothing ? new Uint8Array(0) : this.#decompress(compressed, isMessageEnd);
    const isPieceEnd = !this.hasMore;
    if (this.#rules.validateUtf8 && frame.opcode === TEXT) this.#validate(bytes, isMessageEnd && isPieceEnd);
    if (this.#rules.frames !== 'none') this.#pushPart(frame, bytes, isPieceEnd);
    else this.#pushInflated(bytes, frame.opcode === BINARY, isMessageEnd && isPieceEnd);
    return DECOMPRESSION_WORK + bytes.length * INFLATED_BYTE_WORK;
  }

  #pushInflated(bytes: Uint8Array, isBinary: boolean, isMessageEnd: boolean): void {
    const isWhole = isMessageEnd && this.#buffer === null;
    if (!isWhole) this.#join(bytes, 0, bytes.length, 0);
    if (isMessageEnd) this.#delivery!.message(isWhole ? bytes : this.#takeJoined(), isBinary);
  }

  /** One call of the decompressor, which may leave work for the next. */
  #decompress(compressed: Uint8Array, isMessageEnd: boolean): Uint8Array {
    const compression = this.#compression!;
    let bytes: Uint8Array;
    this.hasMore = false;
    try {
      bytes = compression.decompress(compressed, isMessageEnd, this.#limit - this.#length);
    } catch (cause) {
      const isTooBig = (cause as DecompressionError | null)?.code === 'ERR_MESSAGE_TOO_BIG';
      throw new ProtocolError(isTooBig ? 'ERR_MESSAGE_TOO_BIG' : 'ERR_COMPRESSED_DATA', { cause });
    }
    this.hasMore = compression.hasMore === true;
    this.#length += bytes.length;
    if (this.#length > this.#limit) throw new ProtocolError('ERR_MESSAGE_TOO_BIG');
    this.#stats!.incomingOctetsAppLevel += bytes.length;
    return bytes;
  }

  #validate(bytes: Uint8Array, isMessageEnd: boolean): void {
    const state = this.#utf8.validate(bytes, this.#utf8State, 0, bytes.length);
    this.#utf8State = state;
    if (state === UTF8_REJECT || (isMessageEnd && state !== UTF8_ACCEPT)) throw new ProtocolError('ERR_INVALID_UTF8');
  }

  /** Where the current frame began in the buffer. */
  #frameBegan = 0;

  #join(source: Uint8Array, start: number, end: number, expected: number): void {
    if (start === end) return;
    this.#buffer ??= new GrowingBuffer(this.#payloads.allocate);
    this.#buffer.append(source, start, end, expected);
  }

  /** The payload of a message of which at least one piece was joined. */
  #takeJoined(): Uint8Array {
    const joined = this.#buffer!.take();
    this.#buffer = null;
    return joined;
  }
}
