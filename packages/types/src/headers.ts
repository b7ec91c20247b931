/** Headers to send: a name, in any case, and its value. A list makes one header line per item. */
export type HeaderInit = Readonly<Record<string, string | readonly string[]>>;

/**
 * Headers received: names in lower case, lines of one name joined by `, ` (RFC 9110, 5.3). The map has no prototype,
 * so `headers['constructor']` is a header or `undefined`, whatever the peer sent.
 */
export type Headers = Readonly<Record<string, string>>;
