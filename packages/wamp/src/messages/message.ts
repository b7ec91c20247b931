import type { RawMessage } from '../checks.ts';
import type { ValueReader } from '../serializers/reader.ts';

/** Writes and reads raw messages: one format, plain or batched. Has no state. */
export interface IObjectSerializer {
  /** Such as `json`. */
  readonly name: string;
  /** Whether what it writes is sent as binary WebSocket messages. */
  readonly isBinary: boolean;
  /** @throws SerializationError */
  serialize(value: RawMessage): Uint8Array;
  /** The values in the payload: one, or when batched any number. @throws ProtocolError */
  unserialize(payload: Uint8Array): unknown[];
  /** The same, of which each is read when it is asked for. Not there where a payload holds one. */
  read?(payload: Uint8Array): ValueReader;
}

/** A message of WAMP. */
export interface IMessage {
  readonly messageType: number;
  /** The elements as a serializer writes them. */
  marshal(): unknown[];
  /** The bytes; kept for the next time with the same serializer. */
  serialize(serializer: IObjectSerializer): Uint8Array;
  /** Forgets the bytes that were kept. */
  uncache(): void;
}

/** The codes that messages begin with. */
export const MessageType = {
  HELLO: 1,
  WELCOME: 2,
  ABORT: 3,
  CHALLENGE: 4,
  AUTHENTICATE: 5,
  GOODBYE: 6,
  ERROR: 8,
  PUBLISH: 16,
  PUBLISHED: 17,
  SUBSCRIBE: 32,
  SUBSCRIBED: 33,
  UNSUBSCRIBE: 34,
  UNSUBSCRIBED: 35,
  EVENT: 36,
  CALL: 48,
  CANCEL: 49,
  RESULT: 50,
  REGISTER: 64,
  REGISTERED: 65,
  UNREGISTER: 66,
  UNREGISTERED: 67,
  INVOCATION: 68,
  INTERRUPT: 69,
  YIELD: 70,
  EVENT_RECEIVED: 337,
} as const;

/** What all messages have in common. */
export abstract class WampMessage implements IMessage {
  abstract readonly messageType: number;
  // perf: an event goes to many; two fields beat a Map for the many messages that go to one (pnpm bench --only wamp).
  #writtenBy: IObjectSerializer | null = null;
  #written: Uint8Array | null = null;
  #more: Map<IObjectSerializer, Uint8Array> | null = null;

  abstract marshal(): unknown[];

  serialize(serializer: IObjectSerializer): Uint8Array {
    if (this.#writtenBy === serializer) return this.#written!;
    const kept = this.#more?.get(serializer);
    if (kept !== undefined) return kept;
    const bytes = serializer.serialize(this.marshal());
    if (this.#writtenBy === null) {
      this.#writtenBy = serializer;
      this.#written = bytes;
    } else {
      this.#more ??= new Map();
      this.#more.set(serializer, bytes);
    }
    return bytes;
  }

  uncache(): void {
    this.#writtenBy = null;
    this.#written = null;
    this.#more = null;
  }
}
