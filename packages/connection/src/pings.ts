import type { AbortSignalLike, MessageTransport, Platform } from '@ws/types';
import { cancellable, encodeText } from '@ws/util/primitives';

interface PendingPing {
  readonly sentAt: number;
  readonly settle: (latency: number) => void;
  readonly fail: (error: unknown) => void;
}

/** The clock and the random source that {@link Pings} use. */
export type PingPlatform = Pick<Platform, 'clock' | 'random'>;

/** Sends pings, and keeps those whose pong has not come. */
export class Pings {
  readonly #transport: MessageTransport;
  readonly #platform: PingPlatform;
  readonly #closedError: () => unknown;
  /** Pings under way by their payload, in the order in which they were sent. */
  readonly #pending: Map<string, PendingPing> = new Map();

  constructor(transport: MessageTransport, platform: PingPlatform, closedError: () => unknown) {
    this.#transport = transport;
    this.#platform = platform;
    this.#closedError = closedError;
  }

  ping(payload: Uint8Array | string | undefined, signal: AbortSignalLike | undefined): Promise<number> {
    const transport = this.#transport;
    if (transport.state !== 'open') return Promise.reject(this.#closedError());
    const bytes =
      payload === undefined ? this.#randomPayload() : typeof payload === 'string' ? encodeText(payload) : payload;
    if (!(bytes instanceof Uint8Array))
      return Promise.reject(new TypeError('payload must be a string or a Uint8Array'));
    const key = keyOf(bytes);
    if (this.#pending.has(key)) return Promise.reject(new TypeError('a ping with this payload is under way'));
    return cancellable(signal, (resolve, reject) => {
      try {
        // Sent before it is kept: `ping` checks the payload, and a ping that was not sent must not be waited for.
        transport.ping(bytes);
      } catch (error) {
        reject(error);
        return () => {};
      }
      this.#pending.set(key, { sentAt: this.#platform.clock.now(), settle: resolve, fail: reject });
      return () => this.#pending.delete(key);
    });
  }

  /** A pong answers its ping and all that were sent before it (RFC 6455, 5.5.3). */
  onPong(payload: Uint8Array): void {
    const key = keyOf(payload);
    if (!this.#pending.has(key)) return;
    const now = this.#platform.clock.now();
    for (const [each, { sentAt, settle }] of this.#pending) {
      this.#pending.delete(each);
      settle(now - sentAt);
      if (each === key) return;
    }
  }

  /** Fails all pings under way: the connection closes, so there will be no pongs. */
  fail(): void {
    const pending = [...this.#pending.values()];
    this.#pending.clear();
    for (const { fail } of pending) fail(this.#closedError());
  }

  #randomPayload(): Uint8Array {
    const bytes = new Uint8Array(8);
    this.#platform.random.fill(bytes);
    return bytes;
  }
}

function keyOf(bytes: Uint8Array): string {
  return bytes.join();
}
