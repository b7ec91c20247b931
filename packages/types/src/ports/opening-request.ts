// A client's request before there is a connection. The engine of `@ws/core` has read it from a stream, or a runtime's own
// server has received it, which accepts before any transport exists.

import type { HeaderInit, Headers } from '../headers.ts';
import type { TransportDetails } from '../transport-details.ts';
import type { MessageTransport } from './message-transport.ts';

/** Options of {@link OpeningRequest.accept}. */
export interface OpeningAccept {
  /**
   * One of the subprotocols that the client proposed. `null`: none; a runtime may then choose one, see `subprotocol` of the
   * transport.
   */
  readonly subprotocol?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
}

/** Options of {@link OpeningRequest.reject}. */
export interface OpeningReject {
  readonly headers?: HeaderInit | null | undefined;
  readonly body?: Uint8Array | string | null | undefined;
}

/** A client's opening request. It is answered once, by `accept` or `reject`. */
export interface OpeningRequest {
  /** The request's headers: names in lower case, lines of one name joined. */
  readonly headers: Headers;
  /** Path and query as the client sent them, or as the runtime reports them. */
  readonly resource: string;
  /** Subprotocols that the client proposes, the preferred one first. */
  readonly subprotocols: readonly string[];
  /** The `Origin` header; `null`: the request has none. */
  readonly origin: string | null;
  /** The client's address, such as `tcp4:127.0.0.1:52914`; behind a trusted proxy, the address that the proxy reports. */
  readonly peer: string;
  readonly transportDetails: TransportDetails | null;
  /** Whether `accept` or `reject` has answered the request. */
  readonly isAnswered: boolean;
  /**
   * Opens the connection, which is paused until it has a listener.
   *
   * @throws TypeError or RangeError for a subprotocol that was not proposed or headers that break the grammar, and the request
   * can still be answered; TypeError when it was answered already; another error when the client is gone
   */
  accept(options?: OpeningAccept): Promise<MessageTransport>;
  /**
   * Answers with a status other than 101. Resolves when the connection is gone, or when the runtime cannot know that any more.
   *
   * @param status 300 to 599
   * @throws TypeError or RangeError for invalid arguments, and the request can still be answered; TypeError when it was
   * answered already
   */
  reject(status: number, options?: OpeningReject): Promise<void>;
  /** Ends the connection at once, answered or not. */
  drop(): void;
}
