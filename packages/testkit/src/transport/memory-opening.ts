import type { MessageTransport, OpeningRequest } from '@ws/types';
import type { MemoryOpeningOptions, OpeningResponse } from './memory-opening-options.ts';
import { MemoryOpeningRequest } from './memory-opening-request.ts';

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
