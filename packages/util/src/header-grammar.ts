// The grammar of HTTP header fields (RFC 9110, 5). Nothing goes into a header that has not passed here.

import type { HeaderInit } from '@ws/types';

const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;
const VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;

/** Whether the text is a token (RFC 9110, 5.6.2): a header name, a method, a subprotocol. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

/** Whether the text can be a header's value (RFC 9110, 5.5): no control character but tab, nothing beyond U+00FF. */
export function isHeaderValue(text: string): boolean {
  return VALUE.test(text);
}

/**
 * Checks that the text is a token.
 *
 * @param title what to call it in the error
 * @throws TypeError when it is not a string, RangeError when it is not a token
 */
export function checkToken(title: string, text: string): void {
  check(title, text, TOKEN, 'an HTTP token');
}

/**
 * Checks that the text can be a header's value.
 *
 * @param title what to call it in the error
 * @throws TypeError when it is not a string, RangeError when it cannot
 */
export function checkHeaderValue(title: string, text: string): void {
  check(title, text, VALUE, 'a header value');
}

function check(title: string, text: unknown, grammar: RegExp, kind: string): void {
  if (typeof text !== 'string') throw new TypeError(`${title} must be a string, not ${typeof text}`);
  if (!grammar.test(text)) throw new RangeError(`${title} is not ${kind}: ${JSON.stringify(text)}`);
}

/**
 * The header lines to send, in order, names as they are given; a list makes one line per item.
 *
 * @throws TypeError when `headers` is not a map of strings and lists of strings, RangeError when a name is not a token
 * or a value has a character that a header cannot carry
 */
export function flattenHeaders(headers: HeaderInit | null): [name: string, value: string][] {
  if (headers === null) return [];
  if (typeof headers !== 'object' || Array.isArray(headers)) throw new TypeError('headers must be an object');
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
