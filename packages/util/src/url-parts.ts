/** What a query parameter can be made of. `null` and `undefined` leave it out. */
export type UrlParam = string | number | bigint | boolean | null | undefined;

/** Query parameters to send; a list repeats the name. */
export type UrlParams = Readonly<Record<string, UrlParam | readonly UrlParam[]>>;

/** What {@link createUrl} makes a URL of. {@link UrlParts} are such a target too. */
export interface UrlTarget {
  /** Name or address, IPv6 with or without brackets; `unix` where `udsPath` is given. */
  readonly hostname: string;
  /** 1..65535, by default 80, or 443 where secure. */
  readonly port?: number | null | undefined;
  /** `wss:` instead of `ws:`; default `false`. */
  readonly isSecure?: boolean | undefined;
  /** Not yet escaped; default `/`. */
  readonly path?: string | null | undefined;
  readonly params?: UrlParams | null | undefined;
  /** Path of a Unix domain socket, not escaped. */
  readonly udsPath?: string | null | undefined;
  /** Path and query as they stand in the URL, verbatim. Where given, `path` and `params` are not used. */
  readonly resource?: string | null | undefined;
}

/** What {@link parseUrl} finds in a URL. */
export interface UrlParts {
  readonly isSecure: boolean;
  /** In lower case, IPv6 without brackets; `unix` for a Unix domain socket. */
  readonly hostname: string;
  /** `null` for a Unix domain socket. */
  readonly port: number | null;
  /** `null` for TCP. */
  readonly udsPath: string | null;
  /** What to ask the server for: path and query as they stand in the URL. */
  readonly resource: string;
  /** The path, escapes decoded, without `;parameters` after its last segment. */
  readonly path: string;
  /** The query as form data: each name's values in order, without the empty ones. The map has no prototype. */
  readonly params: Record<string, string[]>;
}

/**
 * The host of an authority: a name or an IPv4 address without anything that would end it, without blanks and control
 * characters; or in brackets what looks like an IPv6 address, perhaps with a zone.
 */
export const HOST: RegExp = /^(?:[!$-.\w;=~\x80-\uffff]+|\[[\da-f]{0,4}:[\da-f]{0,4}:[\da-f:.]*(?:%[\w.~-]+)?\])$/i;

/** The resource of a Unix socket's URL that names none: the socket's path, from the first slash on. */
export function resourceOfSocket(rawUdsPath: string): string {
  const slash = rawUdsPath.indexOf('/');
  return slash < 0 ? '/' : rawUdsPath.slice(slash);
}
