import { DECOMPRESSION_STEP, type Decompressor } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { compressedData, Output } from './output.ts';
import { SlidingWindow } from './sliding-window.ts';
import { END_PROBE, MAX_FINAL_BLOCKS, PROBE_ROOM } from './trailer.ts';

/** Inflates raw deflate data (RFC 1951). Many connections can use one inflater in turn. */
export interface RawInflater {
  /**
   * The most bytes of input that one step of a decompressor may read. It keeps a step to about a millisecond even when the
   * input yields nothing: a block of 11 bytes can hold no data and still make the inflater build tables.
   */
  readonly inputStep: number;
  /** Bytes read by the last {@link inflate} or {@link probe}. */
  readonly bytesRead: number;
  /** Resets the inflater to a window that holds `dictionary`. */
  start(dictionary: Uint8Array): void;
  /**
   * Inflates `bytes` until all of them are read or `room` bytes are written. When it writes `room` bytes, more output may
   * follow even without input. When it writes fewer and leaves input, a block with BFINAL ended before that input.
   *
   * @param room at most `DECOMPRESSION_STEP`
   * @returns the output, in memory that belongs to the caller unless it is empty
   * @throws {@link DecompressionError}
   */
  inflate(bytes: Uint8Array, room: number): Uint8Array;
  /**
   * Inflates {@link END_PROBE}. Stops at the end of a block, or when `room` bytes are written.
   *
   * @returns the output, in memory that belongs to the caller unless it is empty
   * @throws {@link DecompressionError}
   */
  probe(room: number): Uint8Array;
  close(): void;
}

/** Lends a {@link MessageInflater} one inflater per message. */
export interface InflaterSource {
  /** Takes an inflater that was started with the bytes of `window`, or whose own window already holds them. */
  take(window: SlidingWindow): RawInflater;
  /** Gives back the inflater after the message. An inflater that failed is closed instead. */
  give(inflater: RawInflater): void;
  /** Frees the resources that the source holds for the connection. */
  close?(): void;
}

/**
 * A shortcut for messages that arrive whole. It does at most the work of one step and yields at most `DECOMPRESSION_STEP`
 * bytes.
 *
 * @returns the message; `null` when the shortcut cannot decide or one step is not enough, and the message is inflated in steps
 * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`
 */
export type InflateWhole = (bytes: Uint8Array, dictionary: Uint8Array, maxLength: number) => Uint8Array | null;

/** Restarting an inflater behind a final block takes about as long as this many bytes of input can. */
const START_COST = 1024;

/**
 * Decompresses messages by RFC 7692, 7.2.2, in pieces of any size and in steps of at most `DECOMPRESSION_STEP` bytes.
 *
 * Between messages it owns the window that context takeover needs, at most 40 KiB. In the middle of a message it also holds
 * the unread rest of the last piece, and an inflater borrowed from its source (about 45 KB). It keeps no output.
 */
export class MessageInflater implements Decompressor {
  readonly #source: InflaterSource;
  readonly #contextTakeover: boolean;
  readonly #inflateWhole: InflateWhole | undefined;
  readonly #window: SlidingWindow;
  /** Borrowed from the source in the middle of a message, else `null`. */
  #inflater: RawInflater | null = null;
  /** Input that the last step has not read. It is copied before the call returns. */
  #rest: Uint8Array = EMPTY_BYTES;
  #hasMore = false;
  #hasInput = false;
  #finalBlocks = 0;
  /** Bytes of this step's output that are in the window already. */
  #recorded = 0;

  constructor(windowBits: number, contextTakeover: boolean, source: InflaterSource, inflateWhole?: InflateWhole) {
    this.#source = source;
    this.#contextTakeover = contextTakeover;
    this.#inflateWhole = inflateWhole;
    this.#window = new SlidingWindow(1 << windowBits);
  }

