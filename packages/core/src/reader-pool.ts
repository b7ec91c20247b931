// Readers for connections with something to read. Between two messages a connection needs none: of many connections most
// are there at most times, so they lend each other a few.

import type { MessageCompression, Platform } from '@ws/types';
import { FrameDecoder } from './frame-decoder.ts';
import { FrameReader } from './frame-reader.ts';
import { MessageReceiver } from './message-receiver.ts';
import type { PayloadPool } from './payload-pool.ts';
import type { ConnectionRules } from './role-rules.ts';

/** So many are kept for connections of the same rules. */
const MOST_KEPT = 16;

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

  constructor(platform: Platform, payloads: PayloadPool) {
    this.#platform = platform;
    this.#payloads = payloads;
  }

  /** @param compression who has one keeps its reader */
  take(rules: ConnectionRules, compression: MessageCompression | null): FrameReader {
    const reader = compression === null ? this.#idle.get(rules)?.pop() : undefined;
    if (reader !== undefined) return reader;
    const { utf8 } = this.#platform;
    const receiver = new MessageReceiver(rules, utf8, compression, this.#payloads);
    return new FrameReader(new FrameDecoder(rules, this.#platform), receiver);
  }

  /** Takes back one that is idle, and was made without compression. */
  give(rules: ConnectionRules, reader: FrameReader): void {
    reader.assign(null, null, null);
    const readers = this.#idle.get(rules);
    if (readers === undefined) this.#idle.set(rules, [reader]);
    else if (readers.length < MOST_KEPT) readers.push(reader);
  }
}
