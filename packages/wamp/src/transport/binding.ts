// What a WebSocket connection and a session have to do with each other: the same on both sides.

import type { WebSocketProtocol } from '@ws/core';
import { transportOf } from '@ws/core';
import { TransportLost } from '../errors.ts';
import type { IMessage } from '../messages/message.ts';
import type { ISerializer } from '../serializers/serializer.ts';
import { ConnectionFailure, failureOf } from './connection-failure.ts';
import type { ITransport, ITransportHandler, SessionFactory } from './interfaces.ts';

/** Joins one connection to its session. */
export class WampBinding {
  /** The session; `null` before the connection opens, and after it has closed. */
  session: ITransportHandler | null = null;
  readonly #protocol: WebSocketProtocol & ITransport;
  readonly #sessionFactory: SessionFactory;
  readonly #serializer: ISerializer;
  /** We have closed the connection, or failed it. */
  #hasEnded = false;

  constructor(protocol: WebSocketProtocol & ITransport, sessionFactory: SessionFactory, serializer: ISerializer) {
    this.#protocol = protocol;
    this.#sessionFactory = sessionFactory;
    this.#serializer = serializer.copy();
  }

  get serializer(): ISerializer {
    return this.#serializer;
  }

  onOpen(): void {
    try {
      const { transportDetails } = this.#protocol;
      if (transportDetails !== null) transportDetails.channelSerializer = channelSerializer(this.#serializer);
      const factory = this.#sessionFactory;
      this.session = typeof factory === 'function' ? factory() : factory;
      this.#watch(this.session.onOpen(this.#protocol));
    } catch (error) {
      this.fail(error);
    }
  }

  onMessage(payload: Uint8Array, isBinary: boolean): void {
    try {
      for (const message of this.#serializer.unserialize(payload, isBinary)) {
        // The message before may have ended it. When it is the peer that has, this came before its Close frame.
        if (this.session === null || this.#hasEnded) return;
        const result = this.session.onMessage(message);
        if (result !== undefined) this.#watch(result);
      }
    } catch (error) {
      this.fail(error);
    }
  }

  onClose(wasClean: boolean): void {
    const { session } = this;
    this.session = null;
    if (session === null) return;
    try {
      this.#watch(session.onClose(wasClean));
    } catch (error) {
      this.#log(error);
    }
  }

  send(message: IMessage): void {
    if (!this.isOpen()) throw new TransportLost();
    const bytes = this.#serializer.serialize(message);
    this.#protocol.sendMessage(bytes, this.#serializer.isBinary);
  }

  isOpen(): boolean {
    return this.session !== null && this.#protocol.state === 'open';
  }

  close(): void {
    if (!this.isOpen()) throw new TransportLost();
    this.#hasEnded = true;
    this.#protocol.sendClose(1000);
  }

  abort(): void {
    if (!this.isOpen()) throw new TransportLost();
    this.#hasEnded = true;
    transportOf(this.#protocol).fail(new ConnectionFailure(1001, 'aborted'));
  }

  fail(error: unknown): void {
    this.#hasEnded = true;
    const failure = failureOf(error);
    if (failure.closeCode === 1011) this.#log(error);
    transportOf(this.#protocol).fail(failure);
  }

  #watch(result: unknown): void {
    if (typeof result !== 'object' || result === null || !('then' in result)) return;
    (result as PromiseLike<unknown>).then(undefined, error => this.fail(error));
  }

  #log(error: unknown): void {
    this.#protocol.platform.logger?.log('error', 'wamp-session-failed', { error, peer: this.#protocol.peer });
  }
}

type ChannelSerializer = NonNullable<NonNullable<ITransport['transportDetails']>['channelSerializer']>;

function channelSerializer({ payloadSerializerId }: ISerializer): ChannelSerializer {
  return payloadSerializerId as ChannelSerializer;
}
