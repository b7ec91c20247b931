// WebSockets over HTTP/2 (RFC 8441). The engine speaks the opening handshake of HTTP/1.1. This file converts the heads
// that the engine writes to the headers of an HTTP/2 stream, and headers back to heads. Frames pass unchanged.

import { concatBytes, decodeLatin1, trimBlanks } from '@ws/util/primitives';

/** The head of a request or response of HTTP/1.1. */
export interface Head {
  /** The request line or status line. */
  readonly line: string;
  /** The headers in their order, with names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** The bytes that end a head. */
const HEAD_END = '\r\n\r\n';

/** Collects the bytes that the engine writes until its head is complete. */
export class HeadCollector {
  #chunks: Uint8Array[] = [];

  /** @returns the head and the bytes written after it, or `null`: the head is not complete yet */
  push(bytes: Uint8Array): { readonly head: Head; readonly rest: Uint8Array } | null {
    this.#chunks.push(bytes.slice());
    const written = concatBytes(this.#chunks);
    const text = decodeLatin1(written);
    const end = text.indexOf(HEAD_END);
    if (end < 0) return null;
    return { head: parseHead(text.slice(0, end)), rest: written.subarray(end + HEAD_END.length) };
  }
}

/** Parses a head that our own engine has written. */
function parseHead(text: string): Head {
  const [line = '', ...lines] = text.split('\r\n');
  const headers = lines.map((header): readonly [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).toLowerCase(), trimBlanks(header.slice(colon + 1))];
  });
  return { line, headers };
}

/** Headers of HTTP/1.1 that apply to the connection and have no place in HTTP/2 (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'upgrade',
  'host',
  'keep-alive',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-accept',
]);

/** Converts a head to headers of HTTP/2: headers of the connection are left out, and repeated names become lists. */
export function http2Headers({ headers }: Head): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of headers) {
    if (CONNECTION_HEADERS.has(name)) continue;
    const before = result[name];
    if (before === undefined) result[name] = value;
    else if (Array.isArray(before)) before.push(value);
    else result[name] = [before, value];
  }
  return result;
}

/** Lists names and values of HTTP/2 headers in turn, without pseudo headers and headers of the connection. */
export function rawHeaders(headers: Readonly<Record<string, unknown>>): string[] {
  const raw: string[] = [];
  for (const [name, values] of Object.entries(headers)) {
    if (name.startsWith(':') || CONNECTION_HEADERS.has(name)) continue;
    for (const value of Array.isArray(values) ? values : [values]) raw.push(name, String(value));
  }
  return raw;
}
