import { DECOMPRESSION_STEP, type Decompressor } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { compressedData, Output } from './output.ts';
import { SlidingWindow } from './sliding-window.ts';
import { END_PROBE, MAX_FINAL_BLOCKS, PROBE_ROOM } from './trailer.ts';

/** A way to inflate raw deflate data (RFC 1951), which many connections can use in turn. */
export interface RawInflater {
  /**
   * The most bytes of input that one step of a decompressor may read, so that a step takes about a millisecond even where
   * the input yields nothing: a block of 11 bytes can make the inflater build tables and hold no data.
   */
  readonly inputStep: number;
  /** How many bytes the last {@link inflate} or {@link probe} has read. */
  readonly bytesRead: number;
  /** Forgets everything and goes on from a window that holds `dictionary`. */
  start(dictionary: Uint8Array): void;
  /**
   * Inflates `bytes` until all of them are read or `room` bytes are written. Where it writes `room` bytes there may be
   * more to come, even without input. Where it writes fewer and leaves input, a block with BFINAL ended before that input.
   *
   * @param room at most `DECOMPRESSION_STEP`
   * @returns memory of its own, unless it is empty
   * @throws {@link DecompressionError}
   */
  inflate(bytes: Uint8Array, room: number): Uint8Array;
  /**
   * Inflates {@link END_PROBE}, and stops at the end of a block, or when `room` bytes are written.
   *
   * @returns memory of its own, unless it is empty
   * @throws {@link DecompressionError}
   */
  probe(room: number): Uint8Array;
  close(): void;
}

/** Where a {@link MessageInflater} has its inflaters from: one for each message. */
export interface InflaterSource {
  /** An inflater that was started with what `window` holds, or that has seen all of it itself. */
  take(window: SlidingWindow): RawInflater;
  /** Gives back what was taken, after a message. One that failed is closed instead. */
  give(inflater: RawInflater): void;
  /** Frees what it keeps for the connection. */
  close?(): void;
}

/**
 * A shortcut for messages that arrive whole. It does no more work than a step may take, and yields no more than
 * `DECOMPRESSION_STEP` bytes.
 *
 * @returns `null` when it cannot tell, or would have more to do
 * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`
 */
export type InflateWhole = (bytes: Uint8Array, dictionary: Uint8Array, maxLength: number) => Uint8Array | null;

/** Starting an inflater anew behind a final block takes about as long as so many bytes of input can. */
const START_COST = 1024;

/**
 * Decompresses messages as RFC 7692, 7.2.2 says, in pieces of any size and in steps of `DECOMPRESSION_STEP` bytes.
 *
 * Between messages it owns the window that context takeover needs, at most 40 KiB. In the middle of a message it owns the
 * window, the rest of the piece that it was given last, and an inflater that it borrows from a source (about 45 KB); it
 * keeps no output.
 */
export class MessageInflater implements Decompressor {
  readonly #source: InflaterSource;
  readonly #contextTakeover: boolean;
  readonly #inflateWhole: InflateWhole | undefined;
  readonly #window: SlidingWindow;
  /** Borrowed while a message is under way. */
  #inflater: RawInflater | null = null;
  /** The input that the last step has left: of a copy, as soon as the call returns. */
  #rest: Uint8Array = EMPTY_BYTES;
  #hasMore = false;
  #hasInput = false;
  #finalBlocks = 0;
  /** How much of this call's output is in the window. */
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
    // The caller has lent its bytes for the length of the call.
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

  /** The next step of a call that was not done. */
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
    // Output that exactly fills a step may be all that there was, which only a next step can tell.
    let isDone = rest.length === 0 && output.length < DECOMPRESSION_STEP;
    // A message without any payload is not what 7.2.3.6 makes of an empty one, but there is only one thing to read in it.
    if (isDone && isFinal && this.#hasInput) isDone = this.#prove(output);
    // The window is for messages that follow, and for input that may stand behind a final block.
    if (this.#contextTakeover || !isFinal || rest.length > 0) this.#record(output);
    this.#rest = rest;
    this.#hasMore = !isDone;
    if (isDone && isFinal) this.#endMessage();
    return output.take();
  }

  /** @returns the input that is left for the next step */
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
      // 7.2.3.4: a block with BFINAL, and something behind it. The window stays, the bits begin anew.
      if (++this.#finalBlocks > MAX_FINAL_BLOCKS) throw compressedData('too many final blocks in one message');
      this.#record(output);
      inflater.start(this.#window.last());
      effort -= START_COST;
    } while (rest.length > 0 && effort > 0);
    return rest;
  }

  /**
   * Puts the tail behind the payload, and makes sure that the message was complete.
   *
   * @returns whether there was room for it in this step
   */
  #prove(output: Output): boolean {
    if (DECOMPRESSION_STEP - output.length < PROBE_ROOM) return false;
    const inflater = this.#borrow();
    output.push(inflater.probe(output.room));
    const read = inflater.bytesRead;
    // Nothing is read where the payload itself ended with a final block; the next message will find that too.
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
