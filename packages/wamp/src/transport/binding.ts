// What a WebSocket connection and a session have to do with each other: the same on both sides.

import type { WebSocketProtocol } from '@ws/core';
import { transportOf } from '@ws/core';
import { TransportLost } from '../errors.ts';
import type { IMessage } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';
import { ListReader } from '../serializers/reader.ts';
import type { ISerializer, MessageReader } from '../serializers/serializer.ts';
import { ConnectionFailure, failureOf } from './connection-failure.ts';
import type { ITransport, ITransportHandler, SessionFactory } from './interfaces.ts';
import { Turns, type TurnTaker } from './turns.ts';

/** A payload that came while messages before it were still to be handled. */
interface HeldPayload {
  readonly payload: Uint8Array;
  readonly isBinary: boolean;
}

/** Joins one connection to its session. */
export class WampBinding implements TurnTaker {
  /** The session; `null` before the connection opens, and after it has closed. */
  session: ITransportHandler | null = null;
  /** For {@link Turns}. */
  due = 0;
  readonly #protocol: WebSocketProtocol & ITransport;
  readonly #sessionFactory: SessionFactory;
  readonly #serializer: ISerializer;
  readonly #turns: Turns;
  /** Of the payload whose turn it is: what is still to be read. */
  #reader: MessageReader | null = null;
  /** The payloads behind it: few, since receiving is paused as long as there is one. */
  #held: HeldPayload[] = [];
  /** The session wants no messages now. */
  #isPaused = false;
  /** Another turn is awaited. */
  #isWaiting = false;
  /** We have closed the connection, or failed it. */
  #hasEnded = false;
  /** The connection has closed, which the session is told behind what came before. */
  #closing: { readonly wasClean: boolean } | null = null;

  constructor(protocol: WebSocketProtocol & ITransport, sessionFactory: SessionFactory, serializer: ISerializer) {
    this.#protocol = protocol;
    this.#sessionFactory = sessionFactory;
    this.#serializer = serializer.copy();
    this.#turns = Turns.of(protocol.platform.clock);
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
    if (this.#isPaused || this.#hasMore() || !this.#turns.begin()) {
      this.#held.push({ payload, isBinary });
      this.#awaitTurn();
      return;
    }
    try {
      this.#reader = this.#read(payload, isBinary);
    } catch (error) {
      this.fail(error);
    }
    if (this.#handle()) this.#awaitTurn();
    else if (this.#closing !== null) this.#close(this.#closing.wasClean);
  }

  onClose(wasClean: boolean): void {
    this.#closing = { wasClean };
    // A session that has paused may never be ready for what came before.
    if (this.#isPaused || !this.#hasMore()) this.#close(wasClean);
  }

  /** The session wants no messages until {@link resume}. */
  pause(): void {
    this.#isPaused = true;
    transportOf(this.#protocol).pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isWaiting && this.goOn()) this.#turns.wait(this);
  }

  /** For {@link Turns}. */
  goOn(): boolean {
    this.#isWaiting = false;
    const isLeft = !this.#isPaused && this.#hasMore() && (!this.#turns.begin() || this.#handle());
    if (this.#isPaused) return false;
    this.#isWaiting = isLeft;
    if (isLeft) return true;
    if (this.#closing !== null) this.#close(this.#closing.wasClean);
    else transportOf(this.#protocol).resume();
    return false;
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

  #read(payload: Uint8Array, isBinary: boolean): MessageReader {
    const serializer = this.#serializer;
    return serializer.read?.(payload, isBinary) ?? new ListReader(serializer.unserialize(payload, isBinary));
  }

  /** Handles messages, of which the first may be handled. @returns whether there are more */
  #handle(): boolean {
    let isLeft = this.#hasMore();
    while (isLeft) {
      try {
        this.#reader ??= this.#readHeld();
        // A batch that is none says so at its first message.
        if (this.#reader.hasMore) this.#deliver(this.#reader.next());
      } catch (error) {
        this.fail(error);
      }
      this.#turns.end(this);
      isLeft = this.#hasMore();
      if (this.#isPaused || !this.#turns.begin()) break;
    }
    return isLeft;
  }

  #deliver(message: AnyMessage): void {
    const result = this.session!.onMessage(message);
    if (result !== undefined) this.#watch(result);
  }

  #readHeld(): MessageReader {
    const { payload, isBinary } = this.#held.shift()!;
    return this.#read(payload, isBinary);
  }

  /** Whether there are messages to be handled: none when the connection has ended, by us or behind all that came. */
  #hasMore(): boolean {
    if (this.session === null || this.#hasEnded) {
      this.#reader = null;
      if (this.#held.length > 0) this.#held = [];
    }
    if (this.#reader !== null && !this.#reader.hasMore) this.#reader = null;
    return this.#reader !== null || this.#held.length > 0;
  }

  #awaitTurn(): void {
    if (this.#isWaiting || this.#isPaused) return;
    this.#isWaiting = true;
    if (this.#closing === null) transportOf(this.#protocol).pause();
    this.#turns.wait(this);
  }

  #close(wasClean: boolean): void {
    const { session } = this;
    this.session = null;
    if (session === null) return;
    try {
      this.#watch(session.onClose(wasClean));
    } catch (error) {
      this.#log(error);
    }
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
