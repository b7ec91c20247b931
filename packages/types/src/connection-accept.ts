import { checkToken } from './checks.ts';
import { type HeaderInit, headersToSend } from './headers.ts';

/** A server's `onConnect` accepts the connection with this. `null`, a string, or a pair of the two does as well. */
export class ConnectionAccept {
  /** One that the client offered; `null`: none. */
  readonly subprotocol: string | null;
  /** More headers for the response; `null`: none. */
  readonly headers: HeaderInit | null;

  /** @throws TypeError when one has the wrong type, RangeError when it cannot stand in a header */
  constructor(subprotocol: string | null = null, headers: HeaderInit | null = null) {
    if (subprotocol !== null) checkToken('subprotocol', subprotocol);
    this.subprotocol = subprotocol;
    this.headers = headers === null ? null : headersToSend('headers', headers);
  }
}
