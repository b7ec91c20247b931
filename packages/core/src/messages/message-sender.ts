// Messages in, frames out: compression, fragmentation, and the APIs to send a message bit by bit.

import type { MessageCompression } from '@ws/types';
import { checkInteger } from '@ws/types/checks';
import { EMPTY_BYTES, encodeText } from '@ws/util/primitives';
import { UsageError } from '../errors/usage-error.ts';
import { FIN, RSV1 } from '../frames/frame-header.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import { messageFirstByte } from '../frames/frame-writer.ts';
import { BINARY, CONTINUATION, TEXT } from '../frames/opcode.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import type { PreparedMessage } from './prepared-message.ts';

/** Options of `sendMessage`. */
export interface SendOptions {
  /** Send the message in frames of at most so many bytes. */
  readonly fragmentSize?: number | undefined;
  /** Send the message uncompressed, though compression was agreed. */
  readonly doNotCompress?: boolean | undefined;
}

/** Options of `sendPreparedMessage`. */
export interface PreparedSendOptions {
  /**
   * Skip a connection that has not yet sent off earlier messages: in a broadcast, slow readers then miss messages and
   * hold no memory. Without this option slow readers fail at `maxBufferedAmount`. Default `false`.
   */
  readonly dropIfBusy?: boolean | undefined;
}

/** The settings of a {@link MessageSender}, which never change. */
export interface MessageSenderRules {
  readonly autoFragmentSize: number;
  /** Longest message, in bytes; 0: no limit. */
  readonly maxMessageSize: number;
}

type SendState = 'no message begun' | 'message begun' | 'inside message' | 'inside frame';

/** Sends the messages of one connection. The caller checks that the connection is open. */
export class MessageSender {
  readonly #rules: MessageSenderRules;
  readonly #writer: FrameWriter;
  readonly #stats: TrafficStats;
  readonly #compression: MessageCompression | null;
  #state: SendState = 'no message begun';
  #opcode: number = BINARY;
  #isCompressed = false;
  #frameRemaining = 0;
  #messageLength = 0;

  constructor(
    rules: MessageSenderRules,
    writer: FrameWriter,
    stats: TrafficStats,
    compression: MessageCompression | null,
  ) {
    this.#rules = rules;
    this.#writer = writer;
    this.#stats = stats;
    this.#compression = compression;
  }

  /** Whether no message is begun and not yet ended. */
  get isIdle(): boolean {
    return this.#state === 'no message begun';
  }

  /** Sends a whole message. A string is sent as text; for a Uint8Array `isBinary` decides. */
  sendMessage(payload: Uint8Array | string, isBinary: boolean, options: SendOptions | undefined): void {
    if (!this.isIdle) this.#expect('no message begun');
    if (typeof payload === 'string') this.#sendBytes(encodeText(payload), false, options);
    else this.#sendBytes(payload, isBinary, options);
  }

  /** Sends a prepared message: by its ready frame where that can be used, else like any other message. */
  sendPrepared(prepared: PreparedMessage): void {
    this.#expect('no message begun');
    const { payload, isBinary, doNotCompress } = prepared;
    this.#checkSize(payload.length);
    const compression = this.#usableCompression(doNotCompress, payload.length);
    const { autoFragmentSize } = this.#rules;
    const isWhole = autoFragmentSize === 0 || payload.length <= autoFragmentSize;
    const isSent =
      isWhole && this.#writer.masking === 'no' && prepared.sendFrame(compression, this.#writer, this.#stats);
    if (!isSent) this.#sendBytes(payload, isBinary, { doNotCompress });
  }

  /** Begins a message whose frames the application makes. */
  beginMessage(isBinary: boolean, doNotCompress: boolean): void {
    this.#expect('no message begun');
    this.#opcode = isBinary ? BINARY : TEXT;
    this.#isCompressed = this.#compression !== null && !doNotCompress;
    this.#messageLength = 0;
    this.#state = 'message begun';
    this.#stats.countMessage(0);
  }

  /** Begins a frame of `length` bytes, which follow by {@link sendMessageFrameData}. */
  beginMessageFrame(length: number): void {
    this.#expect('message begun', 'inside message');
    checkInteger('frame length', length, 0, Number.MAX_SAFE_INTEGER);
    if (this.#isCompressed) {
      throw new UsageError(
        'ERR_STREAMING_COMPRESSED',
        'frames of given length cannot be compressed: use doNotCompress',
      );
    }
    this.#checkSize(this.#messageLength + length);
    this.#messageLength += length;
    this.#stats.outgoingOctetsWireLevel += this.#writer.beginFrame(this.#nextFirstByte(), length);
    this.#stats.outgoingWebSocketFrames++;
    this.#frameRemaining = length;
    this.#state = length === 0 ? 'inside message' : 'inside frame';
  }

