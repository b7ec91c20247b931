import type {
  HeaderInit,
  Headers,
  MessageTransport,
  OpeningAccept,
  OpeningReject,
  OpeningRequest,
  TransportDetails,
} from '@ws/types';
import { checkBytes, checkInteger, checkToken } from '@ws/types/checks';
import { WsError } from '@ws/util';
import { encodeText, flattenHeaders } from '@ws/util/primitives';
import type { MemoryOpeningOptions, OpeningResponse } from './memory-opening-options.ts';
import { type MemoryTransportPair, memoryTransportPair } from './memory-transport-pair.ts';

/** Stable codes of a {@link MemoryOpeningError}. */
export type MemoryOpeningErrorCode = 'ERR_DENIED' | 'ERR_DROPPED' | 'ERR_LEFT';

/** Thrown when a client in memory gets no connection: it was rejected or dropped, or it left. */
export class MemoryOpeningError extends WsError<MemoryOpeningErrorCode> {
  override readonly name = 'MemoryOpeningError';
  /** The response; `null`: there was none. */
  readonly response: OpeningResponse | null;

  constructor(code: MemoryOpeningErrorCode, message: string, response: OpeningResponse | null = null) {
    super(code, message);
    this.response = response;
  }
}

/** A request in memory, and both ends of its connection. */
export class MemoryOpeningRequest implements OpeningRequest {
  readonly headers: Headers;
  readonly resource: string;
  readonly subprotocols: readonly string[];
  readonly origin: string | null;
  readonly peer: string;
  readonly transportDetails: TransportDetails | null;
  isAnswered = false;
  readonly client: Promise<MessageTransport>;
  readonly response: Promise<OpeningResponse>;
  readonly #options: MemoryOpeningOptions;
  #error: MemoryOpeningError | null = null;
  #pair: MemoryTransportPair | null = null;
  #onAccepted = (_client: MessageTransport): void => {};
  #onResponse = (_response: OpeningResponse): void => {};
  #onFailed: ((error: unknown) => void)[] = [];

  constructor(options: MemoryOpeningOptions) {
    const { resource = '/', headers, subprotocols = [], origin = null, peer = 'memory:client' } = options;
    for (const subprotocol of subprotocols) checkToken('subprotocol', subprotocol);
    // Checks the options now, and not only when the request is accepted.
    memoryTransportPair(options);
    this.headers = receivedHeaders(headers);
    this.resource = resource;
    this.subprotocols = [...subprotocols];
    this.origin = origin;
    this.peer = peer;
    this.transportDetails = options.transportDetails ?? null;
    this.#options = options;
    this.client = new Promise((resolve, reject) => {
      this.#onAccepted = resolve;
      this.#onFailed.push(reject);
    });
    this.response = new Promise((resolve, reject) => {
      this.#onResponse = resolve;
      this.#onFailed.push(reject);
    });
    // A test may use only one of the two promises; the other must not be an unhandled rejection.
    this.client.catch(() => {});
    this.response.catch(() => {});
  }

  async accept({ subprotocol = null, headers = null }: OpeningAccept = {}): Promise<MessageTransport> {
    if (subprotocol !== null) checkToken('subprotocol', subprotocol);
    if (subprotocol !== null && !this.subprotocols.includes(subprotocol)) {
      throw new RangeError(`the client did not propose the subprotocol ${subprotocol}`);
    }
    const sent = receivedHeaders(headers);
    this.#answer();
    const pair = memoryTransportPair({ ...this.#options, subprotocol });
    this.#pair = pair;
    for (const message of this.#options.firstMessages ?? []) pair.a.send(message, typeof message !== 'string');
    this.#onResponse({ status: 101, headers: sent, body: new Uint8Array(0) });
    this.#onAccepted(pair.a);
    return pair.b;
  }

  async reject(status: number, { headers = null, body = null }: OpeningReject = {}): Promise<void> {
    checkInteger('status', status, 300, 599);
    const sent = receivedHeaders(headers);
    if (body !== null && typeof body !== 'string') checkBytes('body', body);
    this.#answer();
    const bytes = typeof body === 'string' ? encodeText(body) : new Uint8Array(body ?? []);
    const response = { status, headers: sent, body: bytes };
    this.#onResponse(response);
    this.#fail(new MemoryOpeningError('ERR_DENIED', `rejected with ${status}`, response));
  }

  drop(): void {
    this.#pair?.b.drop();
    this.#fail(new MemoryOpeningError('ERR_DROPPED', 'the server dropped the connection'));
  }

  /** Makes the client go away. */
  leave(): void {
    this.#fail(new MemoryOpeningError('ERR_LEFT', 'the client has left'));
  }

  /** Marks the request as answered. The answer was checked before. */
  #answer(): void {
    if (this.isAnswered) throw new TypeError('the request is answered already');
    this.isAnswered = true;
    if (this.#error !== null) throw this.#error;
  }

  /** Rejects the client's promises. Has no effect on promises that are settled already. */
  #fail(error: MemoryOpeningError): void {
    this.#error ??= error;
    for (const reject of this.#onFailed) reject(this.#error);
  }
}

/** Converts headers to the form in which the other side receives them. @throws TypeError, RangeError */
function receivedHeaders(headers: HeaderInit | null | undefined): Headers {
  const received: Record<string, string> = Object.create(null);
  for (const [name, value] of flattenHeaders(headers)) {
    const key = name.toLowerCase();
    received[key] = received[key] === undefined ? value : `${received[key]}, ${value}`;
  }
  return received;
}
