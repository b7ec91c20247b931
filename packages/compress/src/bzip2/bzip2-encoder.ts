import { sortRotations } from './block-sort.ts';
import { combineCrc, FIRST_CRC, updateCrcByRun } from './crc.ts';
import { assignCodes, codeLengths } from './huffman-codes.ts';

const RUN_A = 0;
const RUN_B = 1;
const GROUP_SIZE = 50;
const ITERATIONS = 4;
/** Bytes left free at the end of a block, since the run in progress may still add to it. */
const BLOCK_SLACK = 19;
const LONGEST_RUN = 255;
const NONE = 256;

/**
 * Encodes one bzip2 stream. Its output is byte for byte that of the `bzip2` program, except for blocks of 10,000 bytes or
 * more that are one repeated pattern: there the field that says where the block lies among its sorted rotations may point
 * to another, equal rotation.
 */
export class Bzip2Encoder {
  readonly #bits = new BitWriter();
  readonly #maxBlock: number;
  #block: Uint8Array = new Uint8Array(1024);
  #length = 0;
  #blockCrc: number = FIRST_CRC;
  #streamCrc = 0;
  /** The run in progress. It belongs to the block in which it ends. */
  #runByte = NONE;
  #runLength = 0;

  /** @param level block size in units of 100,000 bytes, 1..9 */
  constructor(level: number) {
    this.#maxBlock = level * 100_000 - BLOCK_SLACK;
    for (const byte of [0x42, 0x5a, 0x68, 0x30 + level]) this.#bits.write(8, byte);
  }

