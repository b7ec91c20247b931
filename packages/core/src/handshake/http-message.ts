import { encodeLatin1 } from '@ws/util/primitives';

/** A header line to send: name and value, both already checked. */
export type HeaderLine = readonly [name: string, value: string];

/** The bytes of a request's or response's head. */
export function encodeHead(startLine: string, headers: readonly HeaderLine[]): Uint8Array {
  let text = `${startLine}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return encodeLatin1(`${text}\r\n`);
}
