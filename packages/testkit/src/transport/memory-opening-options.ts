import type { HeaderInit, Headers, TransportDetails } from '@ws/types';
import type { MemoryTransportOptions } from './memory-transport-pair.ts';

/** Options of `memoryOpeningRequest`: the request of its client. */
export interface MemoryOpeningOptions extends Omit<MemoryTransportOptions, 'manual' | 'subprotocol'> {
  /** Path and query. Default `/`. */
  readonly resource?: string | undefined;
  readonly headers?: HeaderInit | undefined;
  readonly subprotocols?: readonly string[] | undefined;
  /** The `Origin` header. Default `null`: none. */
  readonly origin?: string | null | undefined;
  /** The client's address. Default `memory:client`. */
  readonly peer?: string | undefined;
  /** Details of the transport under the request. Default `null`. */
  readonly transportDetails?: TransportDetails | null | undefined;
  /** Messages that arrive with the request, from a client that did not wait for the answer. Default none. */
  readonly firstMessages?: readonly (Uint8Array | string)[] | undefined;
}

/** The response that a client received. */
export interface OpeningResponse {
  /** The HTTP status; 101: accepted. */
  readonly status: number;
  /** Headers: names in lower case, lines of one name joined. */
  readonly headers: Headers;
  /** The body; empty when there is none. */
  readonly body: Uint8Array;
}
