// The only file that uses an internal part of node:zlib: a stream's `_handle`. Its `writeSync` (de)compresses inside
// the call and keeps the context; its `init` sets a new dictionary. `zlib-codec.ts` tests all of this before use.

import { constants, createDeflateRaw, createInflateRaw } from 'node:zlib';
import {
  compressedData,
  DEFAULT_LEVEL,
  END_PROBE,
  type Output,
  type RawDeflater,
  type RawInflater,
} from '@ws/compress/deflate';
import { DECOMPRESSION_STEP, type DeflateParameters } from '@ws/types';
import { EMPTY_BYTES } from '@ws/util/primitives';
import { INPUT_STEP } from './zlib-parameters.ts';

/** The size of the output buffer: a step of decompression, and longer than any flush marker. */
const CHUNK_SIZE = DECOMPRESSION_STEP;
const SMALLEST_CHUNK = 64;

/** The part of Node's internal `Zlib` class that is used here. */
interface NativeHandle {
  init(
    windowBits: number,
    level: number,
    memLevel: number,
    strategy: number,
    writeState: Uint32Array,
    callback: () => void,
    dictionary: Uint8Array | undefined,
  ): void;
  reset(): void;
  writeSync(
    flush: number,
    input: Uint8Array,
    inputStart: number,
    inputLength: number,
    output: Uint8Array,
    outputStart: number,
    outputLength: number,
  ): void;
  close(): void;
  onerror: (message: string, status: number, code: string) => void;
}

interface NativeStream {
  readonly _handle: NativeHandle;
  /** After a write: the bytes left free in the output, and the bytes left unread in the input. */
  readonly _writeState: Uint32Array;
}

// The output buffer that all handles share: each call copies its output out of it before it returns.
const chunk = /* @__PURE__ */ new Uint8Array(CHUNK_SIZE);

/** A native zlib stream in synchronous use. */
class ZlibHandle {
  readonly #handle: NativeHandle;
  readonly #state: Uint32Array;
  readonly #settings: readonly [windowBits: number, level: number, memLevel: number];
  /** How many bytes the last {@link write} has read. */
  bytesRead = 0;
  #isPrimed = false;
  #failure: string | null = null;
  #isClosed = false;

  constructor(stream: NativeStream, settings: readonly [windowBits: number, level: number, memLevel: number]) {
    this.#handle = stream._handle;
    this.#state = stream._writeState;
    this.#settings = settings;
    // `ZlibHandle` throws errors from its calls, so the stream around the handle must not emit them as well.
    this.#handle.onerror = message => {
      this.#failure = message;
    };
  }

  /** Forgets the context. The window then holds `dictionary`. */
  prime(dictionary: Uint8Array): void {
    if (dictionary.length > 0 || this.#isPrimed) {
      const given = dictionary.length > 0 ? dictionary : undefined;
      this.#handle.init(...this.#settings, constants.Z_DEFAULT_STRATEGY, this.#state, ignore, given);
      this.#isPrimed = given !== undefined;
    }
    this.#handle.reset();
    this.#throwFailure();
  }

  /** Compresses all of the input. */
  writeAll(flush: number, bytes: Uint8Array, output: Output): void {
    for (let start = 0; ; ) {
      const written = this.write(flush, bytes, start, CHUNK_SIZE);
      start += this.bytesRead;
      output.push(written);
      if (written.length < CHUNK_SIZE) return;
    }
  }

  /**
   * One call of zlib, which ends when the input from `start` on is read or `room` bytes are written.
   *
   * @param room at most {@link CHUNK_SIZE}
   */
  write(flush: number, bytes: Uint8Array, start: number, room: number): Uint8Array {
    const length = bytes.length - start;
    this.#handle.writeSync(flush, bytes, start, length, chunk, 0, room);
    this.#throwFailure();
    this.bytesRead = length - this.#state[1]!;
    const written = room - this.#state[0]!;
    // perf: the end of most messages yields nothing (bench/zlib-codec.bench.ts).
    return written === 0 ? EMPTY_BYTES : chunk.slice(0, written);
  }

  /** May be called twice: by the message that failed, and by the connection that closes. */
  close(): void {
    if (!this.#isClosed) this.#handle.close();
    this.#isClosed = true;
  }

  #throwFailure(): void {
    if (this.#failure === null) return;
    const message = this.#failure;
    this.#failure = null;
    throw compressedData(message);
  }
}

/** Compresses by a native zlib stream, with zlib's defaults for parameters that are not given. */
export class ZlibDeflater implements RawDeflater {
  readonly #handle: ZlibHandle;

  constructor({ windowBits, memLevel = 8, level = DEFAULT_LEVEL }: DeflateParameters) {
    // For a raw window of 2^8 zlib makes one of 2^9 and uses 250 bytes of it, so that no distance exceeds 2^8.
    const bits = Math.max(windowBits, 9);
    const stream = createDeflateRaw({ windowBits: bits, memLevel, level, chunkSize: SMALLEST_CHUNK });
    this.#handle = new ZlibHandle(stream as unknown as NativeStream, [bits, level, memLevel]);
  }

  /** Forgets the context. Messages that follow may refer to `dictionary`. */
  start(dictionary: Uint8Array): void {
    this.#handle.prime(dictionary);
  }

  deflate(bytes: Uint8Array, flush: boolean, output: Output): void {
    this.#handle.writeAll(flush ? constants.Z_SYNC_FLUSH : constants.Z_NO_FLUSH, bytes, output);
  }

  close(): void {
    this.#handle.close();
  }
}

/** Decompresses by a native zlib stream with a window of 2^15. */
export class ZlibInflater implements RawInflater {
  readonly inputStep: number = INPUT_STEP;
  readonly #handle: ZlibHandle;

  constructor() {
    const stream = createInflateRaw({ windowBits: 15, chunkSize: SMALLEST_CHUNK });
    this.#handle = new ZlibHandle(stream as unknown as NativeStream, [15, 0, 8]);
  }

  start(dictionary: Uint8Array): void {
    this.#handle.prime(dictionary);
  }

  get bytesRead(): number {
    return this.#handle.bytesRead;
  }

  inflate(bytes: Uint8Array, room: number): Uint8Array {
    return this.#handle.write(constants.Z_SYNC_FLUSH, bytes, 0, room);
  }

  probe(room: number): Uint8Array {
    return this.#handle.write(constants.Z_BLOCK, END_PROBE, 0, room);
  }

  close(): void {
    this.#handle.close();
  }
}

function ignore(): void {}
