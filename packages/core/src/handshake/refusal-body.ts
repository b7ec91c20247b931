// The body of a response that is not 101: it says why, perhaps. Any server may send it, so it is read as far as a limit.

import { concatBytes, decodeLatin1 } from '@ws/util/primitives';
import { GrowingBuffer } from '../support/growing-buffer.ts';
import type { ResponseHead } from './response-head.ts';

/** So many bytes of it are kept; what follows is not waited for. */
export const MAX_REFUSAL_BODY = 65536;

/** Collects the body of one response, up to {@link MAX_REFUSAL_BODY}. */
export class RefusalBody {
  readonly #bytes: GrowingBuffer = new GrowingBuffer();
  readonly #isChunked: boolean;
  /** How many bytes are wanted. */
  readonly #limit: number;
  /** Where the data of each chunk lies; of the last, perhaps, more than has come. */
  readonly #chunks: (readonly [start: number, end: number])[] = [];
  /** Where the next chunk begins, with the line that tells its size. */
  #nextChunk = 0;

  constructor({ status, headers }: ResponseHead) {
    this.#isChunked = /\bchunked$/i.test(headers['transfer-encoding'] ?? '');
    this.#limit = Math.min(announcedLength(status, headers['content-length'], this.#isChunked), MAX_REFUSAL_BODY);
  }

  /** Takes the next bytes. @returns whether that was all; if not, more may come until the connection ends */
  push(bytes: Uint8Array): boolean {
    this.#bytes.append(bytes, 0, Math.min(bytes.length, this.#limit - this.#bytes.length), 0);
    return (this.#isChunked && this.#findChunks()) || this.#bytes.length === this.#limit;
  }

  /** What was collected, chunks joined. */
  take(): Uint8Array {
    const bytes = this.#bytes.take();
    return this.#isChunked ? concatBytes(this.#chunks.map(([start, end]) => bytes.subarray(start, end))) : bytes;
  }

  /**
   * Looks at each chunk once, however they are cut (RFC 9112, 7.1). A trailer section is not waited for.
   *
   * @returns whether the last one has come
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

/** RFC 9112, 6.3. What is not announced ends with the connection. */
function announcedLength(status: number, length: string | undefined, isChunked: boolean): number {
  if (status === 204 || status === 304) return 0;
  return !isChunked && /^\d{1,15}$/.test(length ?? '') ? Number(length) : MAX_REFUSAL_BODY;
}
