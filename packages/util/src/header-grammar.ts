// The grammar of HTTP header fields (RFC 9110, 5). Every text that is written into a header is checked here.

import type { HeaderInit } from '@ws/types';
import { checkHeaderValue, checkMap, checkToken, HEADER_VALUE, TOKEN } from '@ws/types/checks';

export { checkHeaderValue, checkToken };

/** Whether the text is a token (RFC 9110, 5.6.2): a header name, a method, a subprotocol. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text is a valid header value (RFC 9110, 5.5): no control character but tab, no character beyond U+00FF. */
export function isHeaderValue(text: string): boolean {
  return HEADER_VALUE.test(text);
}

/** Removes the blanks and tabs around a header's value (RFC 9110, 5.6.3), and nothing else: U+00A0 belongs to the value. */
export function trimBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && isBlank(text.charCodeAt(start))) start++;
  while (start < end && isBlank(text.charCodeAt(end - 1))) end--;
  return text.slice(start, end);
}

function isBlank(code: number): boolean {
  return code === 0x20 || code === 0x09;
}

/**
 * Returns the header lines to send, in order, with names as they are given. A list makes one line per item.
 *
 * @throws TypeError when `headers` is not a map of strings and lists of strings, RangeError when a name is not a token or a
 * value has a character that is not allowed in a header
 */
export function flattenHeaders(headers: HeaderInit | null | undefined): [name: string, value: string][] {
  if (headers == null) return [];
  checkMap('headers', headers);
  const lines: [name: string, value: string][] = [];
  for (const [name, values] of Object.entries(headers)) {
    checkToken('header name', name);
    for (const value of Array.isArray(values) ? values : [values]) {
      checkHeaderValue(`header ${name}`, value);
      lines.push([name, value]);
    }
  }
  return lines;
}
