// Deflate by zlib's public functions alone. Each message is a zlib stream of its own, primed with the bytes before it.

import { constants, deflateRawSync, type InflateRaw, inflateRawSync } from 'node:zlib';
import {
  type DeflaterSource,
  exactInflaters,
  MessageDeflater,
  MessageInflater,
  messageTooBig,
  type Output,
  portableDeflate,
  type RawDeflater,
  SlidingWindow,
} from '@ws/compress/deflate';
import { DECOMPRESSION_STEP, type DeflateCodec } from '@ws/types';
import { concatBytes, EMPTY_BYTES } from '@ws/util/primitives';
import { frugalParameters, INPUT_STEP, PRIMING_SIZE, type ZlibParameters, zlibParameters } from './zlib-parameters.ts';

/** Deflate by `deflateRawSync` and `inflateRawSync` with the option `dictionary`. */
export const oneShotDeflate: DeflateCodec = {
  compressor: parameters => new MessageDeflater(new OneShotDeflaters(zlibParameters(parameters))),
  decompressor(parameters) {
    const { windowBits, contextTakeover } = parameters;
    // zlib accepts distances that reach beyond a smaller window.
    if (windowBits < 15) return portableDeflate.decompressor(parameters);
    return new MessageInflater(windowBits, contextTakeover, exactInflaters(windowBits), inflateWhole);
  },
};

/** Makes a deflater for each message of one connection. */
class OneShotDeflaters implements DeflaterSource {
  readonly #parameters: ZlibParameters;
  readonly #window: SlidingWindow | null;

  constructor(parameters: ZlibParameters) {
    this.#parameters = parameters;
    this.#window = parameters.contextTakeover
      ? new SlidingWindow(Math.min(1 << parameters.windowBits, PRIMING_SIZE))
      : null;
  }

  take(length: number): RawDeflater {
    const parameters = this.#window === null ? this.#parameters : frugalParameters(this.#parameters, length);
    return new OneShotDeflater(parameters, this.#window?.last() ?? EMPTY_BYTES);
  }

  give(): void {}

  sent(bytes: Uint8Array): void {
    this.#window?.append(bytes);
  }
}

/** Collects the pieces of one message and compresses them at its end. */
class OneShotDeflater implements RawDeflater {
  readonly #parameters: ZlibParameters;
  #dictionary: Uint8Array;
  readonly #pieces: Uint8Array[] = [];

  constructor(parameters: ZlibParameters, dictionary: Uint8Array) {
    this.#parameters = parameters;
    this.#dictionary = dictionary;
  }

  deflate(bytes: Uint8Array, flush: boolean, output: Output): void {
    if (!flush) {
      // The window changes before the message is complete, so its bytes are copied.
      if (this.#pieces.length === 0) this.#dictionary = this.#dictionary.slice();
      this.#pieces.push(bytes.slice());
      return;
    }
    const { windowBits, memLevel, level } = this.#parameters;
    const options = { windowBits, memLevel, level, finishFlush: constants.Z_SYNC_FLUSH };
    const dictionary = this.#dictionary.length === 0 ? {} : { dictionary: this.#dictionary };
    output.push(deflateRawSync(concatBytes([...this.#pieces, bytes]), { ...options, ...dictionary }));
  }

  close(): void {}
}

/**
 * The tail of 7.2.2, an empty final block, and one byte more. After a complete message zlib leaves exactly that byte
 * unread. (`END_PROBE` is for inflaters that can stop at the end of a block.)
 */
const FINAL_TAIL = Uint8Array.of(0, 0, 0xff, 0xff, 1, 0, 0, 0xff, 0xff, 0);

/**
 * Inflates a whole message in one call; see `InflateWhole`. A message that turns out longer than a step is given up when
 * it gets there, and inflated by pako from its beginning: `inflateRawSync` cannot stop and go on.
 */
function inflateWhole(bytes: Uint8Array, dictionary: Uint8Array, maxLength: number): Uint8Array | null {
  if (bytes.length > INPUT_STEP) return null;
  const options = {
    finishFlush: constants.Z_SYNC_FLUSH,
    info: true,
    ...(dictionary.length === 0 ? {} : { dictionary }),
    maxOutputLength: Math.max(Math.min(maxLength, DECOMPRESSION_STEP), 1),
  };
  const input = concatBytes([bytes, FINAL_TAIL]);
  let result: { buffer: Uint8Array; engine: InflateRaw };
  try {
    result = inflateRawSync(input, options) as unknown as { buffer: Uint8Array; engine: InflateRaw };
  } catch (error) {
    const isTooLarge = (error as { code?: unknown }).code === 'ERR_BUFFER_TOO_LARGE';
    if (isTooLarge && maxLength < DECOMPRESSION_STEP) throw messageTooBig(maxLength);
    return null;
  }
  if (result.engine.bytesWritten !== input.length - 1) return null;
  if (result.buffer.length > maxLength) throw messageTooBig(maxLength);
  return result.buffer;
}
