// WAMP on the client's side of a WebSocket.

import { type ClientSession, WebSocketClientFactory, WebSocketClientProtocol } from '@ws/core';
import type { ConnectionResponse } from '@ws/types';
import { ProtocolError, TransportLost } from '../errors.ts';
import type { IMessage } from '../messages/message.ts';
import type { ISerializer } from '../serializers/serializer.ts';
import { WampBinding } from './binding.ts';
import type { ITransport, ITransportHandler, SessionFactory } from './interfaces.ts';
import { checkedSerializers, fallbackSerializer, type WampOptions } from './options.ts';
import { findSerializer, formatSubprotocol } from './subprotocol.ts';

/** A client's connection that carries a WAMP session. */
export class WampWebSocketClientProtocol extends WebSocketClientProtocol implements ITransport {
  #binding: WampBinding | null = null;

  /** @throws ProtocolError, which closes the connection, when the server has chosen none of our subprotocols */
  override onConnect(response: ConnectionResponse): void {
    const { serializers, strictProtocolNegotiation, sessionFactory } = this.#wamp();
    const chosen = findSerializer(response.protocol ?? '', serializers);
    if (chosen === null && strictProtocolNegotiation) {
      const supported = serializers.map(formatSubprotocol).join(', ');
      throw new ProtocolError(`the server does not speak any of the WebSocket subprotocols ${supported}`);
    }
    this.#binding = new WampBinding(this, sessionFactory, chosen ?? fallbackSerializer(serializers));
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

  #bound(): WampBinding {
    if (this.#binding === null) throw new TransportLost();
    return this.#binding;
  }

  #wamp(): WampWebSocketClientFactory {
    const { factory } = this;
    if (factory instanceof WampWebSocketClientFactory) return factory;
    throw new TypeError('this protocol is made by a WampWebSocketClientFactory');
  }
}

/**
 * Makes the protocol objects of a client that speaks WAMP.
 *
 * @example
 * const session = new ApplicationSession({ realm: 'realm1' });
 * const factory = new WampWebSocketClientFactory(session, { url: 'ws://localhost:8080' });
 */
export class WampWebSocketClientFactory extends WebSocketClientFactory {
  override protocol: new () => WebSocketClientProtocol = WampWebSocketClientProtocol;
  readonly sessionFactory: SessionFactory;
  readonly serializers: readonly ISerializer[];
  /** Whether a server that chooses none of our subprotocols is left. */
  readonly strictProtocolNegotiation: boolean;

  /** @param session its `protocols` are those of the serializers, whatever it says */
  constructor(sessionFactory: SessionFactory, session: ClientSession = {}, options: WampOptions = {}) {
    const serializers = checkedSerializers(options.serializers);
    super({ ...session, protocols: serializers.map(formatSubprotocol) }, options.platform);
    this.sessionFactory = sessionFactory;
    this.serializers = serializers;
    this.strictProtocolNegotiation = options.strictProtocolNegotiation ?? true;
  }

  /** `protocols` are those of the serializers, whatever `session` says. */
  override setSessionParameters(session: ClientSession): void {
    // The constructor of the base class calls this, before there are serializers.
    const serializers = this.serializers as readonly ISerializer[] | undefined;
    super.setSessionParameters({ ...session, protocols: serializers?.map(formatSubprotocol) ?? session.protocols });
  }
}
