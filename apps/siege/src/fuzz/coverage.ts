// Which blocks of our packages run, and how often: by counters that `instrument.mjs` has put there.

declare const __blocks: Uint8Array;

/** Tells what is new. */
export class Coverage {
  readonly #blocks: Uint8Array = __blocks;
  /** How often each block has run in one input: a bit for each of 8 orders of magnitude. */
  readonly #seen: Uint8Array = new Uint8Array(this.#blocks.length);

  /** Blocks that have run at least once. */
  get size(): number {
    return this.#seen.reduce((count, orders) => count + (orders === 0 ? 0 : 1), 0);
  }

  /** Forgets what ran before an input. */
  reset(): void {
    this.#blocks.fill(0);
  }

  /** The blocks that ran. */
  ran(): number[] {
    return [...this.#blocks.keys()].filter(i => this.#blocks[i] !== 0);
  }

  /** Whether something ran that never did, or so often. */
  hasNews(): boolean {
    const [blocks, seen] = [this.#blocks, this.#seen];
    let isNew = false;
    for (let i = 0; i < blocks.length; i++) {
      const count = blocks[i]!;
      if (count === 0) continue;
      const order = 1 << Math.min(7, 31 - Math.clz32(count));
      if ((seen[i]! & order) !== 0) continue;
      seen[i]! |= order;
      isNew = true;
    }
    return isNew;
  }
}
