import type { BitReader } from './bit-reader.ts';
import type { BlockTables } from './block-tables.ts';
import { type Bzip2Block, GROUP_SIZE } from './bzip2-block.ts';
import { brokenStream } from './errors.ts';
import type { HuffmanTable } from './huffman-table.ts';
import type { StepBudget } from './step-budget.ts';

/** From this place on a move to the front uses `copyWithin`, and its cost is counted. */
const FEW = 16;
/** A run whose digits weigh more than this is longer than any block. */
const MAX_WEIGHT = 1 << 20;

/** Reads the symbols of one block: Huffman codes for positions in the list of recent bytes, and for runs of its first byte. */
export class BlockSymbols {
  readonly #tables: readonly HuffmanTable[];
  readonly #selectors: Uint8Array;
  /** The byte values that occur, most recent first. */
  readonly #recent: Uint8Array;
  /** The symbol that ends the block. */
  readonly #end: number;
  #group = 0;
  #isDone = false;
  /**
   * The length of the current run so far, and the weight of its next digit. Lengths are binary with the digits 1 and 2, lowest
   * digit first.
   */
  #run = 0;
  #weight = 1;

  constructor({ used, tables, selectors }: BlockTables) {
    this.#tables = tables;
    this.#selectors = selectors;
    this.#recent = used.slice();
    this.#end = used.length + 1;
  }

  /**
   * Reads groups of symbols until the block ends or the budget is used up.
   *
   * @returns whether the block has ended
   * @throws {@link DecompressionError}
   */
  read(reader: BitReader, block: Bzip2Block, budget: StepBudget): boolean {
    while (!this.#isDone) {
      if (budget.left <= 0) return false;
      if (this.#group === this.#selectors.length) throw brokenStream('more symbols than selectors');
      const table = this.#tables[this.#selectors[this.#group++]!]!;
      block.reserve();
      budget.left -= this.#readGroup(reader, table, block);
      reader.settle();
      block.check();
    }
    return true;
  }

  /** @returns the work done, in the unit of {@link StepBudget} */
  #readGroup(reader: BitReader, table: HuffmanTable, block: Bzip2Block): number {
    const { bytes } = reader;
    const { lookup, width } = table;
    const mask = (1 << width) - 1;
    const recent = this.#recent;
    let { position, bits, count } = reader;
    let cost = GROUP_SIZE;
    for (let i = 0; i < GROUP_SIZE; i++) {
      while (count < 24) {
        bits = (bits << 8) | bytes[position++]!;
        count += 8;
      }
      let code = lookup[(bits >>> (count - width)) & mask]!;
      if (code === 0) code = table.find((bits >>> (count - 20)) & 0xfffff);
      count -= code & 31;
      const symbol = code >>> 5;
      if (symbol < 2) {
        this.#addDigit(symbol);
        continue;
      }
      if (this.#weight > 1) cost += this.#endRun(block);
      if (symbol === this.#end) {
        this.#isDone = true;
        break;
      }
      const place = symbol - 1;
      const byte = recent[place]!;
      if (place < FEW) {
        for (let j = place; j > 0; j--) recent[j] = recent[j - 1]!;
      } else {
        recent.copyWithin(1, 0, place);
        cost += 2;
      }
      recent[0] = byte;
      block.push(byte);
    }
    reader.position = position;
    reader.bits = bits;
    reader.count = count;
    return cost;
  }

  #addDigit(symbol: number): void {
    if (this.#weight > MAX_WEIGHT) throw brokenStream('a run that is longer than a block');
    this.#run += this.#weight << symbol;
    this.#weight <<= 1;
  }

  /** @returns the work done, in the unit of {@link StepBudget} */
  #endRun(block: Bzip2Block): number {
    const length = this.#run;
    block.pushRun(this.#recent[0]!, length);
    this.#run = 0;
    this.#weight = 1;
    return length >> 3;
  }
}
