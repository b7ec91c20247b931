import { createHash } from 'node:crypto';

/** The first line and the header fields of an HTTP/1.1 message. */
export interface HttpHead {
  readonly startLine: string;
  /** Lower-case name to the values of all lines with that name, in order. */
  readonly headers: ReadonlyMap<string, readonly string[]>;
}

const END = Buffer.from('\r\n\r\n');

/** The length of the head, its empty line included, or 0 when it is not yet whole; for `readRaw`. */
export function headLength(octets: Buffer): number {
  const index = octets.indexOf(END);
  return index < 0 ? 0 : index + END.length;
}

/** Splits a head into lines; a line without a colon gets the empty value. */
export function parseHead(octets: Buffer): HttpHead {
  const [startLine = '', ...lines] = octets.toString('latin1').trimEnd().split('\r\n');
  const headers = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(':');
    const name = (colon < 0 ? line : line.slice(0, colon)).trim().toLowerCase();
    const values = headers.get(name) ?? [];
    values.push(colon < 0 ? '' : line.slice(colon + 1).trim());
    headers.set(name, values);
  }
  return { startLine, headers };
}

/** All values of a field, joined as if they stood on one line; the empty string when it is absent. */
export function fieldValue(head: HttpHead, name: string): string {
  return (head.headers.get(name) ?? []).join(', ');
}

/** The status code of a response, or 0 when the first line is not one. */
export function statusOf(head: HttpHead): number {
  return Number(/^HTTP\/1\.[01] (\d{3})(?: |$)/.exec(head.startLine)?.[1] ?? 0);
}

/** What a server answers to a client's key (RFC 6455, 4.2.2). */
export function acceptKeyOf(key: string): string {
  return createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
}
