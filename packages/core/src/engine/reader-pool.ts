// Readers for connections with something to read. Most connections are between two messages most of the time and need
// none, so all of them share a few.

import type { MessageCompression, Platform } from '@ws/types';
import { FrameDecoder } from '../frames/frame-decoder.ts';
import type { Delivery } from '../messages/delivery.ts';
import { FrameReader, type FrameReaderActions } from '../messages/frame-reader.ts';
import { MessageReceiver } from '../messages/message-receiver.ts';
import type { PayloadPool } from '../messages/payload-pool.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import type { ConnectionRules } from './connection-rules.ts';

/** How many idle readers are kept for connections of the same rules. */
const MOST_KEPT = 16;

/** The connection that a reader reads for. */
export interface ReaderOwner extends FrameReaderActions {
  readonly compression: MessageCompression | null;
  readonly delivery: Delivery;
  readonly stats: TrafficStats;
}

/**
 * The readers of all connections on one platform.
 *
 * perf: a third of what an idle connection took, and what many connections share stays in the processor's cache (the
 * server bench, `idle` and `many`).
 */
export class ReaderPool {
  readonly #platform: Platform;
  readonly #payloads: PayloadPool;
  readonly #idle: WeakMap<ConnectionRules, FrameReader[]> = new WeakMap();
  /** The rules asked for last, and their idle readers: saves the look into `#idle`. */
  #rules: ConnectionRules | null = null;
  #readers: FrameReader[] = [];

  constructor(platform: Platform, payloads: PayloadPool) {
    this.#platform = platform;
    this.#payloads = payloads;
  }

  /** Takes an idle reader or makes one. A connection with compression always gets a new one, and keeps it. */
  take(rules: ConnectionRules, owner: ReaderOwner): FrameReader {
    const { compression, delivery, stats } = owner;
    const reader = (compression === null ? this.#idleOf(rules).pop() : undefined) ?? this.#create(rules, compression);
    reader.assign(delivery, stats, owner);
    return reader;
  }

  /** Takes back one that is idle, and was made without compression. */
  give(rules: ConnectionRules, reader: FrameReader): void {
    reader.assign(null, null, null);
    const readers = this.#idleOf(rules);
    if (readers.length < MOST_KEPT) readers.push(reader);
  }

  #create(rules: ConnectionRules, compression: MessageCompression | null): FrameReader {
    const receiver = new MessageReceiver(rules, this.#platform.utf8, compression, this.#payloads);
    return new FrameReader(new FrameDecoder(rules, this.#platform), receiver);
  }

  #idleOf(rules: ConnectionRules): FrameReader[] {
    // perf: most servers have one kind of connections (the server bench, `echo-64`).
    if (rules === this.#rules) return this.#readers;
    const readers = this.#idle.get(rules) ?? [];
    this.#idle.set(rules, readers);
    this.#rules = rules;
    this.#readers = readers;
    return readers;
  }
}
