/** A deflater or inflater that stays with one connection for as long as the connection is busy. */
export interface ZlibContext<Codec> {
  readonly codec: Codec;
  readonly kind: string;
  /** The user of the context; `null`: it has none. A user that is no longer the owner has lost the context. */
  owner: object | null;
  /** Whether the context is in the middle of a message. */
  isBusy: boolean;
  /** The clock's time of the last use, in milliseconds. */
  lastUsed: number;
}

/** How many contexts without an owner are kept for later owners. */
const MAX_SPARE = 8;

/**
 * The zlib contexts of busy connections. Their number is bounded, since a deflater takes about 270 KB and an inflater
 * 45 KB. An idle connection loses its context to a busy one; its sliding window has the bytes that it needs to go on.
 */
export class ZlibContexts<Codec extends { close(): void }> {
  readonly #max: number;
  readonly #idleTime: number;
  readonly #now: () => number;
  readonly #contexts: Set<ZlibContext<Codec>> = new Set();

  /**
   * @param max how many contexts there may be
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

  /** Notes that a context is in the middle of a message. */
  use(context: ZlibContext<Codec>): void {
    context.isBusy = true;
    context.lastUsed = this.#now();
  }

  /** Finds or creates a context for `owner`, who has to start it. `null`: all contexts are in use. */
  acquire(owner: object, kind: string, create: () => Codec): ZlibContext<Codec> | null {
    const free = this.#contexts.size < this.#max ? this.#spare(kind) : this.#longestIdle();
    if (free !== null && free.kind === kind) {
      free.owner = owner;
      return free;
    }
    if (free !== null) this.#drop(free);
    if (this.#contexts.size >= this.#max) return null;
    const context = { codec: create(), kind, owner, isBusy: false, lastUsed: 0 };
    this.#contexts.add(context);
    return context;
  }

  /** Takes a context back when its owner is gone. */
  release(context: ZlibContext<Codec>): void {
    const isUsable = !context.isBusy;
    context.owner = null;
    context.lastUsed = Number.NEGATIVE_INFINITY;
    let spare = 0;
    for (const { owner } of this.#contexts) if (owner === null) spare++;
    if (!isUsable || spare > MAX_SPARE) this.#drop(context);
  }

  #drop(context: ZlibContext<Codec>): void {
    context.owner = null;
    this.#contexts.delete(context);
    context.codec.close();
  }

  #spare(kind: string): ZlibContext<Codec> | null {
    for (const context of this.#contexts) if (context.owner === null && context.kind === kind) return context;
    return null;
  }

  #longestIdle(): ZlibContext<Codec> | null {
    let longest: ZlibContext<Codec> | null = null;
    for (const context of this.#contexts) {
      if (!context.isBusy && context.lastUsed < (longest?.lastUsed ?? this.#now() - this.#idleTime)) longest = context;
    }
    return longest;
  }
}
