// Control frames of one connection (RFC 6455, 5.5): pings are answered, pongs looked at, the peer's Close frame is
// handed to the closing handshake, and automatic pings are sent.

import type { Platform } from '@ws/types';
import type { ClosingHandshake } from '../closing/closing-handshake.ts';
import { FIN } from '../frames/frame-header.ts';
import { CLOSE, PING, PONG } from '../frames/opcode.ts';
import type { Delivery } from '../messages/delivery.ts';
import type { CommonOptions } from '../options/options.ts';
import { publish } from '../support/publish-event.ts';
import type { Timers } from '../support/timers.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import { Keepalive, type KeepaliveActions } from './keepalive.ts';
import type { Outflow } from './outflow.ts';

/** What {@link ControlFrames} need of their connection. */
export interface ControlFramesOwner {
  readonly isOpen: boolean;
  readonly closing: ClosingHandshake;
  readonly delivery: Delivery;
  readonly inflow: { readonly isBehind: boolean };
  readonly outflow: Outflow;
  readonly stats: TrafficStats;
  /** The object that diagnostics events carry as `connection`. */
  readonly subject: object;
  readonly owner: { readonly platform: Platform };
}

/** Sends and receives the control frames of one connection. */
export class ControlFrames implements KeepaliveActions {
  readonly #engine: ControlFramesOwner;
  #keepalive: Keepalive | null = null;
  /** The peer's Close frame came: what follows does not count (RFC 6455, 5.5.1). */
  hasReceivedClose = false;
  /**
   * Payload of the pong that answers the last ping, kept while the transport is blocked or a frame is half sent. Earlier
   * pongs may be skipped (RFC 6455, 5.5.3).
   */
  pendingPong: Uint8Array | null = null;

  constructor(engine: ControlFramesOwner) {
    this.#engine = engine;
  }

  /** Milliseconds from the last automatic ping to its pong; `null`: none has come. */
  get latency(): number | null {
    return this.#keepalive === null ? null : this.#keepalive.latency;
  }

  /** Sends a control frame. */
  send(opcode: number, payload: Uint8Array): void {
    const { stats, outflow } = this.#engine;
    stats.outgoingOctetsWireLevel += outflow.writer.writeFrame(FIN | opcode, payload);
    outflow.afterSend();
  }

  /** A control frame came. */
  onFrame(opcode: number, payload: Uint8Array): void {
    const { closing, delivery, owner, subject } = this.#engine;
    if (opcode !== CLOSE && closing.failedByMe) return;
    if (opcode === CLOSE) {
      this.hasReceivedClose = true;
      closing.onCloseFrame(payload);
    } else if (opcode === PING) {
      publish(owner.platform, subject, 'ping', { payload });
      this.pendingPong = payload;
      this.answerPing();
      delivery.call(() => this.#engine.delivery.listener?.onPing?.(payload));
    } else {
      publish(owner.platform, subject, 'pong', { payload });
      this.#keepalive?.onPong(payload);
      delivery.call(() => this.#engine.delivery.listener?.onPong(payload));
    }
  }

  /** Sends the kept pong, unless the transport is blocked or a frame is half sent. Called after sends and drains. */
  answerPing(): void {
    const pong = this.pendingPong;
    if (pong === null) return;
    const { writer } = this.#engine.outflow;
    if (writer.isBlocked || writer.isInsideFrame) return;
    this.pendingPong = null;
    if (this.#engine.isOpen) this.send(PONG, pong);
  }

  /** The connection is open: from now on it is pinged, if the options say so. */
  startKeepalive(options: CommonOptions, timers: Timers): void {
    if (options.autoPingInterval === 0) return;
    this.#keepalive = new Keepalive(options, this, timers, this.#engine.owner.platform);
    this.#keepalive.start();
  }

  stopKeepalive(): void {
    this.#keepalive?.stop();
  }

  /** Data came, which shows as well that the peer is there. */
  onTraffic(): void {
    this.#keepalive?.onTraffic();
  }

  onAutoPong(latency: number, payload: Uint8Array): void {
    this.#engine.delivery.call(() => this.#engine.delivery.listener?.onAutoPong?.(latency, payload));
  }

  onPingExpired(): void {
    this.#engine.closing.expire('autoPing');
  }

  get isReadingStopped(): boolean {
    return this.#engine.delivery.isFull || this.#engine.inflow.isBehind;
  }

  get isInsideFrame(): boolean {
    return this.#engine.outflow.writer.isInsideFrame;
  }
}
