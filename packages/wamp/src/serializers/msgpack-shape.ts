// Whether the bytes can be the MessagePack that their headers claim, before a decoder makes room for it: each value takes
// a byte at least, so that a few bytes cannot ask for gigabytes. What lies inside of text is left to the decoder.

import { MAX_DEPTH, TOO_DEEP } from './limits.ts';

const CUT_OFF = 'the end is missing';

/**
 * Checks MessagePack.
 *
 * @returns whether it holds neither the text `__proto__`, be it as a key or not, nor an integer of more than 53 bits
 * @throws RangeError when the end is missing, or when it goes deeper than {@link MAX_DEPTH}
 */
export function checkMsgpackShape(bytes: Uint8Array): boolean {
  const shape = new MsgpackShape(bytes);
  shape.check();
  return shape.isUsual;
}

class MsgpackShape {
  isUsual = true;
  readonly #bytes: Uint8Array;
  #at = 0;
  /** The values that are still to come, of all containers together. */
  #pending = 1;
  /** How many values are still to come when the innermost container has ended; -1 outside of all. */
  #end = -1;
  /** The same of the containers around it. */
  readonly #ends: number[] = [];

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  check(): void {
    const bytes = this.#bytes;
    while (this.#pending > 0) {
      if (this.#pending > bytes.length - this.#at) throw new RangeError(CUT_OFF);
      const head = bytes[this.#at++]!;
      this.#pending--;
      if (head >= 0xa0 && head < 0xc0) this.#passText(head & 0x1f);
      else if (head >= 0x80 && head < 0x90) this.#enter(2 * (head & 0x0f));
      else if (head >= 0x90 && head < 0xa0) this.#enter(head & 0x0f);
      else if (head >= 0xc0 && head < 0xe0) this.#passSized(head);
      if (this.#at > bytes.length) throw new RangeError(CUT_OFF);
      while (this.#end === this.#pending) this.#end = this.#ends.pop()!;
    }
  }

  #passText(length: number): void {
    if (length === PROTO.length && this.#isProto()) this.isUsual = false;
    this.#at += length;
  }

  #enter(count: number): void {
    if (this.#ends.length === MAX_DEPTH) throw new RangeError(TOO_DEEP);
    this.#ends.push(this.#end);
    this.#end = this.#pending;
    this.#pending += count;
  }

  #passSized(head: number): void {
    const size = LENGTH_SIZE[head - 0xc0]!;
    const length = size === 0 ? 0 : this.#readUint(size);
    if (head >= 0xde) this.#enter(2 * length);
    else if (head >= 0xdc) this.#enter(length);
    else if (head >= 0xd9) this.#passText(length);
    else {
      if ((head === 0xcf || head === 0xd3) && this.#isWide(head)) this.isUsual = false;
      this.#at += length + EXTRA[head - 0xc0]!;
    }
  }

  /** Goes past a length of so many bytes. */
  #readUint(size: number): number {
    if (size > this.#bytes.length - this.#at) throw new RangeError(CUT_OFF);
    let value = 0;
    for (let i = 0; i < size; i++) value = value * 256 + this.#bytes[this.#at++]!;
    return value;
  }

  #isProto(): boolean {
    return PROTO.every((byte, i) => this.#bytes[this.#at + i] === byte);
  }

  /** Whether the integer of 64 bits has more than 53. */
  #isWide(head: number): boolean {
    const [first = 0, second = 0] = this.#bytes.subarray(this.#at, this.#at + 2);
    const high = (first << 8) | second;
    return high >= 0x20 && (head === 0xcf || high < 0xffe0);
  }
}

const PROTO: readonly number[] = [0x5f, 0x5f, 0x70, 0x72, 0x6f, 0x74, 0x6f, 0x5f, 0x5f];

// For the heads 0xc0 to 0xdf: how many bytes the length takes, and how many follow beside those that it counts.
const LENGTH_SIZE = [0, 0, 0, 0, 1, 2, 4, 1, 2, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 2, 4, 2, 4, 2, 4];
const EXTRA = [0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 4, 8, 1, 2, 4, 8, 1, 2, 4, 8, 2, 3, 5, 9, 17, 0, 0, 0, 0, 0, 0, 0];
