import { UTF8_ACCEPT, UTF8_REJECT, type Utf8Validator as Utf8Port } from '@ws/types';
import { sharedAccelerator } from './accelerator.ts';

/** Result of {@link Utf8Validator.validate}. */
export interface Utf8Result {
  /** Whether the text so far is valid. It may end inside a code point. */
  readonly valid: boolean;
  /** Whether the text so far is valid and complete. */
  readonly endsOnCodePoint: boolean;
  /** Number of valid bytes in this chunk: its length, or the index of the invalid byte. */
  readonly currentIndex: number;
  /** Number of valid bytes since the start or the last {@link Utf8Validator.reset}. */
  readonly totalIndex: number;
}

/**
 * Incremental validation of UTF-8 (RFC 3629): no overlong forms, no surrogates, nothing above U+10FFFF. A text is invalid from
 * the first byte that makes it so. The memory does not depend on the length of the text.
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

  /** @param utf8 the port that validates. Default: the fastest one for this runtime. */
  constructor(utf8: Utf8Port = sharedAccelerator().utf8) {
    this.#utf8 = utf8;
  }

  /** Starts anew: the next byte is the first of a text. */
  reset(): void {
    this.#state = UTF8_ACCEPT;
    this.#total = 0;
  }

  /** Validates the next bytes of the text. An invalid text stays invalid until {@link reset}. */
  validate(chunk: Uint8Array): Utf8Result {
    const before = this.#state;
    this.#state = this.#utf8.validate(chunk, before, 0, chunk.length);
    const valid = this.#state !== UTF8_REJECT;
    const currentIndex = valid ? chunk.length : this.#firstWrong(chunk, before);
    this.#total += currentIndex;
    return { valid, endsOnCodePoint: this.#state === UTF8_ACCEPT, currentIndex, totalIndex: this.#total };
  }

  /**
   * Finds the first invalid byte by bisection: each step validates half as many bytes as the one before. 0 when the text was
   * invalid before this chunk.
   */
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
