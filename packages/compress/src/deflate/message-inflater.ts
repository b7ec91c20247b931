import type { Decompressor } from '@ws/types';
import { compressedData, Output } from './output.ts';
import { SlidingWindow } from './sliding-window.ts';
import { END_PROBE, MAX_FINAL_BLOCKS } from './trailer.ts';

/** A way to inflate raw deflate data (RFC 1951), which many connections can use in turn. */
export interface RawInflater {
  /** Forgets everything and goes on from a window that holds `dictionary`. */
  start(dictionary: Uint8Array): void;
  /**
   * Inflates `bytes` into `output`.
   *
   * @returns how many were read: less than all when a block with BFINAL ended before, or had ended already
   * @throws {@link DecompressionError}
   */
  inflate(bytes: Uint8Array, output: Output): number;
  /**
   * Inflates {@link END_PROBE}, and stops at the end of a block.
   *
   * @returns how many bytes were read
   * @throws {@link DecompressionError}
   */
  probe(output: Output): number;
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
 * A shortcut for messages that arrive whole.
 *
 * @returns `null` when it cannot tell
 * @throws {@link DecompressionError} `ERR_MESSAGE_TOO_BIG`
 */
export type InflateWhole = (bytes: Uint8Array, dictionary: Uint8Array, maxLength: number) => Uint8Array | null;

/**
 * Decompresses messages as RFC 7692, 7.2.2 says, in pieces of any size. What it owns
 * between messages is the window that context takeover needs; an inflater it has from a source.
 */
export class MessageInflater implements Decompressor {
  readonly #source: InflaterSource;
  readonly #contextTakeover: boolean;
  readonly #inflateWhole: InflateWhole | undefined;
  readonly #window: SlidingWindow;
  /** Borrowed while a message is under way. */
  #inflater: RawInflater | null = null;
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

  decompress(bytes: Uint8Array, isFinal: boolean, maxLength: number): Uint8Array {
    if (isFinal && !this.#hasInput && bytes.length > 0 && this.#inflateWhole !== undefined) {
      const whole = this.#inflateWhole(bytes, this.#window.last(), maxLength);
      if (whole !== null) {
        if (this.#contextTakeover) this.#window.append(whole);
        return whole;
      }
    }
    const output = new Output(maxLength);
    this.#recorded = 0;
    if (bytes.length > 0) {
      this.#hasInput = true;
      this.#inflate(bytes, output);
    }
    // A message without any payload is not what 7.2.3.6 makes of an empty one, but there is only one thing to read in it.
    if (isFinal && this.#hasInput) this.#prove(output);
    if (this.#contextTakeover || !isFinal) this.#record(output);
    if (isFinal) this.#endMessage();
    return output.take();
  }

  close(): void {
    this.#inflater?.close();
    this.#inflater = null;
    this.#source.close?.();
    this.#window.clear();
  }

  #inflate(bytes: Uint8Array, output: Output): void {
    let inflater = this.#borrow();
    let rest = bytes;
    for (;;) {
      const read = inflater.inflate(rest, output);
      if (read === rest.length) return;
      // 7.2.3.4: a block with BFINAL, and something behind it. The window stays, the bits begin anew.
      if (++this.#finalBlocks > MAX_FINAL_BLOCKS) throw compressedData('too many final blocks in one message');
      this.#record(output);
      inflater = this.#borrow();
      inflater.start(this.#window.last());
      rest = rest.subarray(read);
    }
  }

  /** Puts the tail behind the payload, and makes sure that the message was complete. */
  #prove(output: Output): void {
    const read = this.#borrow().probe(output);
    // Nothing is read where the payload itself ended with a final block; the next message will find that too.
    if (read !== 0 && read !== END_PROBE.length - 1) throw compressedData('the message is cut off within a block');
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
