// A client that wants to connect, before there is a connection: the engine of `@ws/core` has read its request from a
// stream, or a runtime's own server has, which accepts before any transport exists.

import type { HeaderInit, Headers } from '../headers.ts';
import type { TransportDetails } from '../transport-details.ts';
import type { MessageTransport } from './message-transport.ts';

/** How an {@link OpeningRequest} is accepted. */
export interface OpeningAccept {
  /** One that the client proposed; `null`: none. A runtime may then choose one: the transport's `subprotocol` tells. */
  readonly subprotocol?: string | null | undefined;
  readonly headers?: HeaderInit | null | undefined;
}

/** How an {@link OpeningRequest} is rejected. */
export interface OpeningReject {
  readonly headers?: HeaderInit | null | undefined;
  readonly body?: Uint8Array | string | null | undefined;
}

/** A client's opening request. Answered once, by `accept` or `reject`. */
export interface OpeningRequest {
  /** Names in lower case; lines of one name are joined. */
  readonly headers: Headers;
  /** Path and query, as they were sent, or as the runtime gives them. */
  readonly resource: string;
  /** Subprotocols that the client proposes, the preferred first. */
  readonly subprotocols: readonly string[];
  /** The `Origin`; `null`: none. */
  readonly origin: string | null;
  /** The client, such as `tcp4:127.0.0.1:52914`; behind a proxy that is trusted, who the proxy says it is. */
  readonly peer: string;
  readonly transportDetails: TransportDetails | null;
  /** Whether `accept` or `reject` has answered it. */
  readonly isAnswered: boolean;
  /**
   * Opens the connection. It is paused until it has a listener.
   *
   * @throws TypeError, RangeError for a subprotocol that was not proposed and headers that break the grammar: the
   * request is still to be answered then; TypeError when it was answered; any error when the client is gone
   */
  accept(options?: OpeningAccept): Promise<MessageTransport>;
  /**
   * Answers with another status than 101. Resolves when the connection is gone, or when that is no longer known.
   *
   * @param status 300 to 599
   * @throws TypeError, RangeError: the request is still to be answered then; TypeError when it was answered
   */
  reject(status: number, options?: OpeningReject): Promise<void>;
  /** Ends the connection at once, answered or not. */
  drop(): void;
}
