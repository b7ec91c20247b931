// The Burrows-Wheeler transform sorts all rotations of a block. Equal rotations (of a block that is one repeated pattern)
// stay in the order in which the algorithm leaves them, and the place of the unrotated block among its equals shows in the
// output. To give the same output as the `bzip2` program, this file makes every choice of its algorithm for blocks below
// 10,000 bytes. The program sorts longer blocks by another algorithm; the results differ only in the order of equal
// rotations, where any order is valid.

const SMALL_RANGE = 10;

/** Returns the start index of each rotation, in sorted order. `block` has at least one byte. */
export function sortRotations(block: Uint8Array): Uint32Array {
  return new RotationSorter(block).sort();
}

/**
 * Sorts rotations by their first byte, then by prefixes of twice the length in each round: the round before has already
 * ranked every rotation by `prefix` bytes.
 */
class RotationSorter {
  readonly #block: Uint8Array;
  /** The rotations in the order sorted so far. */
  readonly #order: Uint32Array;
  /** Rank of each rotation by the bytes that follow its prefix. */
  readonly #rank: Uint32Array;
  /** 1 at the start of each bucket of rotations that are equal so far. A 1 and a 0 behind the end stop every search. */
  readonly #isBucketStart: Uint8Array;
  #random = 0;

  constructor(block: Uint8Array) {
    this.#block = block;
    this.#order = new Uint32Array(block.length);
    this.#rank = new Uint32Array(block.length);
    this.#isBucketStart = new Uint8Array(block.length + 3);
  }

  sort(): Uint32Array {
    const length = this.#block.length;
    this.#sortByFirstByte();
    for (let prefix = 1; prefix <= length; prefix *= 2) {
      this.#rankAfter(prefix);
      if (this.#refineBuckets() === 0) break;
    }
    return this.#order;
  }

  #sortByFirstByte(): void {
    const ends = new Uint32Array(257);
    for (const byte of this.#block) ends[byte]!++;
    for (let byte = 1; byte < 257; byte++) ends[byte]! += ends[byte - 1]!;
    for (let i = 0; i < this.#block.length; i++) this.#order[--ends[this.#block[i]!]!] = i;
    for (let byte = 0; byte < 256; byte++) this.#isBucketStart[ends[byte]!] = 1;
    this.#isBucketStart[this.#block.length] = 1;
    this.#isBucketStart[this.#block.length + 2] = 1;
  }

  /** Ranks each rotation i by the bucket of rotation i + `prefix`. */
  #rankAfter(prefix: number): void {
    const order = this.#order;
    const rank = this.#rank;
    const starts = this.#isBucketStart;
    const length = order.length;
    let bucket = 0;
    for (let i = 0; i < length; i++) {
      if (starts[i] === 1) bucket = i;
      const before = order[i]! - prefix;
      rank[before < 0 ? before + length : before] = bucket;
    }
  }

  /** Sorts within each bucket and splits it. Returns how many rotations were in buckets of more than one. */
  #refineBuckets(): number {
    const starts = this.#isBucketStart;
    const length = this.#order.length;
    let unsorted = 0;
    for (let next = 0; ; ) {
      while (starts[next] === 1) next++;
      const low = next - 1;
      if (low >= length) return unsorted;
      while (starts[next] === 0) next++;
      const high = next - 1;
      if (high >= length) return unsorted;
      unsorted += high - low + 1;
      this.#sortRange(low, high);
      this.#splitBucket(low, high);
    }
  }

  #splitBucket(low: number, high: number): void {
    let previous = -1;
    for (let i = low; i <= high; i++) {
      const rank = this.#rank[this.#order[i]!]!;
      if (rank !== previous) this.#isBucketStart[i] = 1;
      previous = rank;
    }
  }

  /** Quicksort by rank; elements equal to the pivot are gathered in the middle. */
  #sortRange(from: number, to: number): void {
    const ranges = [from, to];
    this.#random = 0;
    while (ranges.length > 0) {
      const high = ranges.pop()!;
      const low = ranges.pop()!;
      if (high - low < SMALL_RANGE) {
        this.#insertionSort(low, high);
        continue;
      }
      this.#partition(low, high, ranges);
    }
  }

  #partition(low: number, high: number, ranges: number[]): void {
    const order = this.#order;
    const rank = this.#rank;
    const pivot = this.#pivot(low, high);
    let [equalLow, left, right, equalHigh] = [low, low, high, high];
    for (;;) {
      for (; left <= right; left++) {
        const difference = rank[order[left]!]! - pivot;
        if (difference > 0) break;
        if (difference === 0) this.#swap(left, equalLow++);
      }
      for (; left <= right; right--) {
        const difference = rank[order[right]!]! - pivot;
        if (difference < 0) break;
        if (difference === 0) this.#swap(right, equalHigh--);
      }
      if (left > right) break;
      this.#swap(left++, right--);
    }
    if (equalHigh < equalLow) return;
    const fromLow = Math.min(equalLow - low, left - equalLow);
    this.#swapRanges(low, left - fromLow, fromLow);
    const fromHigh = Math.min(high - equalHigh, equalHigh - right);
    this.#swapRanges(left, high - fromHigh + 1, fromHigh);
    const lowerEnd = low + left - equalLow - 1;
    const upperStart = high - (equalHigh - right) + 1;
    // The smaller range goes on top, so that the stack stays low.
    if (lowerEnd - low > high - upperStart) ranges.push(low, lowerEnd, upperStart, high);
    else ranges.push(upperStart, high, low, lowerEnd);
  }

  /** Picks the first, middle or last element as pivot, in a sequence that an attacker's block cannot line up with. */
  #pivot(low: number, high: number): number {
    this.#random = (this.#random * 7621 + 1) % 32_768;
    const choice = this.#random % 3;
    const at = choice === 0 ? low : choice === 1 ? (low + high) >> 1 : high;
    return this.#rank[this.#order[at]!]!;
  }

  /** Insertion sort, from the end; first in steps of four. */
  #insertionSort(low: number, high: number): void {
    const order = this.#order;
    const rank = this.#rank;
    for (const step of high - low > 3 ? [4, 1] : [1]) {
      for (let i = high - step; i >= low; i--) {
        const moved = order[i]!;
        const movedRank = rank[moved]!;
        let j = i + step;
        for (; j <= high && movedRank > rank[order[j]!]!; j += step) order[j - step] = order[j]!;
        order[j - step] = moved;
      }
    }
  }

  #swap(a: number, b: number): void {
    const held = this.#order[a]!;
    this.#order[a] = this.#order[b]!;
    this.#order[b] = held;
  }

  #swapRanges(a: number, b: number, length: number): void {
    for (let i = 0; i < length; i++) this.#swap(a + i, b + i);
  }
}
