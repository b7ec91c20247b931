import { checkToken } from './checks.ts';
import { type HeaderInit, headersToSend } from './headers.ts';

/**
 * A server's `onConnect` returns this to accept the connection. It may also return just the subprotocol (a string or
 * `null`), or a pair of subprotocol and headers.
 */
export class ConnectionAccept {
  /** The chosen subprotocol, one that the client offered; `null`: none. */
  readonly subprotocol: string | null;
  /** Additional headers of the response; `null`: none. */
  readonly headers: HeaderInit | null;

  /** @throws TypeError when an argument has the wrong type, RangeError when its value is not allowed in a header */
  constructor(subprotocol: string | null = null, headers: HeaderInit | null = null) {
    if (subprotocol !== null) checkToken('subprotocol', subprotocol);
    this.subprotocol = subprotocol;
    this.headers = headers === null ? null : headersToSend('headers', headers);
  }
}
