import { UTF8_ACCEPT, UTF8_REJECT, type Utf8Validator as Utf8Port } from '@ws/types';
import { sharedAccelerator } from './accelerator.ts';

/** What {@link Utf8Validator.validate} tells. */
export interface Utf8Result {
  /** Whether all so far is valid: it may still be inside a code point. */
  readonly valid: boolean;
  /** Whether it is valid and complete. */
  readonly endsOnCodePoint: boolean;
  /** How many bytes of this chunk are valid: its length, or the index of the byte that is wrong. */
  readonly currentIndex: number;
  /** The same, counted from the start or the last {@link Utf8Validator.reset}. */
  readonly totalIndex: number;
}

/**
 * Incremental validation of UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF; wrong at the
 * first byte that makes it so. Takes the same memory however long the text is.
 *
 * @example
 * const validator = new Utf8Validator();
 * validator.validate(Uint8Array.of(0xe2, 0x82)); // valid, but not endsOnCodePoint
 * validator.validate(Uint8Array.of(0xac)); // valid and endsOnCodePoint: €
 */
export class Utf8Validator {
  readonly #utf8: Utf8Port;
  #state: number = UTF8_ACCEPT;
  #total = 0;

  /** @param utf8 what does the work; by default the fastest that there is here */
  constructor(utf8: Utf8Port = sharedAccelerator().utf8) {
    this.#utf8 = utf8;
  }

  /** Forgets everything: the next byte is the first of a text. */
  reset(): void {
    this.#state = UTF8_ACCEPT;
    this.#total = 0;
  }

  /** Goes on with the next bytes of the text. Once a text was wrong, it stays so until {@link reset}. */
  validate(chunk: Uint8Array): Utf8Result {
    const before = this.#state;
    this.#state = this.#utf8.validate(chunk, before, 0, chunk.length);
    const valid = this.#state !== UTF8_REJECT;
    const currentIndex = valid ? chunk.length : this.#firstWrong(chunk, before);
    this.#total += currentIndex;
    return { valid, endsOnCodePoint: this.#state === UTF8_ACCEPT, currentIndex, totalIndex: this.#total };
  }

  /** By halves: each step goes over half of what the one before it went over. 0 when it was wrong before. */
  #firstWrong(chunk: Uint8Array, before: number): number {
    let state = before;
    let low = 0;
    let high = chunk.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      const reached = this.#utf8.validate(chunk, state, low, middle);
      if (reached === UTF8_REJECT) high = middle;
      else {
        state = reached;
        low = middle;
      }
    }
    return low;
  }
}
