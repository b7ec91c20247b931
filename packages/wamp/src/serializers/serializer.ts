// A serializer of messages: an object serializer, the table of message classes, and statistics.

import { webPlatform } from '@ws/util/primitives';
import { ProtocolError } from '../errors.ts';
import type { IMessage, IObjectSerializer } from '../messages/message.ts';
import { type AnyMessage, MESSAGE_TYPE_MAP, type MessageClass, parseMessage } from '../messages/message-types.ts';
import { ListReader, type ValueReader } from './reader.ts';
import { type DetailedSerializerStats, type SerializerStats, Statistics, type StatsListener } from './statistics.ts';

/** Reads the messages of one payload. */
export type MessageReader = ValueReader<AnyMessage>;

/** Turns messages into payloads of WebSocket messages, and back. One for each connection. */
export interface ISerializer {
  /** Such as `json` or `cbor.batched`; the subprotocol is `wamp.2.` and this. */
  readonly serializerId: string;
  /** The number of the format in the handshake of RawSocket. */
  readonly rawSocketSerializerId: number;
  /** What transparent payloads that are written with it name as `enc_serializer`. */
  readonly payloadSerializerId: string;
  readonly mimeType: string;
  readonly isBinary: boolean;
  readonly messageTypeMap: Readonly<Record<number, MessageClass>>;
  /** @throws SerializationError */
  serialize(message: IMessage): Uint8Array;
  /** @param isBinary what came was a binary message. @throws ProtocolError */
  unserialize(payload: Uint8Array, isBinary?: boolean | null): AnyMessage[];
  /**
   * The same, of which each message is read when it is asked for. Without it all messages of a payload are handled in one
   * turn. @throws ProtocolError
   */
  read?(payload: Uint8Array, isBinary?: boolean | null): MessageReader;
  /** The same serializer for another connection, with statistics of its own. */
  copy(): ISerializer;
}

/** What a format is known by. */
export interface SerializerFormat {
  readonly objects: IObjectSerializer;
  readonly isBatched: boolean;
  readonly rawSocketSerializerId: number;
  readonly mimeType: string;
}

/** What the serializers of this package have in common. */
export class Serializer implements ISerializer {
  readonly serializerId: string;
  readonly rawSocketSerializerId: number;
  readonly payloadSerializerId: string;
  readonly mimeType: string;
  readonly isBinary: boolean;
  readonly messageTypeMap: Readonly<Record<number, MessageClass>> = MESSAGE_TYPE_MAP;
  readonly #format: SerializerFormat;
  readonly #objects: IObjectSerializer;
  readonly #now: () => number;
  readonly #statistics: Statistics;

  /** @param now milliseconds, for the statistics */
  constructor(format: SerializerFormat, now: () => number = webPlatform.clock.now) {
    const { objects, isBatched } = format;
    this.serializerId = isBatched ? `${objects.name}.batched` : objects.name;
    this.rawSocketSerializerId = format.rawSocketSerializerId;
    this.payloadSerializerId = objects.name;
    this.mimeType = format.mimeType;
    this.isBinary = objects.isBinary;
    this.#format = format;
    this.#objects = objects;
    this.#now = now;
    this.#statistics = new Statistics(this.serializerId, now);
  }

  serialize(message: IMessage): Uint8Array {
    const bytes = message.serialize(this.#objects);
    this.#statistics.countSerialized(bytes.length);
    return bytes;
  }

  unserialize(payload: Uint8Array, isBinary: boolean | null = null): AnyMessage[] {
    this.#checkKind(isBinary);
    const values = this.#objects.unserialize(payload);
    this.#statistics.countUnserialized(payload.length, values.length);
    return values.map(parseMessage);
  }

  read(payload: Uint8Array, isBinary: boolean | null = null): MessageReader {
    this.#checkKind(isBinary);
    const { length } = payload;
    const values = this.#objects.read?.(payload) ?? new ListReader(this.#objects.unserialize(payload));
    return new CountingReader(values, length, this.#statistics);
  }

  copy(): Serializer {
    return new Serializer(this.#format, this.#now);
  }

  /** What was counted, of both directions together; by default counting begins anew. */
  stats(reset = true): SerializerStats {
    return this.#statistics.read(reset);
  }

  /** The same, by direction. */
  detailedStats(reset = true): DetailedSerializerStats {
    return this.#statistics.readDetails(reset);
  }

  /**
   * Has the statistics reset themselves, after so many rated messages or so many nanoseconds, and tell `listener`.
   *
   * @throws RangeError
   */
  setStatsAutoReset(rated: number, durationNs: number, listener: StatsListener): void {
    if (!(rated >= 0 && durationNs >= 0 && rated + durationNs > 0)) {
      throw new RangeError('rated or durationNs must be above 0, and none below');
    }
    this.#statistics.setAutoReset(rated, durationNs, listener);
  }

  #checkKind(isBinary: boolean | null): void {
    if (isBinary === null || isBinary === this.isBinary) return;
    throw new ProtocolError(`${this.serializerId} comes in ${this.isBinary ? 'binary' : 'text'} messages`);
  }
}

/** Makes messages of values, and counts them. */
class CountingReader implements MessageReader {
  readonly #values: ValueReader;
  readonly #statistics: Statistics;
  /** The payload's length, until its first message is counted. */
  #length: number;

  constructor(values: ValueReader, length: number, statistics: Statistics) {
    this.#values = values;
    this.#length = length;
    this.#statistics = statistics;
  }

  get hasMore(): boolean {
    return this.#values.hasMore;
  }

  next(): AnyMessage {
    const value = this.#values.next();
    this.#statistics.countUnserialized(this.#length, 1);
    this.#length = 0;
    return parseMessage(value);
  }
}