  /**
   * Sends bytes of the frame that was begun, at most as many as it still needs.
   *
   * @returns how many bytes are missing (positive), or how many of `chunk` were too many (negative), or 0
   */
  sendMessageFrameData(chunk: Uint8Array): number {
    // A frame of length 0 is complete when it is begun; applications may still send an empty chunk for it.
    if (chunk.length === 0 && this.#state === 'inside message') return 0;
    this.#expect('inside frame');
    const used = Math.min(chunk.length, this.#frameRemaining);
    this.#writer.writeFrameData(used === chunk.length ? chunk : chunk.subarray(0, used));
    this.#stats.outgoingOctetsWireLevel += used;
    this.#stats.outgoingOctetsWebSocketLevel += used;
    this.#stats.outgoingOctetsAppLevel += used;
    this.#frameRemaining -= used;
    if (this.#frameRemaining > 0) return this.#frameRemaining;
    this.#state = 'inside message';
    return used - chunk.length;
  }

  /** Sends a whole frame of the message that was begun, compressed if the message is. */
  sendMessageFrame(payload: Uint8Array): void {
    this.#expect('message begun', 'inside message');
    this.#checkSize(this.#messageLength + payload.length);
    this.#messageLength += payload.length;
    this.#stats.outgoingOctetsAppLevel += payload.length;
    const bytes = this.#isCompressed ? this.#compression!.compress(payload, false) : payload;
    this.#writeFrame(this.#nextFirstByte(), bytes);
    this.#state = 'inside message';
  }

  /** Ends the message that was begun. */
  endMessage(): void {
    this.#expect('message begun', 'inside message');
    const bytes = this.#isCompressed ? this.#compression!.compress(EMPTY_BYTES, true) : EMPTY_BYTES;
    this.#writeFrame(FIN | this.#nextFirstByte(), bytes);
    this.#state = 'no message begun';
  }

  #sendBytes(payload: Uint8Array, isBinary: boolean, options: SendOptions | undefined): void {
    const { fragmentSize = this.#rules.autoFragmentSize } = options ?? {};
    if (options?.fragmentSize !== undefined) checkInteger('fragmentSize', fragmentSize, 1, Number.MAX_SAFE_INTEGER);
    this.#checkSize(payload.length);
    const compression = this.#usableCompression(options?.doNotCompress === true, payload.length);
    this.#stats.countMessage(payload.length);
    const bytes = compression === null ? payload : compression.compress(payload, true);
    const firstByte = messageFirstByte(isBinary, compression !== null);
    if (fragmentSize > 0 && bytes.length > fragmentSize) this.#sendFragments(bytes, firstByte, fragmentSize);
    else this.#writeFrame(firstByte, bytes);
  }

  #sendFragments(bytes: Uint8Array, firstByte: number, fragmentSize: number): void {
    const { length } = bytes;
    for (let start = 0; start < length; start += fragmentSize) {
      const end = Math.min(start + fragmentSize, length);
      const opcode = start === 0 ? firstByte & ~FIN : CONTINUATION;
      this.#writeFrame(end === length ? opcode | FIN : opcode, bytes.subarray(start, end));
    }
  }

  #writeFrame(firstByte: number, payload: Uint8Array): void {
    this.#stats.countFrame(payload.length, this.#writer.writeFrame(firstByte, payload));
  }

  /** First byte, without FIN, of the next frame of the message that was begun. */
  #nextFirstByte(): number {
    if (this.#state !== 'message begun') return CONTINUATION;
    return this.#opcode | (this.#isCompressed ? RSV1 : 0);
  }

  #usableCompression(doNotCompress: boolean, length: number): MessageCompression | null {
    const compression = this.#compression;
    return compression === null || doNotCompress || length < compression.threshold ? null : compression;
  }

  #checkSize(length: number): void {
    const { maxMessageSize } = this.#rules;
    if (maxMessageSize > 0 && length > maxMessageSize) {
      throw new UsageError('ERR_TOO_BIG_TO_SEND', `message of ${length} bytes is over the limit of ${maxMessageSize}`);
    }
  }

  #expect(...states: readonly SendState[]): void {
    if (states.includes(this.#state)) return;
    throw new UsageError('ERR_SEND_STATE', `not possible here: ${this.#state}`);
  }
}
