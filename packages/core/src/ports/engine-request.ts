// Opens one server connection: makes a MessageTransport of an accepted stream, without a protocol class.

import {
  type ByteStream,
  ConnectionAccept,
  type ConnectionRequest,
  type Headers,
  type MessageTransport,
  type OpeningAccept,
  type OpeningReject,
  type OpeningRequest,
  type TransportDetails,
} from '@ws/types';
import { encodeText, flattenHeaders } from '@ws/util/primitives';
import { checkClose } from '../closing/close-check.ts';
import { ConnectionEngine } from '../engine/connection-engine.ts';
import { HandshakeError } from '../errors/handshake-error.ts';
import { UsageError } from '../errors/usage-error.ts';
import { handshakeHeaders } from '../handshake/http-message.ts';
import { ServerOpening } from '../handshake/server-opening.ts';
import {
  type AcceptedConnection,
  type ConnectionAcceptor,
  givenRequest,
  type UpgradedHead,
} from '../protocol/acceptor.ts';
import { LazyPromise } from '../support/lazy-promise.ts';
import { EngineTransport } from './engine-transport.ts';

/** Callbacks of one {@link EngineRequest}. They must not throw. */
export interface EngineRequestListener {
  /** The client's request has come. Answer it with `accept` or `reject`. */
  onRequest(request: EngineRequest): void;
  /** There will be no connection; perhaps there was no request either. */
  onFailed?(error: unknown): void;
}

interface Answer {
  readonly accept: (answer: ConnectionAccept) => void;
  readonly deny: (error: unknown) => void;
}

interface Acceptance {
  readonly resolve: (transport: MessageTransport) => void;
  readonly reject: (error: unknown) => void;
}

/** A connection to a server that is being opened. It is an {@link OpeningRequest} once its request has come. */
export class EngineRequest implements OpeningRequest, AcceptedConnection {
  transportDetails: TransportDetails | null = null;
  isGoingAway = false;
  isAnswered = false;
  readonly #acceptor: ConnectionAcceptor<EngineRequest>;
  readonly #listener: EngineRequestListener;
  readonly #gone: LazyPromise<void> = new LazyPromise();
  #engine: ConnectionEngine | null = null;
  #request: ConnectionRequest | null = null;
  #resource = '/';
  #answer: Answer | null = null;
  #acceptance: Acceptance | null = null;
  #failure: { readonly error: unknown } | null = null;

  constructor(acceptor: ConnectionAcceptor<EngineRequest>, listener: EngineRequestListener) {
    this.#acceptor = acceptor;
    this.#listener = listener;
  }

  get headers(): Headers {
    return this.#received().headers;
  }

  get resource(): string {
    return this.#resource;
  }

  get subprotocols(): readonly string[] {
    return this.#received().protocols;
  }

  get origin(): string | null {
    return this.#received().origin;
  }

  get peer(): string {
    return this.#request?.peer ?? this.transportDetails?.peer ?? '<never connected>';
  }

  /** Resolves when the connection is gone. Never rejects. */
  get whenGone(): Promise<void> {
    return this.#gone.promise;
  }

  attach(stream: ByteStream, transportDetails: TransportDetails | null = null): void {
    this.#attach(stream, transportDetails, null);
  }

  attachUpgraded(
    stream: ByteStream,
    transportDetails: TransportDetails | null,
    head: UpgradedHead,
    firstBytes: Uint8Array = new Uint8Array(0),
  ): void {
    this.#attach(stream, transportDetails, { head, rest: firstBytes });
  }

  accept({ subprotocol = null, headers = null }: OpeningAccept = {}): Promise<MessageTransport> {
    return new Promise((resolve, reject) => {
      const answer = new ConnectionAccept(subprotocol, headers);
      if (subprotocol !== null && !this.subprotocols.includes(subprotocol)) {
        throw new RangeError(`the client did not propose the subprotocol ${subprotocol}`);
      }
      handshakeHeaders(headers);
      this.#take();
      if (this.#failure !== null) throw this.#failure.error;
      this.#acceptance = { resolve, reject };
      this.#answer!.accept(answer);
    });
  }

  async reject(status: number, { headers = null, body = null }: OpeningReject = {}): Promise<void> {
    if (!Number.isInteger(status) || status < 300 || status > 599) {
      throw new RangeError(`status ${status} is not 300 to 599`);
    }
    flattenHeaders(headers);
    if (body !== null && typeof body !== 'string' && !(body instanceof Uint8Array)) {
      throw new TypeError('a body is a string or a Uint8Array');
    }
    this.#take();
    const error = new HandshakeError('ERR_DENIED', { status, headers });
    error.body = typeof body === 'string' ? encodeText(body) : body;
    this.#answer!.deny(error);
    await this.whenGone;
  }

  drop(): void {
    this.dropConnection(true);
  }

  dropConnection(isAbort = false): void {
    this.#engine?.drop(isAbort);
  }

  goAway(code = 1001, reason: string | null = null): void {
    checkClose(code, reason);
    this.isGoingAway = true;
    const engine = this.#engine;
    if (engine?.isOpen) engine.inflow.inTurn(() => engine.closing.startClosingHandshake(code, reason));
  }

  /** @internal */
  onRequest(request: ConnectionRequest, resource: string): unknown {
    this.#request = request;
    this.#resource = resource;
    return new Promise((accept, deny) => {
      this.#answer = { accept, deny };
      this.#listener.onRequest(this);
    });
  }

  /** @internal */
  onAccepted(subprotocol: string | null, extensions: string): void {
    this.#acceptance?.resolve(new EngineTransport(this.#engine!, subprotocol, extensions));
    this.#acceptance = null;
  }

  /** @internal */
  onOpeningFailed(error: unknown): void {
    if (this.#failure !== null) return;
    this.#failure = { error };
    this.#acceptance?.reject(error);
    this.#listener.onFailed?.(error);
  }

  /** @internal */
  onPolicyServed(): void {}

  #attach(
    stream: ByteStream,
    details: TransportDetails | null,
    given: { readonly head: UpgradedHead; readonly rest: Uint8Array } | null,
  ): void {
    if (this.#engine !== null) throw new UsageError('ERR_ALREADY_ATTACHED', 'this connection has a stream already');
    const acceptor = this.#acceptor;
    this.transportDetails = details;
    this.#engine = new ConnectionEngine(acceptor, stream, acceptor.options, () => this.#onGone());
    acceptor.countIn(this);
    const request = given === null ? null : givenRequest(given.head, given.rest);
    this.#engine.start(host => new ServerOpening(host, this, acceptor, request));
  }

  #onGone(): void {
    this.#acceptor.countOut(this);
    this.#gone.resolve();
  }

  #received(): ConnectionRequest {
    if (this.#request === null) throw new UsageError('ERR_NOT_OPEN', 'the client has not sent its request yet');
    return this.#request;
  }

  #take(): void {
    if (this.isAnswered) throw new TypeError('the request is answered already');
    this.#received();
    this.isAnswered = true;
  }
}
