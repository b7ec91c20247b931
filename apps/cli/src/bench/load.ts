// The load: connections that each keep so many messages under way, and take the time of every answer.

import { WebSocketClientProtocol } from '@ws/core';
import { connectWS } from '@ws/node';
import type { Client } from '../client-options.ts';
import { Histogram } from './histogram.ts';

/** What is to be sent. */
export interface LoadOptions {
  readonly connections: number;
  /** Milliseconds; `Infinity`: until `count` is reached. */
  readonly duration: number;
  /** Messages in all; `Infinity`: until the time is over. */
  readonly count: number;
  /** Bytes of a message. */
  readonly size: number;
  readonly isText: boolean;
  /** Messages that a connection has under way. */
  readonly pipeline: number;
}

/** What came of it. */
export interface LoadResult {
  readonly latencies: Histogram;
  /** How long connecting took, each. */
  readonly openings: Histogram;
  /** Milliseconds from the first message to the last answer. */
  readonly elapsed: number;
  /** Connections that ended too early, or could not be opened. */
  readonly failures: readonly string[];
  /** Answers that are not what was sent. */
  readonly mismatches: number;
}

/** The load of one `wsc bench`. */
export class Load {
  readonly latencies: Histogram = new Histogram();
  readonly openings: Histogram = new Histogram();
  readonly payload: Uint8Array;
  readonly options: LoadOptions;
  mismatches = 0;
  sent = 0;
  #isOver = false;
  #startedAt = 0;
  readonly #failures: string[] = [];
  readonly #connections: LoadProtocol[] = [];

  constructor(options: LoadOptions) {
    this.options = options;
    this.payload = Buffer.alloc(options.size, 'The quick brown fox jumps over the lazy dog. ');
  }

  /** What is done of what is to be done, 0 to 1. */
  get progress(): number {
    if (this.#startedAt === 0) return 0;
    const { count, duration } = this.options;
    return Math.min(1, Math.max(this.latencies.count / count, (performance.now() - this.#startedAt) / duration));
  }

  /** Connects, sends, and closes. */
  async run(client: Client): Promise<LoadResult> {
    await this.#open(client);
    this.#startedAt = performance.now();
    let timer: NodeJS.Timeout | undefined;
    if (this.options.duration < Number.POSITIVE_INFINITY) timer = setTimeout(() => this.stop(), this.options.duration);
    const ended = this.#connections.map(connection => connection.run(this));
    await Promise.all(ended);
    clearTimeout(timer);
    const elapsed = performance.now() - this.#startedAt;
    for (const connection of this.#connections) if (connection.state === 'open') connection.sendClose(1000);
    await Promise.all(this.#connections.map(connection => connection.closed));
    const { latencies, openings, mismatches } = this;
    return { latencies, openings, elapsed, mismatches, failures: this.#failures };
  }

  /** No more is sent; what is under way is waited for. */
  stop(): void {
    this.#isOver = true;
    for (const connection of this.#connections) connection.settleIfIdle();
  }

  /** Whether one more message is to be sent; counts it. */
  takeTurn(): boolean {
    if (this.#isOver || this.sent >= this.options.count) return false;
    this.sent++;
    return true;
  }

  fail(text: string): void {
    this.#failures.push(text);
  }

  /** Opens the connections, at most 100 at a time; the first that cannot be opened is thrown when none can. */
  async #open({ factory, options }: Client): Promise<void> {
    factory.protocol = LoadProtocol;
    let left = this.options.connections;
    let firstError: unknown = null;
    const worker = async (): Promise<void> => {
      while (left-- > 0) {
        const startedAt = performance.now();
        try {
          this.#connections.push((await connectWS(factory, options)) as LoadProtocol);
          this.openings.add(performance.now() - startedAt);
        } catch (error) {
          firstError ??= error;
          this.fail((error as Error).message);
        }
      }
    };
    await Promise.all(Array.from({ length: Math.min(100, left) }, worker));
    if (this.#connections.length === 0) throw firstError;
  }
}

class LoadProtocol extends WebSocketClientProtocol {
  #load: Load | null = null;
  #settle: () => void = () => {};
  /** When the messages under way were sent, the oldest first. */
  readonly #sentAt: number[] = [];

  /** Resolves when nothing is under way and nothing more is to be sent. */
  run(load: Load): Promise<void> {
    this.#load = load;
    return new Promise(resolve => {
      this.#settle = resolve;
      void this.closed.then(({ code, reason }) => {
        if (this.#sentAt.length > 0) load.fail(`closed with ${code}${reason === null ? '' : `: ${reason}`}`);
        resolve();
      });
      for (let i = 0; i < load.options.pipeline; i++) this.#next();
      this.settleIfIdle();
    });
  }

  settleIfIdle(): void {
    if (this.#sentAt.length === 0) this.#settle();
  }

  override onMessage(payload: Uint8Array, isBinary: boolean): void {
    const load = this.#load;
    const sentAt = this.#sentAt.shift();
    if (load === null || sentAt === undefined) return;
    load.latencies.add(performance.now() - sentAt);
    if (isBinary === load.options.isText || Buffer.compare(payload, load.payload) !== 0) load.mismatches++;
    this.#next();
    this.settleIfIdle();
  }

  #next(): void {
    if (this.state !== 'open' || !this.#load!.takeTurn()) return;
    this.#sentAt.push(performance.now());
    this.sendMessage(this.#load!.payload, !this.#load!.options.isText);
  }
}
