// What is sent in a soak: messages of all sizes, numbered, of which both sides keep a digest.

import { createHash, type Hash } from 'node:crypto';
import { type SeededRandom, seededRandom } from '@ws/testkit';

/** A message of the soak. */
export interface SoakMessage {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
  /** 0: in one frame. */
  readonly fragmentSize: number;
}

/** The text by which a client asks for the server's digest, and by which the answer begins. */
export const ASK = 'digest?';

/** Digits before the rest of a message. */
const NUMBER_LENGTH = 8;

/** Shares of the sizes: most messages are short, a few are long. */
const SIZES: readonly (readonly [share: number, limit: number])[] = [
  [0.7, 256],
  [0.27, 8_192],
  [0.029, 65_536],
  [0.001, 1_048_576],
];

/** Twice what the window of zlib slides over: all pages of its state have been written to after it. */
const FIRST_LENGTH = 131_072;

const POOL_SIZE = 2 ** 20 + NUMBER_LENGTH;

/** Makes messages. One for all connections, since what they are made of is long. */
export class Traffic {
  readonly random: SeededRandom;
  /** Bytes that do not compress, and text that does. */
  readonly #noise: Uint8Array;
  readonly #text: Uint8Array;

  constructor(seed: number) {
    this.random = seededRandom(seed);
    this.#noise = this.random.bytes(POOL_SIZE);
    const words = Array.from({ length: 512 }, () => this.random.uint32().toString(36));
    let text = '';
    while (text.length < POOL_SIZE) text += `{"${words[this.random.below(512)]}":${this.random.below(1000)}}\n`;
    this.#text = new TextEncoder().encode(text.slice(0, POOL_SIZE));
  }

  /** The message of a number, which it begins with. */
  message(number: number): SoakMessage {
    const { random } = this;
    // The first is long and compressible: whatever a connection comes to need, it has from the start.
    const length = number === 0 ? FIRST_LENGTH : NUMBER_LENGTH + random.below(this.#limit());
    const isBinary = random.below(2) === 0;
    const pool = isBinary && number > 0 && random.below(2) === 0 ? this.#noise : this.#text;
    const start = random.below(POOL_SIZE - length + 1);
    const payload = pool.slice(start, start + length);
    payload.set(Buffer.from(`${number}`.padStart(NUMBER_LENGTH, '0')));
    const fragmentSize = random.below(10) === 0 ? Math.ceil(length / (1 + random.below(8))) : 0;
    return { payload, isBinary, fragmentSize };
  }

  #limit(): number {
    let share = this.random.uint32() / 2 ** 32;
    for (const [part, limit] of SIZES) {
      if (share < part) return limit;
      share -= part;
    }
    return 256;
  }
}

/** The number that a message begins with. */
export function numberOf(payload: Uint8Array): number {
  return Number(Buffer.from(payload.buffer, payload.byteOffset, NUMBER_LENGTH).toString());
}

/** Count and SHA-256 of a sequence of messages. */
export class Ledger {
  count = 0;
  bytes = 0;
  readonly #hash: Hash = createHash('sha256');

  add(payload: Uint8Array, isBinary: boolean): void {
    this.count++;
    this.bytes += payload.length;
    this.#hash.update(isBinary ? 'b' : 't').update(payload);
  }

  /** Ends it. */
  toString(): string {
    return `${this.count} messages, ${this.bytes} bytes, ${this.#hash.digest('hex')}`;
  }
}
