// Deflate by zlib's handles. A busy connection keeps a zlib context; any other borrows a handle for each message.

import { performance } from 'node:perf_hooks';
import {
  type DeflaterSource,
  IdlePool,
  type InflaterSource,
  MessageDeflater,
  MessageInflater,
  portableDeflate,
  SlidingWindow,
} from '@ws/compress/deflate';
import type { DeflateCodec } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { type ZlibContext, ZlibContexts } from './zlib-contexts.ts';
import { ZlibDeflater, ZlibInflater } from './zlib-handle.ts';
import { frugalParameters, kindOf, PRIMING_SIZE, type ZlibParameters, zlibParameters } from './zlib-parameters.ts';

/** After this many bytes a connection gets a zlib context of its own. */
const BUSY_AFTER = 4096;
/** Milliseconds without a message after which a connection may lose its context. */
const IDLE_AFTER = 1000;

/**
 * Deflate by native handles.
 *
 * @param maxContexts how many connections can have zlib contexts of their own at a time, each about 270 + 45 KB
 */
export function createNativeDeflate(maxContexts: number): DeflateCodec {
  const now = (): number => performance.now();
  const deflateContexts = new ZlibContexts<ZlibDeflater>(maxContexts, IDLE_AFTER, now);
  const inflateContexts = new ZlibContexts<ZlibInflater>(maxContexts, IDLE_AFTER, now);
  const deflaters = new IdlePool<ZlibDeflater>();
  const inflaters = new IdlePool<ZlibInflater>();
  return {
    compressor(given) {
      const parameters = zlibParameters(given);
      return new MessageDeflater(
        parameters.contextTakeover
          ? new TakeoverDeflaters(parameters, deflateContexts, deflaters)
          : sharedDeflaters(parameters, deflaters),
      );
    },
    decompressor(parameters) {
      // zlib accepts distances that reach beyond a smaller window.
      if (parameters.windowBits < 15) return portableDeflate.decompressor(parameters);
      return parameters.contextTakeover
        ? new MessageInflater(15, true, new TakeoverInflaters(inflateContexts, inflaters))
        : new MessageInflater(15, false, sharedInflaters(inflaters));
    },
  };
}

/** The deflaters of connections without context takeover, which own no zlib memory. */
function sharedDeflaters(parameters: ZlibParameters, pool: IdlePool<ZlibDeflater>): DeflaterSource {
  const kind = kindOf(parameters);
  return {
    take() {
      const deflater = pool.take(kind, () => new ZlibDeflater(parameters));
      deflater.start(EMPTY_BYTES);
      return deflater;
    },
    give: deflater => pool.give(kind, deflater as ZlibDeflater),
  };
}

/** The inflaters of connections without context takeover. */
function sharedInflaters(pool: IdlePool<ZlibInflater>): InflaterSource {
  return {
    take: window => borrowInflater(pool, window),
    give: inflater => pool.give('', inflater as ZlibInflater),
  };
}

function borrowInflater(pool: IdlePool<ZlibInflater>, window: SlidingWindow): ZlibInflater {
  const inflater = pool.take('', () => new ZlibInflater());
  inflater.start(window.last());
  return inflater;
}

/** The inflaters of a connection with context takeover, which owns one while it is busy. */
class TakeoverInflaters implements InflaterSource {
  readonly #contexts: ZlibContexts<ZlibInflater>;
  readonly #pool: IdlePool<ZlibInflater>;
  #context: ZlibContext<ZlibInflater> | null = null;

  constructor(contexts: ZlibContexts<ZlibInflater>, pool: IdlePool<ZlibInflater>) {
    this.#contexts = contexts;
    this.#pool = pool;
  }

  take(window: SlidingWindow): ZlibInflater {
    const context = this.#ownContext(window);
    if (context === null) return borrowInflater(this.#pool, window);
    this.#contexts.use(context);
    return context.codec;
  }

  give(inflater: ZlibInflater): void {
    if (this.#context === null) this.#pool.give('', inflater);
    else this.#context.isBusy = false;
  }

  close(): void {
    if (this.#context?.owner === this) this.#contexts.release(this.#context);
    this.#context = null;
  }

  #ownContext(window: SlidingWindow): ZlibContext<ZlibInflater> | null {
    if (this.#context?.owner === this) return this.#context;
    const isBusy = window.length >= BUSY_AFTER;
    this.#context = isBusy ? this.#contexts.acquire(this, '', () => new ZlibInflater()) : null;
    this.#context?.codec.start(window.last());
    return this.#context;
  }
}

/** The deflaters of a connection with context takeover, which owns its last bytes, and a context while it is busy. */
class TakeoverDeflaters implements DeflaterSource {
  readonly #parameters: ZlibParameters;
  readonly #contexts: ZlibContexts<ZlibDeflater>;
  readonly #pool: IdlePool<ZlibDeflater>;
  readonly #window: SlidingWindow;
  #context: ZlibContext<ZlibDeflater> | null = null;
  #borrowedKind = '';
  #sent = 0;

  constructor(parameters: ZlibParameters, contexts: ZlibContexts<ZlibDeflater>, pool: IdlePool<ZlibDeflater>) {
    this.#parameters = parameters;
    this.#contexts = contexts;
    this.#pool = pool;
    this.#window = new SlidingWindow(Math.min(1 << parameters.windowBits, PRIMING_SIZE));
  }

  take(length: number): ZlibDeflater {
    const context = this.#sent + length < BUSY_AFTER ? null : this.#ownContext();
    if (context !== null) {
      this.#contexts.use(context);
      return context.codec;
    }
    const parameters = frugalParameters(this.#parameters, length);
    this.#borrowedKind = kindOf(parameters);
    const deflater = this.#pool.take(this.#borrowedKind, () => new ZlibDeflater(parameters));
    deflater.start(this.#window.last());
    return deflater;
  }

  give(deflater: ZlibDeflater): void {
    if (this.#context === null) this.#pool.give(this.#borrowedKind, deflater);
    else this.#context.isBusy = false;
  }

  sent(bytes: Uint8Array): void {
    this.#window.append(bytes);
    this.#sent += bytes.length;
  }

  close(): void {
    if (this.#context?.owner === this) this.#contexts.release(this.#context);
    this.#context = null;
  }

  #ownContext(): ZlibContext<ZlibDeflater> | null {
    if (this.#context?.owner === this) return this.#context;
    this.#context = this.#contexts.acquire(this, kindOf(this.#parameters), () => new ZlibDeflater(this.#parameters));
    this.#context?.codec.start(this.#window.last());
    return this.#context;
  }
}
