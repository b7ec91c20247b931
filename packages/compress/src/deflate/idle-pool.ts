/** Keeps a few idle items of each kind, so that connections share them instead of each owning one. */
export class IdlePool<Item extends { close(): void }> {
  readonly #idle: Map<string, Item[]> = new Map();
  readonly #maxIdle: number;

  /** @param maxIdle the most idle items kept of one kind; several are in use at once only when messages arrive in pieces */
  constructor(maxIdle = 4) {
    this.#maxIdle = maxIdle;
  }

  /** Takes an idle item of this kind, or creates one. */
  take(kind: string, create: () => Item): Item {
    return this.#idle.get(kind)?.pop() ?? create();
  }

  /** Gives back an item. It is kept, or closed when `maxIdle` of its kind are idle already. */
  give(kind: string, item: Item): void {
    const items = this.#idle.get(kind);
    if (items === undefined) this.#idle.set(kind, [item]);
    else if (items.length < this.#maxIdle) items.push(item);
    else item.close();
  }
}
