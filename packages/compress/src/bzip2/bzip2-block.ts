import { brokenStream, longerThan } from './errors.ts';
import type { StepBudget } from './step-budget.ts';

/** How many symbols one Huffman table is used for. */
export const GROUP_SIZE = 50;
const FIRST_CAPACITY = 1024;
const ENTRIES_PER_WORK = 4;
const NOT_BEGUN = -1;

/**
 * The bytes of one block in the order of the sorted rotations, and then, in the same memory, for each the place of the one
 * that follows it: 4 bytes for each byte of the block, so at most 3.6 MB at level 9. The memory grows as symbols are read.
 */
export class Bzip2Block {
  /** In the lowest 8 bits a byte; after {@link link}, above them the place of the entry that follows. */
  entries: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  length = 0;
  readonly #maxLength: number;
  readonly #counts = new Uint32Array(256);
  /** The most entries that the message's limit allows, and that limit. */
  #allowed = 0;
  #limit = 0;
  /** How many entries are linked; {@link NOT_BEGUN} while symbols are read. */
  #linked = NOT_BEGUN;

  /** @param maxLength most entries of a block */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** Begins a block. @param limit how many bytes it may yield */
  begin(limit: number): void {
    this.length = 0;
    this.#counts.fill(0);
    this.#linked = NOT_BEGUN;
    this.#limit = limit;
    // Five entries stand for four bytes at least: four equal ones, and how many more there are.
    this.#allowed = Math.floor(limit / 4) * 5 + (limit % 4);
  }

  /** Makes room for the entries of a group of symbols, which may go over the end of the block: see {@link check}. */
  reserve(): void {
    if (this.length + GROUP_SIZE > this.entries.length) this.#grow(this.length + GROUP_SIZE);
  }

  push(byte: number): void {
    this.entries[this.length++] = byte;
    this.#counts[byte]!++;
  }

  /**
   * Adds `count` equal bytes, and makes room for the rest of the group.
   *
   * @throws {@link DecompressionError} see {@link check}
   */
  pushRun(byte: number, count: number): void {
    const end = this.length + count;
    this.#check(end);
    if (end + GROUP_SIZE > this.entries.length) this.#grow(end + GROUP_SIZE);
    this.entries.fill(byte, this.length, end);
    this.length = end;
    this.#counts[byte]! += count;
  }

  /** @throws {@link DecompressionError} when there are more entries than a block may have, or than the limit allows */
  check(): void {
    this.#check(this.length);
  }

  /**
   * Links the entries: that of the n-th of all equal bytes follows the n-th entry with that byte in sorted order.
   *
   * @returns whether all are linked; if not, the budget is used up
   */
  link(budget: StepBudget): boolean {
    if (this.#linked === NOT_BEGUN) this.#sumCounts();
    const end = Math.min(this.length, this.#linked + Math.max(0, budget.left) * ENTRIES_PER_WORK);
    const { entries } = this;
    const places = this.#counts;
    for (let i = this.#linked; i < end; i++) entries[places[entries[i]! & 0xff]!++]! |= i << 8;
    budget.left -= (end - this.#linked) / ENTRIES_PER_WORK;
    this.#linked = end;
    return end === this.length;
  }

  #check(length: number): void {
    if (length > this.#maxLength) throw brokenStream('a block that is too long');
    if (length > this.#allowed) throw longerThan(this.#limit);
  }

  #grow(capacity: number): void {
    const most = this.#maxLength + 2 * GROUP_SIZE;
    const larger = new Uint32Array(Math.min(Math.max(this.entries.length * 2, capacity), most));
    larger.set(this.entries.subarray(0, this.length));
    this.entries = larger;
  }

  /** Turns how often each byte occurs into where the first of them is in sorted order. */
  #sumCounts(): void {
    this.#linked = 0;
    let sum = 0;
    for (let byte = 0; byte < 256; byte++) {
      const count = this.#counts[byte]!;
      this.#counts[byte] = sum;
      sum += count;
    }
  }
}
