import {
  Z_BLOCK,
  Z_BUF_ERROR,
  Z_OK,
  Z_STREAM_END,
  Z_SYNC_FLUSH,
  ZStream,
  zlibInflate,
  zlibInflateInit2,
  zlibInflateReset,
  zlibInflateSetDictionary,
} from 'pako';
import type { RawInflater } from './message-inflater.ts';
import { compressedData, type Output } from './output.ts';
import { END_PROBE } from './trailer.ts';

const CHUNK_SIZE = 16_384;
const chunk: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(CHUNK_SIZE);

/**
 * Inflates by pako's port of zlib: exact about what is valid, about windows below 2^15 and about where a final block
 * ends.
 */
export class PakoInflater implements RawInflater {
  readonly #stream: ZStream = new ZStream();
  readonly #windowSize: number;

  constructor(windowBits: number) {
    this.#windowSize = 1 << windowBits;
    zlibInflateInit2(this.#stream, -windowBits);
  }

  start(dictionary: Uint8Array): void {
    zlibInflateReset(this.#stream);
    // zlib itself lets distances reach over the window as long as the bytes are still in the output buffer.
    (this.#stream.state as { dmax: number }).dmax = this.#windowSize;
    if (dictionary.length > 0) zlibInflateSetDictionary(this.#stream, dictionary);
  }

  inflate(bytes: Uint8Array, output: Output): number {
    return this.#write(bytes, Z_SYNC_FLUSH, output);
  }

  probe(output: Output): number {
    return this.#write(END_PROBE, Z_BLOCK, output);
  }

  close(): void {
    // It holds nothing but memory.
  }

  #write(bytes: Uint8Array, flush: typeof Z_SYNC_FLUSH | typeof Z_BLOCK, output: Output): number {
    const stream = this.#stream;
    stream.input = bytes;
    stream.next_in = 0;
    stream.avail_in = bytes.length;
    let status: number;
    do {
      stream.output = chunk;
      stream.next_out = 0;
      // One byte more than allowed is enough to know.
      stream.avail_out = Math.min(CHUNK_SIZE, output.remaining + 1);
      status = zlibInflate(stream, flush);
      if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
        throw compressedData(stream.msg || `zlib status ${status}`);
      }
      output.push(chunk.slice(0, stream.next_out));
    } while (status === Z_OK && stream.avail_out === 0);
    return bytes.length - stream.avail_in;
  }
}
