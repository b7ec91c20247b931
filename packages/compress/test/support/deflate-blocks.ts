// Deflate blocks made by hand (RFC 1951, 3.2), for what no compressor makes.

/** Bits, lowest first. */
class Bits {
  readonly #bits: number[] = [];

  /** A number, lowest bit first. */
  number(count: number, value: number): this {
    for (let i = 0; i < count; i++) this.#bits.push((value >> i) & 1);
    return this;
  }

  /** A Huffman code, highest bit first. */
  code(count: number, value: number): this {
    for (let i = count - 1; i >= 0; i--) this.#bits.push((value >> i) & 1);
    return this;
  }

  align(): this {
    while (this.#bits.length % 8 !== 0) this.#bits.push(0);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    for (const byte of bytes) this.number(8, byte);
    return this;
  }

  take(): Uint8Array {
    this.align();
    const result = new Uint8Array(this.#bits.length / 8);
    for (const [index, bit] of this.#bits.entries()) result[index >> 3]! |= bit << (index & 7);
    return result;
  }
}

/** A stored block, then a block with fixed codes that copies three bytes from `distance` before, as one message. */
export function messageWithDistance(stored: Uint8Array, distance: number): Uint8Array {
  const bits = new Bits().number(3, 0).align().number(16, stored.length).number(16, ~stored.length).bytes(stored);
  // 3.2.5: two codes for each power of two; length 3 is symbol 257, which has the 7-bit code 1.
  const power = Math.max(Math.floor(Math.log2(Math.max(distance - 1, 1))), 1);
  const code = distance <= 4 ? distance - 1 : 2 * power + (((distance - 1) >> (power - 1)) & 1);
  bits.number(3, 0b010).code(7, 1).code(5, code);
  if (distance > 4) bits.number(power - 1, (distance - 1) & ((1 << (power - 1)) - 1));
  return bits.code(7, 0).number(3, 0).take();
}

/** A block with fixed codes whose only match has a distance code that does not exist. */
export function messageWithDistanceCode(code: number): Uint8Array {
  return new Bits()
    .number(3, 0b010)
    .code(8, 0x30 + 65)
    .code(7, 1)
    .code(5, code)
    .number(13, 0)
    .code(7, 0)
    .number(3, 0)
    .take();
}

/**
 * So many blocks with codes of their own, of which each has the end of the block only: 90 bits that make an inflater build
 * tables and yield nothing.
 */
export function emptyDynamicBlocks(count: number): Uint8Array {
  const bits = new Bits();
  for (let i = 0; i < count; i++) {
    // 3.2.7: 257 lengths of codes and one of distances; the lengths of 18 codes for lengths, which are 18 and 1.
    bits.number(3, 0b100).number(5, 0).number(5, 0).number(4, 14);
    for (const length of [0, 0, 1, ...Array(14).fill(0), 1]) bits.number(3, length);
    // 138 and 118 zeros, then 1 for the end of the block and 1 for a distance; then that end.
    bits.code(1, 1).number(7, 127).code(1, 1).number(7, 107).code(1, 0).code(1, 0).code(1, 0);
  }
  return bits.number(3, 0).take();
}
