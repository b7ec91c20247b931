import type { DeflateParameters } from '@ws/types';
import {
  Z_DEFAULT_STRATEGY,
  Z_NO_FLUSH,
  Z_OK,
  Z_SYNC_FLUSH,
  ZStream,
  zlibDeflate,
  zlibDeflateInit2,
  zlibDeflateReset,
} from 'pako';
import { DEFAULT_LEVEL } from './default-level.ts';
import type { RawDeflater } from './message-deflater.ts';
import type { Output } from './output.ts';

const METHOD_DEFLATE = 8;
const CHUNK_SIZE = 16_384;
const chunk: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(CHUNK_SIZE);

/** Compresses with pako's port of zlib. */
export class PakoDeflater implements RawDeflater {
  readonly #stream: ZStream = new ZStream();

  /** For a window of 2^8, zlib takes one of 2^9 and uses 250 bytes of it, so that no distance exceeds 2^8. */
  constructor({ windowBits, memLevel = 8, level = DEFAULT_LEVEL }: DeflateParameters) {
    const bits = Math.max(windowBits, 9);
    const status = zlibDeflateInit2(this.#stream, level, METHOD_DEFLATE, -bits, memLevel, Z_DEFAULT_STRATEGY);
    if (status !== Z_OK) throw new RangeError(`deflate parameters are refused with status ${status}`);
  }

  /** Forgets all earlier input. */
  reset(): void {
    zlibDeflateReset(this.#stream);
  }

  deflate(bytes: Uint8Array, flush: boolean, output: Output): void {
    const stream = this.#stream;
    stream.input = bytes;
    stream.next_in = 0;
    stream.avail_in = bytes.length;
    do {
      stream.output = chunk;
      stream.next_out = 0;
      stream.avail_out = CHUNK_SIZE;
      zlibDeflate(stream, flush ? Z_SYNC_FLUSH : Z_NO_FLUSH);
      output.push(chunk.slice(0, stream.next_out));
    } while (stream.avail_out === 0);
  }

  close(): void {
    // There is nothing to free but memory.
  }
}