  get hasMore(): boolean {
    return this.#hasMore;
  }

  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (this.#hasMore) return this.#continue(bytes, isFinal, maxLength);
    if (isFinal && !this.#hasInput && bytes.length > 0 && this.#inflateWhole !== undefined) {
      const whole = this.#inflateWhole(bytes, this.#window.last(), maxLength);
      if (whole !== null) {
        if (this.#contextTakeover) this.#window.append(whole);
        return whole;
      }
    }
    if (bytes.length > 0) this.#hasInput = true;
    const result = this.#step(bytes, bytes.length > 0, isFinal, maxLength);
    // The caller's bytes are lent for the call only.
    if (this.#hasMore) this.#rest = this.#rest.slice();
    return result;
  }

  close(): void {
    this.#inflater?.close();
    this.#inflater = null;
    this.#source.close?.();
    this.#window.clear();
    this.#rest = EMPTY_BYTES;
    this.#hasMore = false;
  }

  /** Runs the next step of a call that left work undone. */
  #continue(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (bytes.length > 0) throw new TypeError('a piece was given before the one before was decompressed (hasMore)');
    const rest = this.#rest;
    this.#rest = EMPTY_BYTES;
    this.#hasMore = false;
    return this.#step(rest, true, isFinal, maxLength);
  }

  #step(input: Uint8Array, inflates: boolean, isFinal: boolean, maxLength: number): Uint8Array {
    const output = new Output(maxLength);
    this.#recorded = 0;
    const rest = inflates ? this.#inflate(input, output) : EMPTY_BYTES;
    // When the output fills the step, more may follow; only another step can tell.
    let isDone = rest.length === 0 && output.length < DECOMPRESSION_STEP;
    // A message without any payload is not the encoding of an empty message (7.2.3.6), but can only mean one.
    if (isDone && isFinal && this.#hasInput) isDone = this.#prove(output);
    // The window is needed by later messages, and by input behind a final block.
    if (this.#contextTakeover || !isFinal || rest.length > 0) this.#record(output);
    this.#rest = rest;
    this.#hasMore = !isDone;
    if (isDone && isFinal) this.#endMessage();
    return output.take();
  }

  /** @returns the unread input, for the next step */
  #inflate(input: Uint8Array, output: Output): Uint8Array {
    const inflater = this.#borrow();
    let effort = inflater.inputStep;
    let rest = input;
    do {
      const given = rest.length > effort ? rest.subarray(0, effort) : rest;
      output.push(inflater.inflate(given, output.room));
      const read = inflater.bytesRead;
      rest = read === rest.length ? EMPTY_BYTES : rest.subarray(read);
      if (output.length >= DECOMPRESSION_STEP) return rest;
      effort -= read;
      if (read === given.length) continue;
      // 7.2.3.4: input follows a block with BFINAL. The inflater is restarted at a byte boundary with the same window.
      if (++this.#finalBlocks > MAX_FINAL_BLOCKS) throw compressedData('too many final blocks in one message');
      this.#record(output);
      inflater.start(this.#window.last());
      effort -= START_COST;
    } while (rest.length > 0 && effort > 0);
    return rest;
  }

  /**
   * Inflates the tail that the sender cut off, and checks that the message is complete.
   *
   * @returns whether this step had room for the tail; if not, the next step tries again
   */
  #prove(output: Output): boolean {
    if (DECOMPRESSION_STEP - output.length < PROBE_ROOM) return false;
    const inflater = this.#borrow();
    output.push(inflater.probe(output.room));
    const read = inflater.bytesRead;
    // No byte of the tail is read when the payload itself ended with a final block; the next message will find that too.
    if (read !== 0 && read !== END_PROBE.length - 1) throw compressedData('the message is cut off within a block');
    return true;
  }

  #borrow(): RawInflater {
    this.#inflater ??= this.#source.take(this.#window);
    return this.#inflater;
  }

  #record(output: Output): void {
    if (output.length === this.#recorded) return;
    this.#window.append(output.take().subarray(this.#recorded));
    this.#recorded = output.length;
  }

  #endMessage(): void {
    if (this.#inflater !== null) this.#source.give(this.#inflater);
    this.#inflater = null;
    this.#hasInput = false;
    this.#finalBlocks = 0;
    if (!this.#contextTakeover) this.#window.clear();
  }
}
