import { brokenStream, longerThan } from './errors.ts';
import type { StepBudget } from './step-budget.ts';

/** Symbols in a group; each group uses one Huffman table. */
export const GROUP_SIZE = 50;
const FIRST_CAPACITY = 1024;
const ENTRIES_PER_WORK = 4;
const NOT_BEGUN = -1;

/**
 * The bytes of one block in the order of the sorted rotations. After {@link link} the same memory also holds, for each byte,
 * the index of the byte that follows it. An entry takes 4 bytes, so a block takes at most 3.6 MB at level 9. The memory grows
 * as symbols are read.
 */
export class Bzip2Block {
  /** The lowest 8 bits of an entry are a byte; after {@link link} the bits above are the index of the entry that follows. */
  entries: Uint32Array = new Uint32Array(FIRST_CAPACITY);
  length = 0;
  readonly #maxLength: number;
  readonly #counts = new Uint32Array(256);
  /** The most entries that the message's limit allows, and the limit itself, in bytes. */
  #allowed = 0;
  #limit = 0;
  /** Number of entries linked so far; {@link NOT_BEGUN} while symbols are read. */
  #linked = NOT_BEGUN;

  /** @param maxLength the most entries that a block may have */
  constructor(maxLength: number) {
    this.#maxLength = maxLength;
  }

  /** Begins a block. @param limit the most bytes that it may yield */
  begin(limit: number): void {
    this.length = 0;
    this.#counts.fill(0);
    this.#linked = NOT_BEGUN;
    this.#limit = limit;
    // Five entries yield at least four bytes: four equal bytes, and a count (perhaps 0) of how many more follow.
    this.#allowed = Math.floor(limit / 4) * 5 + (limit % 4);
  }

  /** Makes room for the entries of a group. They may exceed the block's maximum length; {@link check} finds that. */
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
   * @throws {@link DecompressionError} as {@link check} does
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
   * Links the entries: the n-th entry that holds a byte is followed by the n-th occurrence of that byte in sorted order.
   *
   * @returns whether all entries are linked; `false` when the budget ran out first
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

  /** Replaces the count of each byte value by the index of its first occurrence in sorted order. */
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
