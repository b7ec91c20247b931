// Reads deflate data (RFC 1951) only to learn how far back it refers. zlib cannot tell: inside one output buffer it
// accepts distances beyond the window that was agreed, so a peer that ignores the window goes unseen.

const LENGTH_BASE = [
  3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131, 163, 195, 227, 258,
];
const LENGTH_EXTRA = [0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0];
const DISTANCE_BASE = [
  1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537, 2049, 3073, 4097, 6145,
  8193, 12289, 16385, 24577,
];
const CODE_LENGTH_ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];
const MAX_BITS = 15;

interface Huffman {
  readonly counts: Uint16Array;
  readonly symbols: Uint16Array;
}

/**
 * The longest distance of all back references in a message compressed by permessage-deflate; 0 when it has none.
 *
 * @throws RangeError when the octets are not deflate.
 */
export function farthestDistance(octets: Uint8Array): number {
  const bits = new BitReader(octets);
  let farthest = 0;
  // A message ends with its octets: the last block is the empty stored one whose length was cut off.
  while (!bits.isAtEnd) {
    const isFinal = bits.read(1);
    const type = bits.read(2);
    if (type === 3) throw new RangeError('deflate block of the reserved type');
    if (type === 0) {
      bits.align();
      if (bits.isAtEnd) break;
      const length = bits.read(16);
      bits.read(16);
      bits.skipBytes(length);
    } else {
      const [literals, distances] = type === 1 ? fixedCodes() : readCodes(bits);
      farthest = Math.max(farthest, readBlock(bits, literals, distances));
    }
    if (isFinal === 1) break;
  }
  return farthest;
}

function readBlock(bits: BitReader, literals: Huffman, distances: Huffman): number {
  let farthest = 0;
  for (;;) {
    const symbol = bits.decode(literals);
    if (symbol < 256) continue;
    if (symbol === 256) return farthest;
    const index = symbol - 257;
    if (LENGTH_BASE[index] === undefined) throw new RangeError('deflate length code out of range');
    bits.read(LENGTH_EXTRA[index]!);
    const code = bits.decode(distances);
    const base = DISTANCE_BASE[code];
    if (base === undefined) throw new RangeError('deflate distance code out of range');
    const distance = base + bits.read(code < 4 ? 0 : (code >> 1) - 1);
    if (distance > farthest) farthest = distance;
  }
}

function readCodes(bits: BitReader): [Huffman, Huffman] {
  const literalCount = bits.read(5) + 257;
  const distanceCount = bits.read(5) + 1;
  const codeCount = bits.read(4) + 4;
  const codeLengths = new Uint8Array(19);
  for (let i = 0; i < codeCount; i++) codeLengths[CODE_LENGTH_ORDER[i]!] = bits.read(3);
  const codes = buildHuffman(codeLengths);
  const lengths = new Uint8Array(literalCount + distanceCount);
  for (let i = 0; i < lengths.length; ) {
    const symbol = bits.decode(codes);
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const value = symbol === 16 ? (lengths[i - 1] ?? 0) : 0;
    const repeat = symbol === 16 ? 3 + bits.read(2) : symbol === 17 ? 3 + bits.read(3) : 11 + bits.read(7);
    lengths.fill(value, i, i + repeat);
    i += repeat;
  }
  return [buildHuffman(lengths.subarray(0, literalCount)), buildHuffman(lengths.subarray(literalCount))];
}

function fixedCodes(): [Huffman, Huffman] {
  const lengths = new Uint8Array(288).fill(8).fill(9, 144, 256).fill(7, 256, 280);
  return [buildHuffman(lengths), buildHuffman(new Uint8Array(30).fill(5))];
}

function buildHuffman(lengths: Uint8Array): Huffman {
  const counts = new Uint16Array(MAX_BITS + 1);
  for (const length of lengths) counts[length]!++;
  counts[0] = 0;
  const offsets = new Uint16Array(MAX_BITS + 2);
  for (let i = 1; i <= MAX_BITS; i++) offsets[i + 1] = offsets[i]! + counts[i]!;
  const symbols = new Uint16Array(lengths.length);
  lengths.forEach((length, symbol) => {
    if (length !== 0) symbols[offsets[length]!++] = symbol;
  });
  return { counts, symbols };
}

class BitReader {
  readonly #octets: Uint8Array;
  #position = 0;
  #bits = 0;
  #bitCount = 0;

  constructor(octets: Uint8Array) {
    this.#octets = octets;
  }

  get isAtEnd(): boolean {
    return this.#position >= this.#octets.length && this.#bitCount === 0;
  }

  read(count: number): number {
    while (this.#bitCount < count) this.#load();
    const value = this.#bits & ((1 << count) - 1);
    this.#bits >>>= count;
    this.#bitCount -= count;
    return value;
  }

  /** Drops the rest of the current byte. */
  align(): void {
    const rest = this.#bitCount & 7;
    this.#bits >>>= rest;
    this.#bitCount -= rest;
  }

  skipBytes(count: number): void {
    // After `align` and 32 bits of lengths nothing is left in the bit buffer.
    this.#position += count;
    if (this.#position > this.#octets.length) throw new RangeError('deflate data ends inside a stored block');
  }

  decode(huffman: Huffman): number {
    let code = 0;
    let first = 0;
    let index = 0;
    for (let length = 1; length <= MAX_BITS; length++) {
      if (this.#bitCount === 0) this.#load();
      code |= this.#bits & 1;
      this.#bits >>>= 1;
      this.#bitCount--;
      const count = huffman.counts[length]!;
      if (code - first < count) return huffman.symbols[index + code - first]!;
      index += count;
      first = (first + count) << 1;
      code <<= 1;
    }
    throw new RangeError('deflate code without a meaning');
  }

  #load(): void {
    const octet = this.#octets[this.#position++];
    if (octet === undefined) throw new RangeError('deflate data ends inside a block');
    this.#bits |= octet << this.#bitCount;
    this.#bitCount += 8;
  }
}
