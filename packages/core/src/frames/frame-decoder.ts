// Bytes in, pieces of frames out. This file knows no connection: it checks what RFC 6455, 5 says of frames, in the
// order in which the bytes arrive, and the limits before anything is allocated. A piece that it yields lies in the
// pushed bytes, unmasked in place, and is good until the next call.

import { UTF8_ACCEPT, UTF8_REJECT } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { ProtocolError } from '../errors/protocol-error.ts';
import { PART_CONTROL, PART_DATA, PART_MESSAGE, PART_NONE } from './decoded-part.ts';
import { readLength64, readUint32 } from './frame-header.ts';
import type { FrameDecoderPorts, FrameDecoderRules } from './frame-rules.ts';
import { checkFirstBytes, checkLength64, checkLimits, usualLimit } from './frame-rules.ts';
import { CLOSE, CONTINUATION, TEXT } from './opcode.ts';

/** `#step` skipped payload, because after a violation data frames no longer count. */
const SKIPPED = -1;

const BETWEEN_FRAMES = -1;

/** Header, masking key and the longest payload of a control frame: the decoder never carries over more bytes. */
const MAX_CONTROL_FRAME = 2 + 4 + 125;

/** Cuts a stream of bytes into frames. */
export class FrameDecoder {
  /** Opcode of the control frame. */
  controlOpcode = 0;
  /** Opcode of the message that the piece belongs to: 1 or 2. */
  opcode = 0;
  /** The current frame is the last of its message. */
  isFinal = false;
  /** The message is compressed. The decoder yields its pieces still compressed. */
  isCompressed = false;
  /** The piece opens its message. */
  isMessageStart = false;
  /** The piece opens its frame; `frameLength` is the length of the whole payload. */
  isFrameStart = false;
  /** The piece ends its frame. */
  isFrameEnd = false;
  frameLength = 0;
  /** Where the payload of the piece lies: `source[start, end)`. */
  source: Uint8Array = EMPTY_BYTES;
  start = 0;
  end = 0;

  readonly #rules: FrameDecoderRules;
  readonly #ports: FrameDecoderPorts;
  /** The mask bit that the fast path expects, and the longest single-frame message that it takes; -1: it takes none. */
  readonly #usualMaskBit: number;
  readonly #usualLimit: number;
  #bytes: Uint8Array = EMPTY_BYTES;
  #position = 0;
  /** The beginning of a header or of a control frame, when the bytes pushed before ended inside it. */
  #carried: Uint8Array | null = null;
  #carriedLength = 0;
  /** Bytes of the current data frame still to come. */
  #remaining = BETWEEN_FRAMES;
  #maskingKey = 0;
  #isMasked = false;
  #isPlainText = false;
  #utf8State: number = UTF8_ACCEPT;
  /** Opcode of the message that was begun; 0 between messages. */
  #messageOpcode = 0;
  #messageLength = 0;
  #fragments = 0;
  #isSkipping = false;

  constructor(rules: FrameDecoderRules, ports: FrameDecoderPorts) {
    this.#rules = rules;
    this.#ports = ports;
    this.#usualMaskBit = rules.masking === 'must' ? 0x80 : 0;
    this.#usualLimit = usualLimit(rules);
  }

  /** Hands over bytes. They are lent until all of them are read ({@link DecodedPart.NONE}) or until {@link detach}. */
  push(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#position = 0;
  }

  /** Lets go of the pushed bytes. @returns the bytes that were not read, still lent */
  detach(): Uint8Array {
    const rest = this.#position === this.#bytes.length ? EMPTY_BYTES : this.#bytes.subarray(this.#position);
    this.#bytes = EMPTY_BYTES;
    this.source = EMPTY_BYTES;
    this.#position = 0;
    return rest;
  }

  /**
   * From now on only control frames count, and no rule is checked: after a violation the connection waits only for
   * the peer's Close frame (RFC 6455, 7.1.7), even one that breaks the rules.
   */
  skipToClose(): void {
    this.#isSkipping = true;
  }

  /** Whether the decoder is in the middle of neither a message nor a frame. */
  get isBetweenMessages(): boolean {
    return this.#messageOpcode === 0 && this.#remaining === BETWEEN_FRAMES && this.#carried === null;
  }

  /**
   * Reads on to the next piece.
   *
   * @returns one of {@link DecodedPart}; the fields describe the piece
   * @throws {@link ProtocolError}; after it the caller can only continue with {@link skipToClose}
   */
  next(): number {
    let piece = this.#step();
    while (piece === SKIPPED) piece = this.#step();
    return piece;
  }

