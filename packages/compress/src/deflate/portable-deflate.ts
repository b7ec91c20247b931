import type { Compressor, Decompressor, DeflateCodec, DeflateParameters } from '@ws/types';
import { IdlePool } from './idle-pool.ts';
import { type DeflaterSource, MessageDeflater } from './message-deflater.ts';
import { type InflaterSource, MessageInflater } from './message-inflater.ts';
import { PakoDeflater } from './pako-deflater.ts';
import { PakoInflater } from './pako-inflater.ts';

const inflaters: IdlePool<PakoInflater> = /* @__PURE__ */ new IdlePool();
const deflaters: IdlePool<PakoDeflater> = /* @__PURE__ */ new IdlePool();

/**
 * Deflate in plain JavaScript, for browsers, workers and other platforms without zlib. It uses pako, a port of zlib with
 * exactly the same output.
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

/** Shared deflaters for connections without context takeover, which own none themselves. */
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
 * Shared inflaters that are exact about windows, final blocks and invalid data, for platforms whose own are not. Each is
 * given back after its message.
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