  push(bytes: Uint8Array): void {
    for (let i = 0; i < bytes.length; i++) {
      const byte = bytes[i]!;
      if (byte === this.#runByte && this.#runLength < LONGEST_RUN) {
        this.#runLength++;
        continue;
      }
      this.#endRun();
      if (this.#length >= this.#maxBlock) this.#endBlock();
      this.#runByte = byte;
      this.#runLength = 1;
    }
  }

  /** Ends the stream and returns it. */
  finish(): Uint8Array {
    this.#endRun();
    if (this.#length > 0) this.#endBlock();
    this.#bits.write(24, 0x177245);
    this.#bits.write(24, 0x385090);
    this.#bits.write(32, this.#streamCrc);
    return this.#bits.finish();
  }

  /** Run-length coding, the first stage: after four equal bytes, one byte says how many more follow. */
  #endRun(): void {
    const byte = this.#runByte;
    if (byte === NONE) return;
    this.#blockCrc = updateCrcByRun(this.#blockCrc, byte, this.#runLength);
    if (this.#length + 5 > this.#block.length) this.#grow();
    for (let i = Math.min(this.#runLength, 4); i > 0; i--) this.#block[this.#length++] = byte;
    if (this.#runLength >= 4) this.#block[this.#length++] = this.#runLength - 4;
    this.#runByte = NONE;
  }

  #grow(): void {
    const larger = new Uint8Array(Math.min(this.#block.length * 4, this.#maxBlock + BLOCK_SLACK));
    larger.set(this.#block);
    this.#block = larger;
  }

  #endBlock(): void {
    const crc = ~this.#blockCrc;
    this.#streamCrc = combineCrc(this.#streamCrc, crc);
    const block = this.#block.subarray(0, this.#length);
    const order = sortRotations(block);
    this.#bits.write(24, 0x314159);
    this.#bits.write(24, 0x265359);
    this.#bits.write(32, crc);
    this.#bits.write(1, 0);
    this.#bits.write(24, order.indexOf(0));
    const used = usedBytes(block);
    writeUsedBytes(this.#bits, used);
    writeSymbols(this.#bits, toSymbols(block, order, used), used.length + 2);
    this.#length = 0;
    this.#blockCrc = FIRST_CRC;
  }
}

/** The byte values that occur, in order. */
function usedBytes(block: Uint8Array): number[] {
  const occurs = new Uint8Array(256);
  for (const byte of block) occurs[byte] = 1;
  return [...occurs.keys()].filter(byte => occurs[byte] === 1);
}

/** Writes two levels of bit maps: which ranges of 16 byte values occur, then which values within each of those ranges. */
function writeUsedBytes(bits: BitWriter, used: readonly number[]): void {
  const maps = new Uint16Array(16);
  for (const byte of used) maps[byte >> 4]! |= 0x8000 >> (byte & 15);
  for (const map of maps) bits.write(1, map === 0 ? 0 : 1);
  for (const map of maps) if (map !== 0) bits.write(16, map);
}

/**
 * Move-to-front coding of the last bytes of the sorted rotations: each byte becomes its position in a list with the most
 * recent byte in front. A run of position 0 becomes its length in binary with the digits 1 (RUN_A) and 2 (RUN_B), lowest
 * first. The last symbol marks the end of the block.
 */
function toSymbols(block: Uint8Array, order: Uint32Array, used: readonly number[]): Uint16Array {
  const recent = Uint8Array.from(used);
  const symbols = new Uint16Array(block.length + 1);
  let count = 0;
  let zeros = 0;
  for (let i = 0; i < order.length; i++) {
    const start = order[i]!;
    const byte = block[start === 0 ? block.length - 1 : start - 1]!;
    if (recent[0] === byte) {
      zeros++;
      continue;
    }
    for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols[count++] = zeros & 1 ? RUN_A : RUN_B;
    const position = recent.indexOf(byte);
    recent.copyWithin(1, 0, position);
    recent[0] = byte;
    symbols[count++] = position + 1;
  }
  for (; zeros > 0; zeros = (zeros - 1) >> 1) symbols[count++] = zeros & 1 ? RUN_A : RUN_B;
  symbols[count++] = used.length + 1;
  return symbols.subarray(0, count);
}

/** Writes up to six Huffman codes, and the symbols, with one of the codes chosen for every 50 of them. */
function writeSymbols(bits: BitWriter, symbols: Uint16Array, alphabet: number): void {
  const tables = firstTables(symbols, alphabet);
  let selectors: Uint8Array = new Uint8Array(0);
  for (let i = 0; i < ITERATIONS; i++) selectors = improve(tables, symbols, alphabet);
  bits.write(3, tables.length);
  bits.write(15, selectors.length);
  writeSelectors(bits, selectors, tables.length);
  for (const lengths of tables) writeLengths(bits, lengths);
  const codes = tables.map(assignCodes);
  for (let i = 0; i < symbols.length; i++) {
    const selector = selectors[Math.floor(i / GROUP_SIZE)]!;
    bits.write(tables[selector]![symbols[i]!]!, codes[selector]![symbols[i]!]!);
  }
}

/** Initial tables: each favours one part of the alphabet. The parts occur about equally often. */
function firstTables(symbols: Uint16Array, alphabet: number): Uint8Array[] {
  const frequencies = new Uint32Array(alphabet);
  for (const symbol of symbols) frequencies[symbol]!++;
  const count = [200, 600, 1200, 2400].filter(limit => symbols.length >= limit).length + 2;
  const tables: Uint8Array[] = Array.from({ length: count }, () => new Uint8Array(alphabet).fill(15));
  let remaining = symbols.length;
  let start = 0;
  for (let table = count - 1; table >= 0; table--) {
    const wanted = Math.floor(remaining / (table + 1));
    let end = start - 1;
    let found = 0;
    while (found < wanted && end < alphabet - 1) found += frequencies[++end]!;
    const isEvery2nd = (count - 1 - table) % 2 === 1;
    if (end > start && table !== count - 1 && table !== 0 && isEvery2nd) found -= frequencies[end--]!;
    tables[table]!.fill(0, start, end + 1);
    start = end + 1;
    remaining -= found;
  }
  return tables;
}

/** Chooses the best table for each group of symbols, then rebuilds each table to fit its groups best. */
function improve(tables: Uint8Array[], symbols: Uint16Array, alphabet: number): Uint8Array {
  const frequencies = tables.map(() => new Uint32Array(alphabet));
  const selectors = new Uint8Array(Math.ceil(symbols.length / GROUP_SIZE));
  for (let group = 0; group < selectors.length; group++) {
    const start = group * GROUP_SIZE;
    const end = Math.min(start + GROUP_SIZE, symbols.length);
    let best = 0;
    let bestCost = Number.POSITIVE_INFINITY;
    for (let table = 0; table < tables.length; table++) {
      const lengths = tables[table]!;
      let cost = 0;
      for (let i = start; i < end; i++) cost += lengths[symbols[i]!]!;
      if (cost < bestCost) {
        best = table;
        bestCost = cost;
      }
    }
    selectors[group] = best;
    const counts = frequencies[best]!;
    for (let i = start; i < end; i++) counts[symbols[i]!]!++;
  }
  for (let table = 0; table < tables.length; table++) tables[table] = codeLengths(frequencies[table]!);
  return selectors;
}

/** Writes selectors, each as its position in a list with the previous selector in front: that many ones, and a zero. */
function writeSelectors(bits: BitWriter, selectors: Uint8Array, tables: number): void {
  const recent = Uint8Array.from({ length: tables }, (_, table) => table);
  for (const selector of selectors) {
    const position = recent.indexOf(selector);
    recent.copyWithin(1, 0, position);
    recent[0] = selector;
    bits.write(position + 1, (2 << position) - 2);
  }
}

/** Writes code lengths: the first one, then for each symbol the difference from the length before, in steps of one. */
function writeLengths(bits: BitWriter, lengths: Uint8Array): void {
  let current = lengths[0]!;
  bits.write(5, current);
  for (const length of lengths) {
    for (; current < length; current++) bits.write(2, 0b10);
    for (; current > length; current--) bits.write(2, 0b11);
    bits.write(1, 0);
  }
}

/** Writes bits, highest first. */
class BitWriter {
  #bytes: Uint8Array = new Uint8Array(256);
  #length = 0;
  #pending = 0;
  #pendingBits = 0;

  /** @param count 0..32 */
  write(count: number, value: number): void {
    if (count > 16) {
      this.write(count - 16, value >>> 16);
      this.write(16, value & 0xffff);
      return;
    }
    this.#pending = (this.#pending << count) | value;
    this.#pendingBits += count;
    while (this.#pendingBits >= 8) {
      this.#pendingBits -= 8;
      this.#push((this.#pending >>> this.#pendingBits) & 0xff);
    }
    this.#pending &= (1 << this.#pendingBits) - 1;
  }

  /** Returns all bits as bytes; the last byte is padded with zeros. */
  finish(): Uint8Array {
    if (this.#pendingBits > 0) this.#push((this.#pending << (8 - this.#pendingBits)) & 0xff);
    this.#pendingBits = 0;
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const larger = new Uint8Array(this.#length * 2);
      larger.set(this.#bytes);
      this.#bytes = larger;
    }
    this.#bytes[this.#length++] = byte;
  }
}
