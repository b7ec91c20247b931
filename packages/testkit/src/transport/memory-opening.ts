import type { MessageTransport, OpeningRequest } from '@ws/types';
import type { MemoryOpeningOptions, OpeningResponse } from './memory-opening-options.ts';
import { MemoryOpeningRequest } from './memory-opening-request.ts';

/** A request in memory, and its client, which waits for the answer. */
export interface MemoryOpening {
  readonly request: OpeningRequest;
  /** Resolves with the client's end of the connection; rejects with a `MemoryOpeningError` when there is no connection. */
  readonly client: Promise<MessageTransport>;
  /** Resolves with the response, whether it accepts or rejects; rejects with a `MemoryOpeningError` when there is none. */
  readonly response: Promise<OpeningResponse>;
  /** Makes the client go away before the answer. Does nothing after the answer. */
  leave(): void;
}

/**
 * Makes an {@link OpeningRequest} in memory, for tests of code that accepts and rejects connections. `accept` and `client`
 * give the two transports of a {@link memoryTransportPair}.
 *
 * @throws TypeError or RangeError for headers and subprotocols that are not allowed in a request, and for invalid options of
 * {@link memoryTransportPair}
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
