import { DECOMPRESSION_STEP } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
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
import { compressedData } from './output.ts';
import { END_PROBE } from './trailer.ts';

/** The output buffer that all inflaters share: each call copies its output out of it before it returns. */
const chunk: Uint8Array<ArrayBuffer> = /* @__PURE__ */ new Uint8Array(DECOMPRESSION_STEP);

/**
 * Inflates with pako's port of zlib. It is exact about which data is valid, about windows below 2^15, and about where a final
 * block ends.
 */
export class PakoInflater implements RawInflater {
  readonly inputStep = 4096;
  bytesRead = 0;
  readonly #stream: ZStream = new ZStream();
  readonly #windowSize: number;

  constructor(windowBits: number) {
    this.#windowSize = 1 << windowBits;
    zlibInflateInit2(this.#stream, -windowBits);
  }

  start(dictionary: Uint8Array): void {
    zlibInflateReset(this.#stream);
    // Without `dmax`, zlib lets distances exceed the window as long as the bytes are still in the output buffer.
    (this.#stream.state as { dmax: number }).dmax = this.#windowSize;
    if (dictionary.length > 0) zlibInflateSetDictionary(this.#stream, dictionary);
  }

  inflate(bytes: Uint8Array, room: number): Uint8Array {
    return this.#write(bytes, Z_SYNC_FLUSH, room);
  }

  probe(room: number): Uint8Array {
    return this.#write(END_PROBE, Z_BLOCK, room);
  }

  close(): void {
    // There is nothing to free but memory.
  }

  #write(bytes: Uint8Array, flush: typeof Z_SYNC_FLUSH | typeof Z_BLOCK, room: number): Uint8Array {
    const stream = this.#stream;
    stream.input = bytes;
    stream.next_in = 0;
    stream.avail_in = bytes.length;
    stream.output = chunk;
    stream.next_out = 0;
    stream.avail_out = room;
    const status = zlibInflate(stream, flush);
    // Drops the reference to the caller's input, so that it can be collected before the next message comes.
    stream.input = EMPTY_BYTES;
    if (status !== Z_OK && status !== Z_STREAM_END && status !== Z_BUF_ERROR) {
      throw compressedData(stream.msg || `zlib status ${status}`);
    }
    this.bytesRead = bytes.length - stream.avail_in;
    return stream.next_out === 0 ? EMPTY_BYTES : chunk.slice(0, stream.next_out);
  }
}
