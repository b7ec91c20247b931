/**
 * A promise that is made when somebody asks for it: most connections are never asked. A rejection that nobody awaits
 * is not an unhandled one.
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

  /** Does nothing when it is settled. */
  resolve(value: Value | Promise<never>): void {
    if (this.#resolve === null) this.#promise ??= Promise.resolve(value);
    else this.#resolve(value);
  }

  /** Does nothing when it is settled. */
  reject(error: unknown): void {
    const failed = Promise.reject(error);
    failed.catch(() => {});
    this.resolve(failed);
  }
}
