// WAMP on the server's side of a WebSocket.

import { type ConnectAnswer, type ServerSession, WebSocketServerFactory, WebSocketServerProtocol } from '@ws/core';
import { ConnectionDeny, type ConnectionRequest } from '@ws/types';
import { TransportLost } from '../errors.ts';
import type { IMessage } from '../messages/message.ts';
import type { ISerializer } from '../serializers/serializer.ts';
import { WampBinding } from './binding.ts';
import type { ITransport, ITransportHandler, SessionFactory } from './interfaces.ts';
import { checkedSerializers, fallbackSerializer, type WampOptions } from './options.ts';
import { findSerializer, formatSubprotocol } from './subprotocol.ts';

const MAX_BUFFERED_AMOUNT = 2 ** 24;

/** A server's connection that carries a WAMP session. */
export class WampWebSocketServerProtocol extends WebSocketServerProtocol implements ITransport {
  #binding: WampBinding | null = null;

  /** The first of the client's subprotocols that is one of ours. */
  override onConnect(request: ConnectionRequest): ConnectAnswer {
    const { serializers, strictProtocolNegotiation } = this.#wamp();
    for (const subprotocol of request.protocols) {
      const serializer = findSerializer(subprotocol, serializers);
      if (serializer === null) continue;
      this.#bind(serializer);
      return subprotocol;
    }
    if (strictProtocolNegotiation) {
      const supported = serializers.map(formatSubprotocol).join(', ');
      throw new ConnectionDeny(
        ConnectionDeny.BAD_REQUEST,
        `This server only speaks WebSocket subprotocols ${supported}`,
      );
    }
    this.#bind(fallbackSerializer(serializers));
    return null;
  }

  override onOpen(): void {
    this.#binding?.onOpen();
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    this.#binding?.onMessage(payload, isBinary);
  }

  override onClose(wasClean: boolean): void {
    this.#binding?.onClose(wasClean);
  }

  /** As for any connection; and a batch is not read on. */
  override pauseReceiving(): void {
    if (this.#binding === null) super.pauseReceiving();
    else this.#binding.pause();
  }

  override resumeReceiving(): void {
    if (this.#binding === null) super.resumeReceiving();
    else this.#binding.resume();
  }

  /** The session of this connection. */
  get session(): ITransportHandler | null {
    return this.#binding?.session ?? null;
  }

  get serializer(): ISerializer | null {
    return this.#binding?.serializer ?? null;
  }

  get serializerId(): string | null {
    return this.#binding?.serializer.serializerId ?? null;
  }

  send(message: IMessage): void {
    this.#bound().send(message);
  }

  isOpen(): boolean {
    return this.#binding?.isOpen() ?? false;
  }

  close(): void {
    this.#bound().close();
  }

  abort(): void {
    this.#bound().abort();
  }

  fail(error: unknown): void {
    this.#bound().fail(error);
  }

  #bind(serializer: ISerializer): void {
    this.#binding = new WampBinding(this, this.#wamp().sessionFactory, serializer);
  }

  #bound(): WampBinding {
    if (this.#binding === null) throw new TransportLost();
    return this.#binding;
  }

  #wamp(): WampWebSocketServerFactory {
    const { factory } = this;
    if (factory instanceof WampWebSocketServerFactory) return factory;
    throw new TypeError('this protocol is made by a WampWebSocketServerFactory');
  }
}

/**
 * Makes the protocol objects of a server that speaks WAMP.
 *
 * @example
 * const router = createRouter({ realms: ['realm1'] });
 * const factory = new WampWebSocketServerFactory(() => router.createSession(), { url: 'ws://localhost:8080' });
 */
export class WampWebSocketServerFactory extends WebSocketServerFactory {
  override protocol: new () => WebSocketServerProtocol = WampWebSocketServerProtocol;
  readonly sessionFactory: SessionFactory;
  readonly serializers: readonly ISerializer[];
  /** Whether clients that offer none of our subprotocols are refused. */
  readonly strictProtocolNegotiation: boolean;

  /** @param session its `protocols` are those of the serializers, whatever it says */
  constructor(sessionFactory: SessionFactory, session: ServerSession = {}, options: WampOptions = {}) {
    const serializers = checkedSerializers(options.serializers);
    super({ ...session, protocols: serializers.map(formatSubprotocol) }, options.platform);
    this.sessionFactory = sessionFactory;
    this.serializers = serializers;
    this.strictProtocolNegotiation = options.strictProtocolNegotiation ?? true;
    this.resetProtocolOptions();
  }

  /** `maxBufferedAmount` is 16 MiB by default: what others publish must not pile up for who does not read. */
  override resetProtocolOptions(): void {
    super.resetProtocolOptions();
    this.setProtocolOptions({ maxBufferedAmount: MAX_BUFFERED_AMOUNT });
  }

  /** `protocols` are those of the serializers, whatever `session` says. */
  override setSessionParameters(session: ServerSession): void {
    // The constructor of the base class calls this, before there are serializers.
    const serializers = this.serializers as readonly ISerializer[] | undefined;
    super.setSessionParameters({ ...session, protocols: serializers?.map(formatSubprotocol) ?? session.protocols });
  }
}
