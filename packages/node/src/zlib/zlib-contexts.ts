/** A deflater or inflater that stays with one connection for as long as that is busy. */
export interface ZlibContext<Codec> {
  readonly codec: Codec;
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
 * The zlib contexts of busy connections: a bounded number, since a deflater takes about 270 KB and an inflater 45. A
 * connection that has been idle loses its context to one that is not; what it needs to go on is in its sliding window.
 */
export class ZlibContexts<Codec extends { close(): void }> {
  readonly #max: number;
  readonly #idleTime: number;
  readonly #now: () => number;
  readonly #contexts: Set<ZlibContext<Codec>> = new Set();

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
  use(context: ZlibContext<Codec>): void {
    context.isBusy = true;
    context.lastUsed = this.#now();
  }

  /** A context for `owner`, which has to be started; `null`: all are in use. */
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

  /** The owner is gone. */
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
