// Reads the head of an HTTP/1.1 message (RFC 9112, 2-5) as its bytes arrive. The parser is strict, since request
// smuggling needs text that two parsers read differently: CRLF only, no folding, no blank before a colon, no control
// characters. Bytes beyond ASCII are kept in header values, one character (ISO 8859-1) for each, as Node does.
// Each byte is looked at a constant number of times, however the head is cut.

import type { Headers } from '@ws/types';
import { decodeLatin1, isHeaderValue, isToken, trimBlanks } from '@ws/util/primitives';
import type { HandshakeError, HandshakeErrorCode } from '../errors/handshake-error.ts';
import { GrowingBuffer } from '../support/growing-buffer.ts';

/** The header section of a request or response. */
export interface HttpHead {
  /** Values by name in lower case; several lines of one name are joined by `, `. */
  readonly headers: Headers;
  /** The names that had several lines, in lower case. */
  readonly repeated: readonly string[];
}

/** The most header lines that a head may have. */
const MAX_HEADERS = 256;

/** The header lines collected so far. */
export interface HeaderFields extends HttpHead {
  readonly headers: Record<string, string>;
  readonly repeated: string[];
}

export function createHeaderFields(): HeaderFields {
  return { headers: Object.create(null), repeated: [] };
}

/** Headers that the handshake depends on. Their valid values are ASCII only. */
const ASCII_HEADERS = /^(?:host|sec-websocket-.*)$/i;

/**
 * Adds a header line, without the blanks around the value. A value may have bytes beyond ASCII (RFC 9110, 5.5: opaque),
 * except those of `Host` and of the headers of the WebSocket handshake.
 *
 * @returns `false` when the line breaks the grammar; nothing was added then
 */
export function addHeader({ headers, repeated }: HeaderFields, name: string, value: string): boolean {
  if (!isToken(name)) return false;
  if (!/^[\t -~]*$/.test(value) && (ASCII_HEADERS.test(name) || !isHeaderValue(value))) return false;
  const trimmed = trimBlanks(value);
  const key = name.toLowerCase();
  const earlier = headers[key];
  headers[key] = earlier === undefined ? trimmed : `${earlier}, ${trimmed}`;
  if (earlier !== undefined) repeated.push(key);
  return true;
}

/** Reads one head. The subclasses read the first line, which differs between requests and responses. */
export abstract class HttpHeadParser<Head extends HttpHead> {
  readonly #maxSize: number;
  #size = 0;
  #headerCount = 0;
  /** The start of a line whose end has not come yet. */
  readonly #rest: GrowingBuffer = new GrowingBuffer();
  /** The line before the CR that has just been read. */
  #line: string | null = null;
  #started: Head | null = null;
  #fields: HeaderFields = createHeaderFields();
  #head: Head | null = null;

  /** @param maxSize the most bytes that a head may have, the empty line at its end included */
  constructor(maxSize: number) {
    this.#maxSize = maxSize;
  }

  /** The head, once it is complete. */
  get head(): Head | null {
    return this.#head;
  }

  /**
   * Reads the next bytes.
   *
   * @returns how many of the bytes belong to the head: all of them, unless it is now complete. The rest is not HTTP.
   * @throws {@link HandshakeError} when the head is malformed (400) or too big (431); nothing may be pushed after that
   */
  push(bytes: Uint8Array): number {
    const limit = Math.min(bytes.length, this.#maxSize - this.#size);
    const text = decodeLatin1(bytes, 0, limit);
    let at = 0;
    while (this.#head === null && at < text.length) {
      if (this.#line !== null) {
        if (text[at++] !== '\n') throw this.fail('ERR_HTTP_SYNTAX');
        this.#endLine(this.#line);
        this.#line = null;
        continue;
      }
      const cr = text.indexOf('\r', at);
      const lineEnd = cr < 0 ? text.length : cr;
      const piece = text.slice(at, lineEnd);
      this.#checkCharacters(piece);
      if (cr < 0) this.#rest.append(bytes, at, limit, 0);
      else this.#line = this.#takeLine(piece, bytes, at, cr);
      at = lineEnd + (cr < 0 ? 0 : 1);
    }
    if (this.#head === null && limit < bytes.length) throw this.fail('ERR_HTTP_TOO_BIG');
    this.#size += at;
    return at;
  }

  /** Reads the first line into a head that holds `fields`. */
  protected abstract parseStartLine(line: string, fields: HeaderFields): Head;

  protected abstract fail(code: HandshakeErrorCode): HandshakeError;

  /** Whether the head announces another one, as `100 Continue` does. */
  protected isInterim(_head: Head): boolean {
    return false;
  }

  /** Whether the first line may have bytes beyond ASCII. */
  protected readonly allowsObsText: boolean = false;

  #checkCharacters(piece: string): void {
    const isAsciiOnly = this.#started === null && !this.allowsObsText;
    if (!(isAsciiOnly ? /^[\t -~]*$/.test(piece) : isHeaderValue(piece))) throw this.fail('ERR_HTTP_SYNTAX');
  }

  /** Completes the line that ends with `piece`, which is `bytes[start, end)`. */
  #takeLine(piece: string, bytes: Uint8Array, start: number, end: number): string {
    if (this.#rest.length === 0) return piece;
    this.#rest.append(bytes, start, end, 0);
    return decodeLatin1(this.#rest.take());
  }

  #endLine(line: string): void {
    if (this.#started === null) this.#started = this.parseStartLine(line, this.#fields);
    else if (line !== '') this.#addLine(line);
    else if (this.isInterim(this.#started)) {
      this.#started = null;
      this.#fields = createHeaderFields();
    } else this.#head = this.#started;
  }

  #addLine(line: string): void {
    if (++this.#headerCount > MAX_HEADERS) throw this.fail('ERR_HTTP_TOO_BIG');
    const colon = line.indexOf(':');
    // A folded line begins with a blank, so its name is no token; a name with a blank before the colon is none either.
    const isValid = colon >= 0 && addHeader(this.#fields, line.slice(0, colon), line.slice(colon + 1));
    if (!isValid) throw this.fail('ERR_HTTP_SYNTAX');
  }
}
