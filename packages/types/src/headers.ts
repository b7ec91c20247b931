import { checkHeaderValue, checkList, checkMap, checkString, checkToken } from './checks.ts';

/**
 * Headers to send: a name, in any case, and its value. A list makes one header line per item. Values go as ISO 8859-1,
 * as in Node: characters beyond U+00FF are a RangeError.
 */
export type HeaderInit = Readonly<Record<string, string | readonly string[]>>;

/**
 * Headers received: names in lower case, lines of one name joined by `, ` (RFC 9110, 5.3). The map has no prototype,
 * so `headers['constructor']` is a header or `undefined`, whatever the peer sent. A value is opaque (RFC 9110, 5.5): each
 * byte is one character of ISO 8859-1, as in Node. One that is known to be UTF-8 is decoded in Node by
 * `Buffer.from(value, 'latin1').toString()`.
 */
export type Headers = Readonly<Record<string, string>>;

/** A copy in the form of {@link Headers}. @throws TypeError */
export function receivedHeaders(title: string, headers: unknown): Headers {
  checkMap(title, headers);
  const copy: Record<string, string> = Object.create(null);
  for (const [name, values] of Object.entries(headers)) {
    const key = name.toLowerCase();
    for (const value of Array.isArray(values) ? values : [values]) {
      checkString(`${title}: ${name}`, value);
      copy[key] = copy[key] === undefined ? value : `${copy[key]}, ${value}`;
    }
  }
  return copy;
}

/** A copy of headers to send, checked, without a prototype. @throws TypeError, RangeError */
export function headersToSend(title: string, headers: unknown): HeaderInit {
  checkMap(title, headers);
  const copy: Record<string, string | readonly string[]> = Object.create(null);
  for (const [name, values] of Object.entries(headers)) {
    checkToken('header name', name);
    const list: readonly unknown[] = Array.isArray(values) ? values : [values];
    for (const value of list) checkHeaderValue(`header ${name}`, value);
    copy[name] = Array.isArray(values) ? [...values] : (values as string);
  }
  return copy;
}

const NO_LISTS: Record<string, readonly string[]> = /* @__PURE__ */ Object.freeze(Object.create(null));

/** A copy of a map of lists of strings, such as query parameters, without a prototype. @throws TypeError */
export function copyLists(title: string, lists: unknown): Record<string, readonly string[]> {
  checkMap(title, lists);
  const names = Object.keys(lists);
  // Most requests have no parameters, and are kept as long as their connections.
  if (names.length === 0) return NO_LISTS;
  const copy: Record<string, readonly string[]> = Object.create(null);
  for (const [name, values] of Object.entries(lists)) {
    checkList(`${title}: ${name}`, values);
    for (const value of values) checkString(`${title}: ${name}: each`, value);
    copy[name] = [...(values as readonly string[])];
  }
  return copy;
}
