import { ContractError } from '../assert.ts';

interface Waiter {
  readonly what: string;
  readonly isMet: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Tests that wait for something that a recorder hears. */
export class Waiting {
  readonly #isOver: () => boolean;
  #waiters: Waiter[] = [];
  #broken: Error | null = null;

  /** @param isOver whether nothing more will happen */
  constructor(isOver: () => boolean) {
    this.#isOver = isOver;
  }

  /** Resolves when `isMet`; rejects when a rule is broken, or nothing more will happen. */
  until(what: string, isMet: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ what, isMet, resolve, reject });
      this.look();
    });
  }

  /** A rule was broken: the first one is told to all who wait from now on. */
  break(error: Error): void {
    this.#broken ??= error;
    this.look();
  }

  /** @throws what broke a rule so far */
  checkRules(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  /** Something happened. */
  look(): void {
    const waiters = this.#waiters;
    this.#waiters = [];
    for (const waiter of waiters) {
      if (this.#broken !== null) waiter.reject(this.#broken);
      else if (waiter.isMet()) waiter.resolve();
      else if (this.#isOver()) waiter.reject(new ContractError(`closed before ${waiter.what}`));
      else this.#waiters.push(waiter);
    }
  }
}
