import { checkHeaderValue, checkList, checkMap, checkString, checkToken } from './checks.ts';

/**
 * Headers to send: names, in any case, and their values. A list makes one header line per item. Values are sent as
 * ISO 8859-1, as in Node; a character beyond U+00FF is a RangeError.
 */
export type HeaderInit = Readonly<Record<string, string | readonly string[]>>;

/**
 * Headers received: names in lower case, lines of one name joined by `, ` (RFC 9110, 5.3). The map has no prototype,
 * so `headers['constructor']` is a header or `undefined`, whatever the peer sent. A value is opaque (RFC 9110, 5.5): each
 * byte is one character of ISO 8859-1, as in Node. To decode a value that is known to be UTF-8, use
 * `Buffer.from(value, 'latin1').toString()` in Node.
 */
export type Headers = Readonly<Record<string, string>>;

/** Copies headers into the form of {@link Headers}. @throws TypeError when the values are not strings */
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

/** Checks headers to send, and copies them into a map without a prototype. @throws TypeError, RangeError */
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

/** Copies a map of lists of strings, such as query parameters, into one without a prototype. @throws TypeError */
export function copyLists(title: string, lists: unknown): Record<string, readonly string[]> {
  checkMap(title, lists);
  const names = Object.keys(lists);
  // Most requests have no parameters and live as long as their connections, so these share one empty map.
  if (names.length === 0) return NO_LISTS;
  const copy: Record<string, readonly string[]> = Object.create(null);
  for (const [name, values] of Object.entries(lists)) {
    checkList(`${title}: ${name}`, values);
    for (const value of values) checkString(`${title}: ${name}: each`, value);
    copy[name] = [...(values as readonly string[])];
  }
  return copy;
}
