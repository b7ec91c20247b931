import { brokenStream } from './errors.ts';

/** The longest code that the format allows. */
export const MAX_CODE_LENGTH = 20;
/** Codes up to this length are looked up in a table. Longer codes are rare, and are searched by length. */
const MAX_WIDTH = 10;

/** A Huffman table for decoding. An entry is one number: the lowest 5 bits are the code's length, the bits above its symbol. */
export class HuffmanTable {
  /** Number of bits that index {@link lookup}. */
  readonly width: number;
  /** The entry for each value of the next {@link width} bits. 0: the code is longer than that, or there is none. */
  readonly lookup: Uint16Array;
  /** The symbols in the order of their codes. */
  readonly #symbols: Uint16Array;
  /** For each length, the end of its codes as a 20-bit value. */
  readonly #limits = new Uint32Array(MAX_CODE_LENGTH + 1);
  /** For each length, the number to add to a code for its index in {@link #symbols}. */
  readonly #offsets = new Int32Array(MAX_CODE_LENGTH + 1);

  /**
   * @param lengths code length of each symbol, 1..20. As in `bzip2`, there may be too many or too few codes for a full tree.
   */
  constructor(lengths: Uint8Array) {
    const starts = new Uint16Array(MAX_CODE_LENGTH + 2);
    for (const length of lengths) starts[length + 1]!++;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) starts[length + 1]! += starts[length]!;
    this.#symbols = new Uint16Array(lengths.length);
    const next = starts.slice();
    for (let symbol = 0; symbol < lengths.length; symbol++) this.#symbols[next[lengths[symbol]!]!++] = symbol;
    let longest = MAX_CODE_LENGTH;
    while (starts[longest] === lengths.length) longest--;
    this.width = Math.min(longest, MAX_WIDTH);
    this.lookup = new Uint16Array(1 << this.width);
    this.#assign(starts);
  }

  /**
   * Finds a code that is longer than {@link width}.
   *
   * @param window the next 20 bits
   * @throws {@link DecompressionError} when no code matches
   */
  find(window: number): number {
    for (let length = this.width + 1; length <= MAX_CODE_LENGTH; length++) {
      if (window >= this.#limits[length]!) continue;
      const place = (window >>> (MAX_CODE_LENGTH - length)) + this.#offsets[length]!;
      return (this.#symbols[place]! << 5) | length;
    }
    throw brokenStream('no symbol has such a code');
  }

  /** Assigns codes in the order of length, then of symbol. */
  #assign(starts: Uint16Array): void {
    let code = 0;
    for (let length = 1; length <= MAX_CODE_LENGTH; length++) {
      code <<= 1;
      const start = starts[length]!;
      const end = starts[length + 1]!;
      this.#offsets[length] = start - code;
      if (length <= this.width) this.#fill(length, code, start, end);
      code += end - start;
      // When there are more codes than fit into the length, the codes beyond it are unreachable.
      this.#limits[length] = Math.min(code, 1 << length) << (MAX_CODE_LENGTH - length);
    }
  }

  #fill(length: number, code: number, start: number, end: number): void {
    const shift = this.width - length;
    for (let place = start; place < end; place++) {
      const from = (code + place - start) << shift;
      this.lookup.fill((this.#symbols[place]! << 5) | length, from, from + (1 << shift));
    }
  }
}
