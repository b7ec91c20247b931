/** A promise that is made when somebody asks for it. A rejection that nobody awaits is not an unhandled one. */
export class Settled<Value> {
  #outcome: { readonly value: Value } | { readonly error: unknown } | null = null;
  #promise: Promise<Value> | null = null;
  #settle: (() => void) | null = null;

  get promise(): Promise<Value> {
    if (this.#promise === null) {
      this.#promise = new Promise((resolve, reject) => {
        this.#settle = () => {
          if (this.#outcome === null) return;
          if ('error' in this.#outcome) reject(this.#outcome.error);
          else resolve(this.#outcome.value);
        };
        this.#settle();
      });
      this.#promise.catch(() => {});
    }
    return this.#promise;
  }

  get isSettled(): boolean {
    return this.#outcome !== null;
  }

  /** Does nothing when it is settled. */
  resolve(value: Value): void {
    this.#outcome ??= { value };
    this.#settle?.();
  }

  /** Does nothing when it is settled. */
  reject(error: unknown): void {
    this.#outcome ??= { error };
    this.#settle?.();
  }
}
