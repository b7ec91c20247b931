import type { DeflateParameters } from '@ws/types';
import { ZlibDeflater } from './zlib-handle.ts';

/** A zlib context that stays with one connection for as long as that is busy. */
export interface DeflateContext {
  readonly deflater: ZlibDeflater;
  readonly kind: string;
  /** Who uses it; `null`: nobody. When it is somebody else, the context was taken away. */
  owner: object | null;
  /** A message is under way. */
  isBusy: boolean;
  /** In milliseconds, of the clock. */
  lastUsed: number;
}

/** Contexts without an owner that are kept for the next. */
const MAX_SPARE = 8;

/**
 * The zlib contexts of busy connections: a bounded number, since each takes about 270 KB. A connection that has been
 * idle loses its context to one that is not; what it needs to go on is in its sliding window.
 */
export class DeflateContexts {
  readonly #max: number;
  readonly #idleTime: number;
  readonly #now: () => number;
  readonly #contexts: Set<DeflateContext> = new Set();

  /**
   * @param max how many there may be
   * @param idleTime milliseconds without a message after which a context may be taken away
   */
  constructor(max: number, idleTime: number, now: () => number) {
    this.#max = max;
    this.#idleTime = idleTime;
    this.#now = now;
  }

  get size(): number {
    return this.#contexts.size;
  }

  /** Notes that a message is under way in a context. */
  use(context: DeflateContext): void {
    context.isBusy = true;
    context.lastUsed = this.#now();
  }

  /** A context for `owner`, which has to be started; `null`: all are in use. */
  acquire(owner: object, kind: string, parameters: DeflateParameters): DeflateContext | null {
    const free = this.#contexts.size < this.#max ? this.#spare(kind) : this.#longestIdle();
    if (free !== null && free.kind === kind) {
      free.owner = owner;
      return free;
    }
    if (free !== null) this.#drop(free);
    if (this.#contexts.size >= this.#max) return null;
    const context = { deflater: new ZlibDeflater(parameters), kind, owner, isBusy: false, lastUsed: 0 };
    this.#contexts.add(context);
    return context;
  }

  /** The owner is gone. */
  release(context: DeflateContext): void {
    const isUsable = !context.isBusy;
    context.owner = null;
    context.lastUsed = Number.NEGATIVE_INFINITY;
    let spare = 0;
    for (const { owner } of this.#contexts) if (owner === null) spare++;
    if (!isUsable || spare > MAX_SPARE) this.#drop(context);
  }

  #drop(context: DeflateContext): void {
    context.owner = null;
    this.#contexts.delete(context);
    context.deflater.close();
  }

  #spare(kind: string): DeflateContext | null {
    for (const context of this.#contexts) if (context.owner === null && context.kind === kind) return context;
    return null;
  }

  #longestIdle(): DeflateContext | null {
    let longest: DeflateContext | null = null;
    for (const context of this.#contexts) {
      if (!context.isBusy && context.lastUsed < (longest?.lastUsed ?? this.#now() - this.#idleTime)) longest = context;
    }
    return longest;
  }
}
