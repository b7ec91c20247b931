/** Lets in what fits: a semaphore in which entrants weigh differently and come in in the order of their arrival. */
export class Gate {
  readonly #capacity: number;
  readonly #waiting: { readonly weight: number; readonly enter: () => void }[] = [];
  #used = 0;

  constructor(capacity: number) {
    this.#capacity = capacity;
  }

  /** Waits for room, works, and makes room again. Weight 0 never waits. */
  async run<T>(weight: number, work: () => Promise<T>): Promise<T> {
    if (weight > 0 && (this.#waiting.length > 0 || this.#used + weight > this.#capacity)) {
      await new Promise<void>(enter => this.#waiting.push({ weight, enter }));
    } else this.#used += weight;
    try {
      return await work();
    } finally {
      this.#used -= weight;
      this.#admit();
    }
  }

  #admit(): void {
    for (
      let next = this.#waiting[0];
      next !== undefined && this.#used + next.weight <= this.#capacity;
      next = this.#waiting[0]
    ) {
      this.#waiting.shift();
      this.#used += next.weight;
      next.enter();
    }
  }
}
