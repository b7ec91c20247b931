// Pieces of frames in, messages out (or, for an application that wants them, the pieces). The limits of what comes
// out are checked here: of compressed messages, on the decompressed bytes.

import type { MessageCompression, Utf8Validator } from '@ws/types';
import { type DecompressionError, UTF8_ACCEPT, UTF8_REJECT } from '@ws/types';
import { ProtocolError } from '../errors/protocol-error.ts';
import type { FrameDecoder } from '../frames/frame-decoder.ts';
import { BINARY, TEXT } from '../frames/opcode.ts';
import { GrowingBuffer } from '../support/growing-buffer.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import type { Delivery } from './delivery.ts';
import type { PayloadPool } from './payload-pool.ts';

/** What a {@link MessageReceiver} is told once. */
export interface MessageReceiverRules {
  /** Which messages are told in pieces: none, those that do not arrive in one, or all; then frames are told too. */
  readonly frames: 'none' | 'pieces' | 'all';
  /** Whether texts that arrive in one piece are offered before they are copied. */
  readonly lendsText: boolean;
  /** In bytes, decompressed; 0: none. */
  readonly maxMessageSize: number;
  readonly validateUtf8: boolean;
}

/** Makes messages of a connection's data frames. */
export class MessageReceiver {
  readonly #rules: MessageReceiverRules;
  readonly #utf8: Utf8Validator;
  readonly #compression: MessageCompression | null;
  readonly #limit: number;
  readonly #payloads: PayloadPool;
  #delivery: Delivery | null = null;
  #stats: TrafficStats | null = null;
  /** Made for the first message that does not come in one piece. */
  #buffer: GrowingBuffer | null = null;
  #utf8State: number = UTF8_ACCEPT;
  #length = 0;

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

  /** Whose messages they are; `null`: nobody's. Called between two messages. */
  assign(delivery: Delivery | null, stats: TrafficStats | null): void {
    this.#delivery = delivery;
    this.#stats = stats;
  }

  /** Bytes held of the message that is being received. */
  get bufferedBytes(): number {
    return this.#buffer?.length ?? 0;
  }

  /**
   * Takes the piece that the decoder stands on.
   *
   * @throws {@link ProtocolError}
   */
  push(frame: FrameDecoder): void {
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
    if (this.#rules.frames === 'none') this.#pushWhole(frame, isMessageEnd);
    else this.#pushParts(frame, isMessageEnd);
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
    // perf: a text that is made a string at once needs no memory of its own (the server bench, `pull-64`).
    if (this.#rules.lendsText && opcode === TEXT && delivery.onLentText(source, start, end)) return;
    delivery.message(this.#payloads.copy(source, start, end), opcode === BINARY);
  }

  /** The usual way: whole messages. */
  #pushWhole(frame: FrameDecoder, isMessageEnd: boolean): void {
    const { source, start, end } = frame;
    const isBinary = frame.opcode === BINARY;
    if (frame.isCompressed) {
      const bytes = this.#decompress(frame, isMessageEnd);
      const isWhole = isMessageEnd && this.#buffer === null;
      if (!isWhole) this.#join(bytes, 0, bytes.length, 0);
      if (isMessageEnd) this.#delivery!.message(isWhole ? bytes : this.#takeJoined(), isBinary);
      return;
    }
    this.#stats!.incomingOctetsAppLevel += end - start;
    if (isMessageEnd && this.#buffer === null) {
      // What arrived in one piece is copied once, into what the application gets.
      this.#delivery!.message(this.#payloads.copy(source, start, end), isBinary);
      return;
    }
    if (frame.isFrameStart) this.#frameBegan = this.bufferedBytes;
    this.#join(source, start, end, frame.isFinal ? this.#frameBegan + frame.frameLength : 0);
    if (isMessageEnd) this.#delivery!.message(this.#takeJoined(), isBinary);
  }

  /** For a listener that wants messages in pieces: each as it comes. */
  #pushParts(frame: FrameDecoder, isMessageEnd: boolean): void {
    const delivery = this.#delivery!;
    const isEachFrameTold = this.#rules.frames === 'all';
    if (frame.isMessageStart) delivery.part('onMessageBegin', frame.opcode === BINARY);
    if (isEachFrameTold && frame.isFrameStart) delivery.part('onMessageFrameBegin', frame.frameLength);
    let chunk: Uint8Array;
    if (frame.isCompressed) {
      chunk = this.#decompress(frame, isMessageEnd);
    } else {
      chunk = frame.source.slice(frame.start, frame.end);
      this.#stats!.incomingOctetsAppLevel += chunk.length;
    }
    const isEmptyFrame = isEachFrameTold && frame.isFrameStart && frame.isFrameEnd;
    if (chunk.length > 0 || isEmptyFrame) delivery.part('onMessageData', chunk, chunk.length);
    if (isEachFrameTold && frame.isFrameEnd) delivery.part('onMessageFrameEnd', undefined);
    if (isMessageEnd) delivery.part('onMessageEnd', undefined);
  }

  #decompress(frame: FrameDecoder, isMessageEnd: boolean): Uint8Array {
    const compressed = frame.source.subarray(frame.start, frame.end);
    if (compressed.length === 0 && !isMessageEnd) return new Uint8Array(0);
    let bytes: Uint8Array;
    try {
      bytes = this.#compression!.decompress(compressed, isMessageEnd, this.#limit - this.#length);
    } catch (cause) {
      const isTooBig = (cause as DecompressionError | null)?.code === 'ERR_MESSAGE_TOO_BIG';
      throw new ProtocolError(isTooBig ? 'ERR_MESSAGE_TOO_BIG' : 'ERR_COMPRESSED_DATA', { cause });
    }
    this.#length += bytes.length;
    if (this.#length > this.#limit) throw new ProtocolError('ERR_MESSAGE_TOO_BIG');
    this.#stats!.incomingOctetsAppLevel += bytes.length;
    if (this.#rules.validateUtf8 && frame.opcode === TEXT) this.#validate(bytes, isMessageEnd);
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

  /** Of a message of which something was joined. */
  #takeJoined(): Uint8Array {
    const joined = this.#buffer!.take();
    this.#buffer = null;
    return joined;
  }
}
