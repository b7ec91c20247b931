// WebSockets over HTTP/2 (RFC 8441). The engine speaks the opening handshake of HTTP/1.1; here its head is taken off
// the stream and becomes the headers of an HTTP/2 stream, and the other way round. Frames pass as they are.

import { concatBytes, decodeLatin1, trimBlanks } from '@ws/util/primitives';

/** A head of HTTP/1.1. */
export interface Head {
  /** Request or status line. */
  readonly line: string;
  /** In order, names in lower case. */
  readonly headers: readonly (readonly [name: string, value: string])[];
}

/** Ends a head. */
const HEAD_END = '\r\n\r\n';

/** Collects what the engine writes until its head is complete. */
export class HeadCollector {
  #chunks: Uint8Array[] = [];

  /** @returns the head and what was written behind it, or `null`: not complete yet */
  push(bytes: Uint8Array): { readonly head: Head; readonly rest: Uint8Array } | null {
    this.#chunks.push(bytes.slice());
    const written = concatBytes(this.#chunks);
    const text = decodeLatin1(written);
    const end = text.indexOf(HEAD_END);
    if (end < 0) return null;
    return { head: parseHead(text.slice(0, end)), rest: written.subarray(end + HEAD_END.length) };
  }
}

/** Takes a head apart that our own engine has written. */
function parseHead(text: string): Head {
  const [line = '', ...lines] = text.split('\r\n');
  const headers = lines.map((header): readonly [string, string] => {
    const colon = header.indexOf(':');
    return [header.slice(0, colon).toLowerCase(), trimBlanks(header.slice(colon + 1))];
  });
  return { line, headers };
}

/** Headers of HTTP/1.1 that mean the connection, and have no place in HTTP/2 (RFC 9113, 8.2.2). */
const CONNECTION_HEADERS: ReadonlySet<string> = new Set([
  'connection',
  'upgrade',
  'host',
  'keep-alive',
  'transfer-encoding',
  'sec-websocket-key',
  'sec-websocket-accept',
]);

/** What of a head goes into HTTP/2: repeated names become lists. */
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

/** Names and values of HTTP/2 headers in turn, without the pseudo headers and what HTTP/1.1 has in their place. */
export function rawHeaders(headers: Readonly<Record<string, unknown>>): string[] {
  const raw: string[] = [];
  for (const [name, values] of Object.entries(headers)) {
    if (name.startsWith(':') || CONNECTION_HEADERS.has(name)) continue;
    for (const value of Array.isArray(values) ? values : [values]) raw.push(name, String(value));
  }
  return raw;
}
