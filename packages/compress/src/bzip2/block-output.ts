import type { Bzip2Block } from './bzip2-block.ts';
import { FIRST_CRC, updateCrc } from './crc.ts';
import type { StepBudget } from './step-budget.ts';

const ENTRIES_PER_WORK = 2;
/** After a run of this many equal bytes, the next byte says how many more of them follow. */
const COUNTED_RUN = 4;
const NONE = -1;

/** Follows the links of a block from its first byte to its last, and undoes the run lengths. */
export class BlockOutput {
  readonly #entries: Uint32Array;
  #place: number;
  /** Entries that have not been followed yet. */
  #left: number;
  #previous = NONE;
  /** How many bytes in a row were equal to {@link #previous}. */
  #run = 0;
  /** How many more copies of {@link #previous} are still to be written. */
  #repeat = 0;
  #crc = FIRST_CRC;

  /** @param origin index of the entry of the block's last byte, which links to the first */
  constructor(block: Bzip2Block, origin: number) {
    this.#entries = block.entries;
    this.#left = block.length;
    this.#place = block.entries[origin]! >>> 8;
  }

  /** The checksum of the bytes written so far. */
  get crc(): number {
    return ~this.#crc;
  }

  get isDone(): boolean {
    return this.#left === 0 && this.#repeat === 0;
  }

  /**
   * Writes output into `target[start, end)` until the room, the budget or the block ends.
   *
   * @returns the index behind the last byte written
   */
  write(target: Uint8Array, start: number, end: number, budget: StepBudget): number {
    const stop = Math.max(0, this.#left - Math.max(0, budget.left) * ENTRIES_PER_WORK);
    const before = this.#left;
    const at = this.#write(target, start, end, stop);
    budget.left -= (before - this.#left + ((at - start) >> 3)) / ENTRIES_PER_WORK;
    this.#crc = updateCrc(this.#crc, target, start, at);
    return at;
  }

  #write(target: Uint8Array, start: number, end: number, stop: number): number {
    const entries = this.#entries;
    let at = this.#writeRun(target, start, end, this.#previous);
    let left = this.#left;
    let place = this.#place;
    let previous = this.#previous;
    let run = this.#run;
    while (at < end && left > stop) {
      left--;
      const entry = entries[place]!;
      const byte = entry & 0xff;
      place = entry >>> 8;
      if (run === COUNTED_RUN) {
        this.#repeat = byte;
        at = this.#writeRun(target, at, end, previous);
        run = 0;
        continue;
      }
      run = byte === previous ? run + 1 : 1;
      previous = byte;
      target[at++] = byte;
    }
    this.#left = left;
    this.#place = place;
    this.#previous = previous;
    this.#run = run;
    return at;
  }

  #writeRun(target: Uint8Array, at: number, end: number, byte: number): number {
    if (this.#repeat === 0) return at;
    const stop = Math.min(end, at + this.#repeat);
    target.fill(byte, at, stop);
    this.#repeat -= stop - at;
    return stop;
  }
}
