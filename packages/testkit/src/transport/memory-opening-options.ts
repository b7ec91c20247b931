import type { HeaderInit, Headers, TransportDetails } from '@ws/types';
import type { MemoryTransportOptions } from './memory-transport-pair.ts';

/** What the client of `memoryOpeningRequest` asks for. */
export interface MemoryOpeningOptions extends Omit<MemoryTransportOptions, 'manual' | 'subprotocol'> {
  /** Path and query, default `/`. */
  readonly resource?: string | undefined;
  readonly headers?: HeaderInit | undefined;
  readonly subprotocols?: readonly string[] | undefined;
  /** Default `null`: none. */
  readonly origin?: string | null | undefined;
  /** Default `memory:client`. */
  readonly peer?: string | undefined;
  /** Default `null`. */
  readonly transportDetails?: TransportDetails | null | undefined;
  /** Messages that come with the request: the client did not wait for the answer. */
  readonly firstMessages?: readonly (Uint8Array | string)[] | undefined;
}

/** What a client was answered. */
export interface OpeningResponse {
  /** 101: accepted. */
  readonly status: number;
  /** Names in lower case; lines of one name are joined. */
  readonly headers: Headers;
  /** Empty when there is none. */
  readonly body: Uint8Array;
}
