import { encodeLatin1 } from '@ws/util';

/** A header line to send: name and value, both already checked. */
export type HeaderLine = readonly [name: string, value: string];

/** The bytes of a request's or response's head. */
export function encodeHead(startLine: string, headers: readonly HeaderLine[]): Uint8Array {
  let text = `${startLine}\r\n`;
  for (const [name, value] of headers) text += `${name}: ${value}\r\n`;
  return encodeLatin1(`${text}\r\n`);
}

/** What a refusal says when nobody gave it a reason (RFC 9110, 15). */
const REASONS: Readonly<Record<number, string>> = {
  200: 'OK',
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  406: 'Not Acceptable',
  408: 'Request Timeout',
  426: 'Upgrade Required',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  501: 'Not Implemented',
  503: 'Service Unavailable',
  505: 'HTTP Version Not Supported',
};

/** The usual reason phrase of a status, or `''`. */
export function reasonPhrase(status: number): string {
  return REASONS[status] ?? '';
}
