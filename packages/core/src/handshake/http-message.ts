import type { HeaderInit } from '@ws/types';
import { encodeLatin1, flattenHeaders } from '@ws/util/primitives';

/** A header line to send: name and value, both already checked. */
export type HeaderLine = readonly [name: string, value: string];

/** What the opening handshake says itself. */
const OWN_HEADERS =
  /^(?:host|upgrade|connection|sec-websocket-(?:key|version|protocol|extensions|accept)|content-length|transfer-encoding)$/i;

/**
 * The lines of headers that an application adds to an opening handshake.
 *
 * @throws TypeError or RangeError when one breaks the grammar, or is the handshake's own: a second would break it
 */
export function handshakeHeaders(headers: HeaderInit | null | undefined): HeaderLine[] {
  const lines = flattenHeaders(headers);
  for (const [name] of lines) if (OWN_HEADERS.test(name)) throw new RangeError(`header ${name} is the handshake's own`);
  return lines;
}

/** The bytes of a request's or response's head. */
export function encodeHead(startLine: string, headers: readonly HeaderLine[]): Uint8Array {
  let text = `${startLine}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return encodeLatin1(`${text}\r\n`);
}
