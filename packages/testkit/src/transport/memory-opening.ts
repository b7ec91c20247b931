import type { HeaderInit, Headers, MessageTransport, OpeningRequest, TransportDetails } from '@ws/types';
import { MemoryOpeningRequest } from './memory-opening-request.ts';
import type { MemoryTransportOptions } from './memory-transport-pair.ts';

/** What the client of {@link memoryOpeningRequest} asks for. */
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

/** A request in memory, and the client that waits for its answer. */
export interface MemoryOpening {
  readonly request: OpeningRequest;
  /** The client's end of the connection; rejects with a `MemoryOpeningError` when there is none. */
  readonly client: Promise<MessageTransport>;
  /** The answer, whichever it is; rejects with a `MemoryOpeningError` when there is none. */
  readonly response: Promise<OpeningResponse>;
  /** The client goes away before the answer. Afterwards it does nothing. */
  leave(): void;
}

/**
 * Makes an {@link OpeningRequest} in memory, for tests of what accepts and rejects connections. The transports that
 * `accept` and the client give are those of {@link memoryTransportPair}.
 *
 * @throws TypeError, RangeError for headers and subprotocols that cannot stand in a request, and for options of
 * {@link memoryTransportPair} that make no sense
 * @example
 * const { request, client } = memoryOpeningRequest({ resource: '/chat', subprotocols: ['chat.2', 'chat.1'] });
 * const server = await request.accept({ subprotocol: 'chat.1' });
 * (await client).send('hello', false);
 */
export function memoryOpeningRequest(options: MemoryOpeningOptions = {}): MemoryOpening {
  const request = new MemoryOpeningRequest(options);
  const { client, response } = request;
  return { request, client, response, leave: () => request.leave() };
}
