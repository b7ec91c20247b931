// Automatic pings (RFC 6455, 5.5.2): is the peer still there, and how far away?

import type { Platform, Timer } from '@ws/types';
import { equalBytes } from '@ws/util/primitives';
import { PING } from '../frames/opcode.ts';
import type { Timers } from '../support/timers.ts';

/** The parts of the options that concern {@link Keepalive}; milliseconds. The interval is over 0, a timeout of 0 is none. */
export interface KeepaliveOptions {
  readonly autoPingInterval: number;
  readonly autoPingTimeout: number;
  readonly autoPingSize: number;
  readonly autoPingRestartOnAnyTraffic: boolean;
}

/** What {@link Keepalive} does to its connection. */
export interface KeepaliveActions {
  /** Sends a control frame. */
  send(opcode: number, payload: Uint8Array): void;
  /** The pong came, `latency` milliseconds after its ping. */
  onAutoPong(latency: number, payload: Uint8Array): void;
  /** The pong did not come in time. */
  onPingExpired(): void;
  /** True while backpressure, or the work of others, has stopped reading: the pong may have arrived unread. */
  readonly isReadingStopped: boolean;
  /** True in the middle of a frame that is being sent: a ping would have to wait for its end. */
  readonly isInsideFrame: boolean;
}

/** The parts of the platform that {@link Keepalive} takes time and random payloads from. */
export type KeepalivePlatform = Pick<Platform, 'clock' | 'random'>;

/** Pings one connection at intervals; each ping after the pong of the one before. */
export class Keepalive {
  readonly #options: KeepaliveOptions;
  readonly #actions: KeepaliveActions;
  readonly #timers: Timers;
  readonly #platform: KeepalivePlatform;
  #timer: Timer | null = null;
  #pending: Uint8Array | null = null;
  #sentAt = 0;
  #sequence = 0;
  /** Milliseconds from the last ping to its pong; `null`: none has come. */
  latency: number | null = null;

  constructor(options: KeepaliveOptions, actions: KeepaliveActions, timers: Timers, platform: KeepalivePlatform) {
    this.#options = options;
    this.#actions = actions;
    this.#timers = timers;
    this.#platform = platform;
  }

  /** The connection is open: the first ping goes out after an interval. */
  start(): void {
    this.#timer = this.#timers.start(this.#options.autoPingInterval, () => this.#ping());
  }

  /** The connection is no longer open. */
  stop(): void {
    this.#timer?.cancel();
    this.#timer = null;
    this.#pending = null;
  }

  /** A pong came, ours or not. */
  onPong(payload: Uint8Array): void {
    if (this.#pending === null || !equalBytes(payload, this.#pending)) return;
    this.latency = this.#platform.clock.now() - this.#sentAt;
    this.stop();
    this.start();
    this.#actions.onAutoPong(this.latency, payload);
  }

  /** Data came, which shows as well that the peer is there. */
  onTraffic(): void {
    if (this.#pending === null || !this.#options.autoPingRestartOnAnyTraffic) return;
    this.stop();
    this.start();
  }

  #ping(): void {
    if (this.#actions.isInsideFrame) {
      this.start();
      return;
    }
    const payload = this.#makePayload();
    this.#pending = payload;
    this.#sentAt = this.#platform.clock.now();
    const { autoPingTimeout } = this.#options;
    // Without a limit to wait for, the next ping goes out all the same: the peer may have missed one.
    if (autoPingTimeout === 0) this.start();
    else this.#timer = this.#timers.start(autoPingTimeout, () => this.#expire());
    // Last, since it may end the connection, and this with it.
    this.#actions.send(PING, payload);
  }

  #expire(): void {
    if (this.#actions.isReadingStopped) this.start();
    else this.#actions.onPingExpired();
  }

  /** A sequence number and random bytes, so that no other pong can be taken for ours. */
  #makePayload(): Uint8Array {
    const payload = new Uint8Array(this.#options.autoPingSize);
    this.#platform.random.fill(payload);
    new DataView(payload.buffer).setUint32(8, ++this.#sequence);
    return payload;
  }
}