  #step(): number {
    const bytes = this.#bytes;
    const position = this.#position;
    if (position === bytes.length) return PART_NONE;
    if (this.#remaining > 0) {
      if (this.#isSkipping) return this.#skip();
      this.isMessageStart = false;
      this.isFrameStart = false;
      return this.#takePayload(this.frameLength - this.#remaining);
    }
    if (this.#carried === null) {
      // perf: what nearly all traffic is made of, a message in one frame, all of it here
      // (packages/core/bench/decoder.mjs).
      const first = bytes[position]!;
      const isUsual = (first === 0x81 || first === 0x82) && this.#messageOpcode === 0 && !this.#isSkipping;
      if (isUsual && this.#takeMessage(bytes, position, first)) return PART_MESSAGE;
      return this.#nextFrame(bytes, position, bytes.length, 0);
    }
    const carried = this.#carried;
    const before = this.#carriedLength;
    const added = Math.min(bytes.length - position, carried.length - before);
    // `#carriedLength` is updated only when parsing stops for want of bytes, so that after an error the header is
    // parsed again.
    carried.set(bytes.subarray(position, position + added), before);
    return this.#nextFrame(carried, 0, before + added, position - before);
  }

  /** Reads a whole message, if it is one frame with a header of the usual kind. @returns whether it was one */
  #takeMessage(bytes: Uint8Array, at: number, first: number): boolean {
    if (at + 8 > bytes.length) return false;
    const second = bytes[at + 1]!;
    const maskBit = this.#usualMaskBit;
    if ((second & 0x80) !== maskBit) return false;
    let length = second & 0x7f;
    let start = at + 2;
    if (length > 125) {
      length = length === 126 ? (bytes[at + 2]! << 8) | bytes[at + 3]! : -1;
      start += 2;
      if (length < 126) return false;
    }
    if (maskBit !== 0) start += 4;
    const end = start + length;
    if (length > this.#usualLimit || end > bytes.length) return false;
    const key = maskBit === 0 ? 0 : readUint32(bytes, start - 4);
    this.#position = end;
    if (first === 0x82 || !this.#rules.validateUtf8) {
      if (maskBit !== 0 && length > 0) this.#ports.masker.mask(bytes, start, end, key, 0);
    } else if (length > 0 && this.#readText(bytes, start, end, maskBit !== 0, key, 0, UTF8_ACCEPT) !== UTF8_ACCEPT) {
      throw new ProtocolError('ERR_INVALID_UTF8');
    }
    this.opcode = first & 0x0f;
    this.source = bytes;
    this.start = start;
    this.end = end;
    return true;
  }

  /** Reads a header that lies in `source[at, limit)`, where index i is byte i + `shift` of the pushed bytes. */
  #nextFrame(source: Uint8Array, at: number, limit: number, shift: number): number {
    if (limit - at < 2) return this.#carry(source, at, limit);
    const first = source[at]!;
    const second = source[at + 1]!;
    const isMasked = second >= 0x80;
    let length = second & 0x7f;
    if (!this.#isSkipping) checkFirstBytes(first, isMasked, length, this.#rules, this.#messageOpcode);
    else if ((first & 0x0f) === CLOSE && length > 125) return this.#takeLongClose(source, at, shift);
    let payload = at + (length < 126 ? 2 : length === 126 ? 4 : 10);
    if (limit < payload + (isMasked ? 4 : 0)) return this.#carry(source, at, limit);
    if (length === 126) {
      length = (source[at + 2]! << 8) | source[at + 3]!;
      if (length < 126 && !this.#isSkipping) throw new ProtocolError('ERR_LENGTH_NOT_MINIMAL');
    } else if (length === 127) {
      if (!this.#isSkipping) checkLength64(source, at + 2);
      length = readLength64(source, at + 2);
    }
    if (isMasked) {
      this.#maskingKey = readUint32(source, payload);
      payload += 4;
    }
    this.#isMasked = isMasked && this.#rules.applyMask;
    if ((first & 0x08) !== 0 && (second & 0x7f) <= 125)
      return this.#takeControl(source, at, payload, length, limit, shift);
    this.#carried = null;
    this.#position = payload + shift;
    this.#remaining = length;
    if (this.#isSkipping) return this.#skip();
    this.#beginDataFrame(first, length);
    return this.#takePayload(0);
  }

  /** Skips the bytes of the current frame's payload that have arrived. */
  #skip(): number {
    const skipped = Math.min(this.#remaining, this.#bytes.length - this.#position);
    this.#position += skipped;
    this.#remaining -= skipped;
    return SKIPPED;
  }

  /** Keeps the beginning of a header or of a control frame until more bytes arrive. */
  #carry(source: Uint8Array, at: number, limit: number): number {
    if (source !== this.#carried) {
      this.#carried = new Uint8Array(MAX_CONTROL_FRAME);
      this.#carried.set(source.subarray(at, limit));
    }
    this.#carriedLength = limit - at;
    this.#position = this.#bytes.length;
    return PART_NONE;
  }

  #beginDataFrame(first: number, length: number): void {
    const rules = this.#rules;
    const opcode = first & 0x0f;
    if (opcode !== CONTINUATION) {
      this.#messageOpcode = opcode;
      this.#messageLength = 0;
      this.#fragments = 0;
      this.isMessageStart = true;
      this.isCompressed = (first & 0x40) !== 0;
      this.#isPlainText = opcode === TEXT && !this.isCompressed && rules.validateUtf8;
      this.#utf8State = UTF8_ACCEPT;
    } else {
      this.isMessageStart = false;
    }
    this.#messageLength += length;
    checkLimits(rules, length, this.isCompressed ? 0 : this.#messageLength, ++this.#fragments);
    this.opcode = this.#messageOpcode;
    this.isFinal = first >= 0x80;
    this.isFrameStart = true;
    this.frameLength = length;
  }

  /** Yields the bytes of the current frame's payload that have arrived; `offset` bytes of it were yielded before. */
  #takePayload(offset: number): number {
    const bytes = this.#bytes;
    const start = this.#position;
    const end = Math.min(start + this.#remaining, bytes.length);
    this.#position = end;
    this.#remaining -= end - start;
    this.source = bytes;
    this.start = start;
    this.end = end;
    if (this.#isPlainText) this.#unmaskText(bytes, start, end, offset);
    else if (this.#isMasked && start !== end) this.#ports.masker.mask(bytes, start, end, this.#maskingKey, offset);
    this.isFrameEnd = this.#remaining === 0;
    if (this.isFrameEnd) {
      this.#remaining = BETWEEN_FRAMES;
      if (this.isFinal) this.#messageOpcode = 0;
    }
    return PART_DATA;
  }

  #unmaskText(bytes: Uint8Array, start: number, end: number, offset: number): void {
    let state = this.#utf8State;
    if (start !== end) state = this.#readText(bytes, start, end, this.#isMasked, this.#maskingKey, offset, state);
    this.#utf8State = state;
    const isTextEnd = this.isFinal && this.#remaining === 0;
    if (state === UTF8_REJECT || (isTextEnd && state !== UTF8_ACCEPT)) throw new ProtocolError('ERR_INVALID_UTF8');
  }

  /** Unmasks text and validates it, in one pass if there is a `textUnmasker`. @returns the state of the validator */
  #readText(
    bytes: Uint8Array,
    start: number,
    end: number,
    isMasked: boolean,
    key: number,
    offset: number,
    state: number,
  ): number {
    const { masker, utf8, textUnmasker } = this.#ports;
    if (isMasked) {
      if (textUnmasker !== undefined) return textUnmasker.unmaskText(bytes, start, end, key, offset, state);
      masker.mask(bytes, start, end, key, offset);
    }
    return utf8.validate(bytes, state, start, end);
  }

  /**
   * Takes a Close frame that is too long. It is the peer's last frame all the same: its payload is skipped, however
   * much arrives, and the piece gets one byte, which is no valid payload of a Close frame either (RFC 6455, 5.5.1).
   */
  #takeLongClose(source: Uint8Array, at: number, shift: number): number {
    this.#carried = null;
    this.#position = at + 2 + shift;
    this.#remaining = Number.POSITIVE_INFINITY;
    this.controlOpcode = CLOSE;
    this.source = source;
    this.start = at;
    this.end = at + 1;
    return PART_CONTROL;
  }

  #takeControl(source: Uint8Array, at: number, payload: number, length: number, limit: number, shift: number): number {
    const end = payload + length;
    if (limit < end) return this.#carry(source, at, limit);
    if (this.#isMasked && length > 0) this.#ports.masker.mask(source, payload, end, this.#maskingKey, 0);
    this.#carried = null;
    this.#position = end + shift;
    this.controlOpcode = source[at]! & 0x0f;
    this.source = source;
    this.start = payload;
    this.end = end;
    return PART_CONTROL;
  }
}
