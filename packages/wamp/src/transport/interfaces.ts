import type { TransportDetails } from '@ws/types';
import type { IMessage } from '../messages/message.ts';
import type { AnyMessage } from '../messages/message-types.ts';

/** What carries messages for a session. */
export interface ITransport {
  /** Sends a message. @throws TransportLost when not open; SerializationError; UsageError when it is too big */
  send(message: IMessage): void;
  isOpen(): boolean;
  readonly transportDetails: TransportDetails | null;
  /** The serializer's id, such as `cbor`; `null` before it is agreed on. */
  readonly serializerId: string | null;
  /** Bytes sent that the network has not taken. */
  readonly bufferedAmount: number;
  /** Resolves when the network has taken all of them; rejects when the connection is gone. */
  drained?(): PromiseLike<void>;
  /** Closes with 1000. @throws TransportLost */
  close(): void;
  /** Closes at once, with 1001. @throws TransportLost */
  abort(): void;
  /** The peer broke the protocol (1002), or something failed here (1011 for any error that is not a ProtocolError). */
  fail(error: unknown): void;
  /** No message comes until `resumeReceiving`, but for those that came with the last. */
  pauseReceiving?(): void;
  resumeReceiving?(): void;
}

/** What a transport tells: a session, of a client or of a router. Each method may return a promise. */
export interface ITransportHandler {
  onOpen(transport: ITransport): unknown;
  onMessage(message: AnyMessage): unknown;
  /** Once, last. */
  onClose(wasClean: boolean): unknown;
}

/** Makes the session of each connection; or is the one session of a factory that makes one connection. */
export type SessionFactory = (() => ITransportHandler) | ITransportHandler;
