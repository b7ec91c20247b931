import { parseUrl } from '@ws/util';
import { HandshakeError } from '../errors/handshake-error.ts';

/** The target of a request. */
export interface RequestTarget {
  /** The path as it was sent, escapes and all, without `;parameters` of its last segment. Begins with one slash. */
  readonly path: string;
  /** The query as form data: each name's values in order, without the empty ones. The map has no prototype. */
  readonly params: Record<string, string[]>;
  /** Path and query as they were sent, `;parameters` included. Begins with one slash. */
  readonly resource: string;
}

/** A path or a URL, then perhaps a query; visible ASCII, no `#`. */
const TARGET = /^(?!\?|$)(?:(?:https?|wss?):\/\/[^/?#]+)?(\/[!"$->@-~]*)?(?:\?([!"$-~]*))?$/i;

/**
 * Reads the target of a request line (RFC 9112, 3.2; RFC 6455, 4.2.1).
 *
 * The scheme and authority of a whole URL are ignored: the request came to us. Slashes at the start become one, since
 * `//evil.example/` is a path here, but names another host when an application writes it into a link.
 *
 * @throws {@link HandshakeError} when the target is neither a path nor a URL, or has a fragment
 */
export function parseRequestTarget(target: string): RequestTarget {
  const match = TARGET.exec(target);
  if (match === null) throw new HandshakeError('ERR_REQUEST_TARGET');
  const [, sentPath = '/', query = ''] = match;
  const rawPath = sentPath.replace(/^\/+/, '/');
  const semicolon = rawPath.indexOf(';', rawPath.lastIndexOf('/'));
  const path = semicolon < 0 ? rawPath : rawPath.slice(0, semicolon);
  if (query === '') return { path, params: Object.create(null), resource: rawPath };
  // Only the form data of this URL is used.
  const { params } = parseUrl(`ws://localhost/?${query}`);
  return { path, params, resource: `${rawPath}?${query}` };
}
