import { type HeaderInit, reasonPhrase } from '@ws/types';
import { concatBytes, EMPTY_BYTES, encodeText, flattenHeaders } from '@ws/util/primitives';
import { encodeHead, type HeaderLine } from './http-message.ts';

/** Headers about the message and the connection, which the rejection sets itself. */
const OWN_HEADERS = /^(?:connection|content-length|transfer-encoding)$/i;

/** A response other than 101. */
export interface Rejection {
  /** 200..599; anything else becomes 500. */
  readonly status: number;
  /** The reason phrase; by default the usual one. Characters that may not stand in it become blanks. */
  readonly reason?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
  /** A string is sent as UTF-8 and, unless `headers` say otherwise, as `text/plain`. */
  readonly body?: string | Uint8Array | null | undefined;
  /** The `Server` header; `null` or `''`: none. */
  readonly server?: string | null | undefined;
}

/**
 * Formats a response other than 101. It announces `Connection: close`: the caller closes the connection after it.
 *
 * @throws TypeError or RangeError when a header breaks the grammar
 */
export function formatRejection({ status, reason, headers, body, server }: Rejection): Uint8Array {
  const code = Number.isInteger(status) && status >= 200 && status <= 599 ? status : 500;
  // An application may quote its peer in the reason: a line end must not get through.
  const phrase = (reason ?? reasonPhrase(code)).replace(/[^ -~\x80-\xff]/g, ' ');
  const content = typeof body === 'string' ? encodeText(body) : (body ?? EMPTY_BYTES);
  const lines: HeaderLine[] = flattenHeaders({ ...(server ? { Server: server } : {}), ...headers });
  const own = lines.filter(([name]) => !OWN_HEADERS.test(name));
  if (typeof body === 'string' && !own.some(([name]) => name.toLowerCase() === 'content-type')) {
    own.push(['Content-Type', 'text/plain; charset=utf-8']);
  }
  own.push(['Content-Length', `${content.length}`], ['Connection', 'close']);
  return concatBytes([encodeHead(`HTTP/1.1 ${code} ${phrase}`, own), content]);
}
