// The body of a response that is not 101: it says why, perhaps. Any server may send it, so it is read as far as a limit.

import { concatBytes, decodeLatin1 } from '@ws/util/primitives';
import { GrowingBuffer } from './growing-buffer.ts';
import type { ResponseHead } from './handshake/response-head.ts';

/** So many bytes of it are kept; what follows is not waited for. */
export const MAX_REFUSAL_BODY = 65536;

/** Collects the body of one response, up to {@link MAX_REFUSAL_BODY}. */
export class RefusalBody {
  readonly #bytes: GrowingBuffer = new GrowingBuffer();
  readonly #isChunked: boolean;
  /** How many bytes are wanted. */
  readonly #limit: number;

  constructor({ status, headers }: ResponseHead) {
    this.#isChunked = /\bchunked$/i.test(headers['transfer-encoding'] ?? '');
    this.#limit = Math.min(announcedLength(status, headers['content-length'], this.#isChunked), MAX_REFUSAL_BODY);
  }

  /** Takes the next bytes. @returns whether that was all; if not, more may come until the connection ends */
  push(bytes: Uint8Array): boolean {
    this.#bytes.append(bytes, 0, Math.min(bytes.length, this.#limit - this.#bytes.length), 0);
    return this.#bytes.length === this.#limit || (this.#isChunked && this.#endsWithLastChunk());
  }

  /** What was collected, chunks joined. */
  take(): Uint8Array {
    const bytes = this.#bytes.take();
    return this.#isChunked ? joinChunks(bytes) : bytes;
  }

  /** RFC 9112, 7.1; a trailer section is taken for more body, which then ends with the connection. */
  #endsWithLastChunk(): boolean {
    const tail = decodeLatin1(this.#bytes.tail(7));
    return tail === '0\r\n\r\n' || tail === '\r\n0\r\n\r\n';
  }
}

/** RFC 9112, 6.3. What is not announced ends with the connection. */
function announcedLength(status: number, length: string | undefined, isChunked: boolean): number {
  if (status === 204 || status === 304) return 0;
  return !isChunked && length !== undefined && /^\d{1,15}$/.test(length) ? Number(length) : MAX_REFUSAL_BODY;
}

/** The data of all whole chunks, and of the last as far as it came. */
function joinChunks(bytes: Uint8Array): Uint8Array {
  const text = decodeLatin1(bytes);
  const chunks: Uint8Array[] = [];
  const sizeLine = /([\da-f]{1,8})[^\r\n]*\r\n/iy;
  for (let size = sizeLine.exec(text); size !== null; size = sizeLine.exec(text)) {
    const end = sizeLine.lastIndex + Number.parseInt(size[1]!, 16);
    chunks.push(bytes.subarray(sizeLine.lastIndex, end));
    sizeLine.lastIndex = end + 2;
  }
  return concatBytes(chunks);
}
