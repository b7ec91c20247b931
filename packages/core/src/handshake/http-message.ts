import type { HeaderInit } from '@ws/types';
import { encodeLatin1, flattenHeaders } from '@ws/util/primitives';

/** A header line to send: name and value, both already checked. */
export type HeaderLine = readonly [name: string, value: string];

/** The headers that the opening handshake sets itself. */
const OWN_HEADERS =
  /^(?:host|upgrade|connection|sec-websocket-(?:key|version|protocol|extensions|accept)|content-length|transfer-encoding)$/i;

/**
 * Makes lines of the headers that an application adds to an opening handshake.
 *
 * @throws TypeError or RangeError when a header breaks the grammar, or is one that the handshake sets itself: a second
 * one would break the handshake
 */
export function handshakeHeaders(headers: HeaderInit | null | undefined): HeaderLine[] {
  const lines = flattenHeaders(headers);
  for (const [name] of lines) if (OWN_HEADERS.test(name)) throw new RangeError(`header ${name} is the handshake's own`);
  return lines;
}

/** Encodes the head of a request or response. */
export function encodeHead(startLine: string, headers: readonly HeaderLine[]): Uint8Array {
  let text = `${startLine}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return encodeLatin1(`${text}\r\n`);
}
