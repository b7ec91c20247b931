import { ContractError } from '../assert.ts';

interface Waiter {
  readonly what: string;
  readonly isMet: () => boolean;
  readonly resolve: () => void;
  readonly reject: (error: Error) => void;
}

/** Waiting tests of one recorder: each waits for a condition that events can change. */
export class Waiting {
  readonly #isOver: () => boolean;
  #waiters: Waiter[] = [];
  #broken: Error | null = null;

  /** @param isOver whether no further event can happen */
  constructor(isOver: () => boolean) {
    this.#isOver = isOver;
  }

  /** Resolves when `isMet` returns true; rejects when a rule is broken, or no further event can happen. */
  until(what: string, isMet: () => boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiters.push({ what, isMet, resolve, reject });
      this.look();
    });
  }

  /** Records a broken rule. The error of the first one rejects all present and later waits. */
  break(error: Error): void {
    this.#broken ??= error;
    this.look();
  }

  /** @throws the error of the first broken rule, if there is one */
  checkRules(): void {
    if (this.#broken !== null) throw this.#broken;
  }

  /** Checks the conditions of all waits. Called after each event. */
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
