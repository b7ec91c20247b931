// zlib by its handles: contexts stay with busy connections, everybody else borrows a handle for each message.

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
import { EMPTY_BYTES } from '@ws/util';
import { type DeflateContext, DeflateContexts } from './zlib-contexts.ts';
import { ZlibDeflater, ZlibInflater } from './zlib-handle.ts';
import { frugalParameters, kindOf, PRIMING_SIZE, type ZlibParameters, zlibParameters } from './zlib-parameters.ts';

/** After so many bytes a connection is worth a context of its own. */
const BUSY_AFTER = 4096;
/** Milliseconds without a message after which a connection may lose it. */
const IDLE_AFTER = 1000;

/**
 * Deflate by native handles.
 *
 * @param maxContexts how many connections can have a compressor of their own at a time, each about 270 KB
 */
export function createNativeDeflate(maxContexts: number): DeflateCodec {
  const contexts = new DeflateContexts(maxContexts, IDLE_AFTER, () => performance.now());
  const deflaters = new IdlePool<ZlibDeflater>();
  const idleInflaters = new IdlePool<ZlibInflater>();
  const inflaters: InflaterSource = {
    take: () => idleInflaters.take('', () => new ZlibInflater()),
    give: inflater => idleInflaters.give('', inflater as ZlibInflater),
  };
  return {
    compressor(given) {
      const parameters = zlibParameters(given);
      return new MessageDeflater(
        parameters.contextTakeover
          ? new TakeoverDeflaters(parameters, contexts, deflaters)
          : sharedDeflaters(parameters, deflaters),
      );
    },
    decompressor(parameters) {
      // zlib lets distances reach over a smaller window.
      if (parameters.windowBits < 15) return portableDeflate.decompressor(parameters);
      return new MessageInflater(15, parameters.contextTakeover, inflaters);
    },
  };
}

/** For connections without context takeover: they own nothing. */
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

/** For a connection with context takeover: it owns its last bytes, and a context while it is busy. */
class TakeoverDeflaters implements DeflaterSource {
  readonly #parameters: ZlibParameters;
  readonly #contexts: DeflateContexts;
  readonly #pool: IdlePool<ZlibDeflater>;
  readonly #window: SlidingWindow;
  #context: DeflateContext | null = null;
  #borrowedKind = '';
  #sent = 0;

  constructor(parameters: ZlibParameters, contexts: DeflateContexts, pool: IdlePool<ZlibDeflater>) {
    this.#parameters = parameters;
    this.#contexts = contexts;
    this.#pool = pool;
    this.#window = new SlidingWindow(Math.min(1 << parameters.windowBits, PRIMING_SIZE));
  }

  take(length: number): ZlibDeflater {
    const context = this.#sent + length < BUSY_AFTER ? null : this.#ownContext();
    if (context !== null) {
      this.#contexts.use(context);
      return context.deflater;
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

  #ownContext(): DeflateContext | null {
    if (this.#context?.owner === this) return this.#context;
    this.#context = this.#contexts.acquire(this, kindOf(this.#parameters), this.#parameters);
    this.#context?.deflater.start(this.#window.last());
    return this.#context;
  }
}
