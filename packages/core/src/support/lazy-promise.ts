/**
 * A promise that is made only when somebody asks for it, which on most connections never happens. A rejection that
 * nobody awaits does not count as unhandled.
 */
export class LazyPromise<Value> {
  #promise: Promise<Value> | null = null;
  #resolve: ((value: Value | PromiseLike<never>) => void) | null = null;

  get promise(): Promise<Value> {
    if (this.#promise === null) {
      this.#promise = new Promise(resolve => {
        this.#resolve = resolve;
      });
      this.#promise.catch(() => {});
    }
    return this.#promise;
  }

  /** Does nothing when the promise is settled. */
  resolve(value: Value | Promise<never>): void {
    if (this.#resolve === null) this.#promise ??= Promise.resolve(value);
    else this.#resolve(value);
  }

  /** Does nothing when the promise is settled. */
  reject(error: unknown): void {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    this.resolve(failed);
  }
}
