// Reads the body of a response that is not 101: it may say why. Any server may send one, so its size is limited.

import { concatBytes, decodeLatin1 } from '@ws/util/primitives';
import { GrowingBuffer } from '../support/growing-buffer.ts';
import type { ResponseHead } from './response-head.ts';

/** The most bytes of a body that are kept. The rest is not awaited. */
export const MAX_REFUSAL_BODY = 65536;

/** How long the body is awaited after the head has come, in milliseconds. Then the part that has come is kept. */
export const REFUSAL_BODY_TIMEOUT = 5000;

/** Collects the body of one response, up to {@link MAX_REFUSAL_BODY}. */
export class RefusalBody {
  readonly #bytes: GrowingBuffer = new GrowingBuffer();
  readonly #isChunked: boolean;
  /** How many bytes to collect. */
  readonly #limit: number;
  /** Where the data of each chunk lies. The last range may reach beyond the bytes that have come. */
  readonly #chunks: (readonly [start: number, end: number])[] = [];
  /** Where the next chunk begins: with the line that gives its size. */
  #nextChunk = 0;

  constructor({ status, headers }: ResponseHead) {
    this.#isChunked = /\bchunked$/i.test(headers['transfer-encoding'] ?? '');
    this.#limit = Math.min(announcedLength(status, headers['content-length'], this.#isChunked), MAX_REFUSAL_BODY);
  }

  /** Adds the next bytes. @returns whether the body is complete; if not, more may come until the connection ends */
  push(bytes: Uint8Array): boolean {
    this.#bytes.append(bytes, 0, Math.min(bytes.length, this.#limit - this.#bytes.length), 0);
    return (this.#isChunked && this.#findChunks()) || this.#bytes.length === this.#limit;
  }

  /** The body as far as it was collected, chunks joined. */
  take(): Uint8Array {
    const bytes = this.#bytes.take();
    return this.#isChunked ? concatBytes(this.#chunks.map(([start, end]) => bytes.subarray(start, end))) : bytes;
  }

  /**
   * Looks at each chunk once, however the bytes are cut (RFC 9112, 7.1). A trailer section is not awaited.
   *
   * @returns whether the last chunk has come
   */
  #findChunks(): boolean {
    for (;;) {
      const rest = this.#bytes.tail(this.#bytes.length - this.#nextChunk);
      const [line, size] = SIZE_LINE.exec(decodeLatin1(rest.subarray(0, MAX_SIZE_LINE))) ?? [];
      if (line === undefined) return false;
      const start = this.#nextChunk + line.length;
      const end = start + Number.parseInt(size!, 16);
      if (start === end) return true;
      this.#chunks.push([start, end]);
      this.#nextChunk = end + 2;
    }
  }
}

/** The first line of a chunk, and how long it may be. */
const SIZE_LINE = /^([\da-f]{1,8})[^\r\n]*\r\n/i;
const MAX_SIZE_LINE = 256;

/** The length of the body (RFC 9112, 6.3). A body without an announced length lasts until the connection ends. */
function announcedLength(status: number, length: string | undefined, isChunked: boolean): number {
  if (status === 204 || status === 304) return 0;
  return !isChunked && /^\d{1,15}$/.test(length ?? '') ? Number(length) : MAX_REFUSAL_BODY;
}
