import type { Compressor, Decompressor, DeflateCodec, DeflateParameters } from '@ws/types';
import { IdlePool } from './idle-pool.ts';
import { type DeflaterSource, MessageDeflater } from './message-deflater.ts';
import { type InflaterSource, MessageInflater } from './message-inflater.ts';
import { PakoDeflater } from './pako-deflater.ts';
import { PakoInflater } from './pako-inflater.ts';

const inflaters: IdlePool<PakoInflater> = /* @__PURE__ */ new IdlePool();
const deflaters: IdlePool<PakoDeflater> = /* @__PURE__ */ new IdlePool();

/**
 * Deflate without any API of the platform: for browsers, workers, and everything that has no zlib. By pako, a port of
 * zlib that gives exactly its output.
 */
export const portableDeflate: DeflateCodec = {
  compressor: (parameters: DeflateParameters): Compressor =>
    new MessageDeflater(parameters.contextTakeover ? new OwnDeflater(parameters) : sharedDeflaters(parameters)),
  decompressor: ({ windowBits, contextTakeover }: DeflateParameters): Decompressor =>
    new MessageInflater(windowBits, contextTakeover, exactInflaters(windowBits)),
};

/** The deflater that a connection with context takeover keeps. */
class OwnDeflater implements DeflaterSource {
  readonly #deflater: PakoDeflater;

  constructor(parameters: DeflateParameters) {
    this.#deflater = new PakoDeflater(parameters);
  }
  take(): PakoDeflater {
    return this.#deflater;
  }
  give(): void {}
}

/** Deflaters for connections without context takeover, which own none. */
function sharedDeflaters(parameters: DeflateParameters): DeflaterSource {
  const kind = `${parameters.windowBits} ${parameters.memLevel} ${parameters.level}`;
  return {
    take() {
      const deflater = deflaters.take(kind, () => new PakoDeflater(parameters));
      deflater.reset();
      return deflater;
    },
    give: deflater => deflaters.give(kind, deflater as PakoDeflater),
  };
}

/**
 * Inflaters that are exact about windows, final blocks and what is valid, for when a platform's own are not. They are
 * shared: whoever takes one gives it back after the message.
 */
export function exactInflaters(windowBits: number): InflaterSource {
  const kind = String(windowBits);
  return {
    take(window) {
      const inflater = inflaters.take(kind, () => new PakoInflater(windowBits));
      inflater.start(window.last());
      return inflater;
    },
    give: inflater => inflaters.give(kind, inflater as PakoInflater),
  };
}
