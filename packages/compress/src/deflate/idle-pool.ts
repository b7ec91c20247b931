/** Keeps a few idle things for whoever needs one like them next: what connections share instead of each owning one. */
export class IdlePool<Item extends { close(): void }> {
  readonly #idle: Map<string, Item[]> = new Map();
  readonly #maxIdle: number;

  /** @param maxIdle how many of one kind are kept; more than one is in use only where messages arrive piece by piece */
  constructor(maxIdle = 4) {
    this.#maxIdle = maxIdle;
  }

  /** An idle one of this kind, or a new one. */
  take(kind: string, create: () => Item): Item {
    return this.#idle.get(kind)?.pop() ?? create();
  }

  /** Gives back what was taken. It is kept, or closed where there are enough. */
  give(kind: string, item: Item): void {
    const items = this.#idle.get(kind);
    if (items === undefined) this.#idle.set(kind, [item]);
    else if (items.length < this.#maxIdle) items.push(item);
    else item.close();
  }
}
