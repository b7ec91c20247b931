/** The value of a query parameter. `null` and `undefined` leave the parameter out. */
export type UrlParam = string | number | bigint | boolean | null | undefined;

/** Query parameters to send. A list repeats the name. */
export type UrlParams = Readonly<Record<string, UrlParam | readonly UrlParam[]>>;

/** Parts from which {@link createUrl} makes a URL. {@link UrlParts} can be used as a target too. */
export interface UrlTarget {
  /** Host name or address, IPv6 with or without brackets. `unix` when `udsPath` is given. */
  readonly hostname: string;
  /** Port, 1..65535. Default: 80, or 443 when `isSecure` is `true`. */
  readonly port?: number | null | undefined;
  /** Whether the scheme is `wss:` instead of `ws:`. Default `false`. */
  readonly isSecure?: boolean | undefined;
  /** The path, not yet escaped. Default `/`. */
  readonly path?: string | null | undefined;
  readonly params?: UrlParams | null | undefined;
  /** Path of a Unix domain socket, not escaped. */
  readonly udsPath?: string | null | undefined;
  /** Path and query, written into the URL verbatim. When it is given, `path` and `params` are not used. */
  readonly resource?: string | null | undefined;
}

/** The parts of a URL, from {@link parseUrl}. */
export interface UrlParts {
  readonly isSecure: boolean;
  /** Host name in lower case, IPv6 without brackets. `unix` for a Unix domain socket. */
  readonly hostname: string;
  /** Port; `null` for a Unix domain socket. */
  readonly port: number | null;
  /** Path of a Unix domain socket; `null` for TCP. */
  readonly udsPath: string | null;
  /** The resource to request: path and query as they are written in the URL. */
  readonly resource: string;
  /** The path with escapes decoded, without `;parameters` after its last segment. */
  readonly path: string;
  /** The query as form data: each name's values in order, without the empty ones. The map has no prototype. */
  readonly params: Record<string, string[]>;
}

/**
 * The host of an authority. Either a name or an IPv4 address, without characters that would end it, blanks or control
 * characters; or, in brackets, a text with the form of an IPv6 address, perhaps with a zone.
 */
export const HOST: RegExp = /^(?:[!$-.\w;=~\x80-\uffff]+|\[[\da-f]{0,4}:[\da-f]{0,4}:[\da-f:.]*(?:%[\w.~-]+)?\])$/i;

/** The resource of a Unix socket's URL without an explicit resource: the socket's path from the first slash on. */
export function resourceOfSocket(rawUdsPath: string): string {
  const slash = rawUdsPath.indexOf('/');
  return slash < 0 ? '/' : rawUdsPath.slice(slash);
}
