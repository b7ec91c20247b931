// What a serializer has done: bytes, messages, and rated messages (one for each 512 bytes begun).

/** Counters of one direction, or of both. */
export interface TrafficCounts {
  readonly bytes: number;
  readonly messages: number;
  /** A message counts once for each 512 bytes begun. */
  readonly ratedMessages: number;
}

/** What a serializer reports. */
export interface SerializerStats extends TrafficCounts {
  /** How often the counters were reset before. */
  readonly cycle: number;
  /** The serializer's id. */
  readonly serializer: string;
  /** When counting began, in nanoseconds of the clock. */
  readonly timestamp: number;
  /** For how long it has, in nanoseconds. */
  readonly duration: number;
}

/** The same with the directions apart. */
export interface DetailedSerializerStats {
  readonly cycle: number;
  readonly serializer: string;
  readonly timestamp: number;
  readonly duration: number;
  readonly serialized: TrafficCounts;
  readonly unserialized: TrafficCounts;
}

/** Called with the statistics when they reset themselves. */
export type StatsListener = (stats: SerializerStats) => void;

const RATED_SIZE = 512;

class Direction {
  bytes = 0;
  messages = 0;
  ratedMessages = 0;

  count(bytes: number, messages: number): void {
    this.bytes += bytes;
    this.messages += messages;
    this.ratedMessages += Math.ceil(bytes / RATED_SIZE);
  }

  toJSON(): TrafficCounts {
    return { bytes: this.bytes, messages: this.messages, ratedMessages: this.ratedMessages };
  }

  reset(): void {
    this.bytes = 0;
    this.messages = 0;
    this.ratedMessages = 0;
  }
}

interface AutoReset {
  readonly rated: number;
  readonly duration: number;
  readonly listener: StatsListener;
}

/** Counts for one serializer on one connection. */
export class Statistics {
  readonly #serializer: string;
  readonly #now: () => number;
  readonly #serialized: Direction = new Direction();
  readonly #unserialized: Direction = new Direction();
  #cycle = 0;
  #began: number;
  #autoReset: AutoReset | null = null;

  /** @param now milliseconds */
  constructor(serializer: string, now: () => number) {
    this.#serializer = serializer;
    this.#now = now;
    this.#began = now();
  }

  countSerialized(bytes: number): void {
    this.#serialized.count(bytes, 1);
    if (this.#autoReset !== null) this.#resetWhenDue(this.#autoReset);
  }

  countUnserialized(bytes: number, messages: number): void {
    this.#unserialized.count(bytes, messages);
    if (this.#autoReset !== null) this.#resetWhenDue(this.#autoReset);
  }

  /** What was counted. */
  read(reset: boolean): SerializerStats {
    const [out, back] = [this.#serialized, this.#unserialized];
    const stats = {
      ...this.#head(),
      bytes: out.bytes + back.bytes,
      messages: out.messages + back.messages,
      ratedMessages: out.ratedMessages + back.ratedMessages,
    };
    if (reset) this.#reset();
    return stats;
  }

  /** What was counted, by direction. */
  readDetails(reset: boolean): DetailedSerializerStats {
    const stats = {
      ...this.#head(),
      serialized: this.#serialized.toJSON(),
      unserialized: this.#unserialized.toJSON(),
    };
    if (reset) this.#reset();
    return stats;
  }

  /** Resets after so many rated messages, or so many nanoseconds (looked at when there is a message); 0: not by that. */
  setAutoReset(rated: number, duration: number, listener: StatsListener): void {
    this.#autoReset = { rated, duration, listener };
  }

  #head(): { cycle: number; serializer: string; timestamp: number; duration: number } {
    const duration = Math.round((this.#now() - this.#began) * 1e6);
    return {
      cycle: this.#cycle,
      serializer: this.#serializer,
      timestamp: Math.round(this.#began * 1e6),
      duration,
    };
  }

  #resetWhenDue({ rated, duration, listener }: AutoReset): void {
    const count = this.#serialized.ratedMessages + this.#unserialized.ratedMessages;
    const isDue = (rated > 0 && count >= rated) || (duration > 0 && (this.#now() - this.#began) * 1e6 >= duration);
    if (isDue) listener(this.read(true));
  }

  #reset(): void {
    this.#serialized.reset();
    this.#unserialized.reset();
    this.#cycle++;
    this.#began = this.#now();
  }
}
