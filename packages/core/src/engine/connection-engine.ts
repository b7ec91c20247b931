// One connection: bytes in, a listener called; calls in, bytes out. It knows neither sockets nor time, and it never throws
// at the stream: whatever goes wrong ends this connection, with the right code, and no other.
//
// It ties the parts together: the way in, the way out, control frames, the opening and the closing handshake. The parts
// call it and each other directly, which saves a closure per callback per connection.

import type { ByteStream, ConnectionState, MessageCompression, Receives } from '@ws/types';
import { type ClosingActions, ClosingHandshake } from '../closing/closing-handshake.ts';
import { ProtocolError } from '../errors/protocol-error.ts';
import type { Opening, OpeningHost } from '../handshake/opening-host.ts';
import { Delivery, type DeliveryOwner } from '../messages/delivery.ts';
import type { EngineListener } from '../messages/engine-listener.ts';
import type { CommonOptions } from '../options/options.ts';
import { log } from '../support/log.ts';
import { publish } from '../support/publish-event.ts';
import { TrafficStats } from '../support/traffic-stats.ts';
import { UNLIMITED } from '../support/work-queue.ts';
import { type ConnectionRules, connectionRules, type RoleOwner } from './connection-rules.ts';
import { ControlFrames, type ControlFramesOwner } from './control-frames.ts';
import { Inflow, type InflowEngine } from './inflow.ts';
import { OpeningDriver, type OpeningEngine } from './opening-driver.ts';
import { Outflow, type OutflowOwner } from './outflow.ts';
import { type SharedResources, sharedResourcesOf } from './shared-resources.ts';

/** What the engine assumes a listener receives until one is set. */
const WHOLE_MESSAGES: Receives = { frames: 'none', lentText: false };

/** A WebSocket connection over a stream of bytes. */
export class ConnectionEngine
  implements ClosingActions, ControlFramesOwner, DeliveryOwner, InflowEngine, OpeningEngine, OutflowOwner
{
  readonly owner: RoleOwner;
  readonly stats: TrafficStats = new TrafficStats();
  readonly delivery: Delivery = new Delivery(this);
  readonly control: ControlFrames = new ControlFrames(this);
  readonly inflow: Inflow;
  readonly outflow: Outflow;
  readonly closing: ClosingHandshake;
  readonly #shared: SharedResources;
  #options: CommonOptions;
  #compression: MessageCompression | null = null;
  readonly #onGone: (() => void) | null;

  /** @param onGone called when the transport is gone; `onClose` may come later, when no listener is set yet */
  constructor(owner: RoleOwner, stream: ByteStream, options: CommonOptions, onGone: (() => void) | null = null) {
    this.owner = owner;
    this.#options = options;
    this.#onGone = onGone;
    this.#shared = sharedResourcesOf(owner.platform);
    this.inflow = new Inflow(this, stream, this.#shared);
    this.outflow = new Outflow(this, stream, this.#shared);
    this.closing = new ClosingHandshake(owner.role, this.#shared.timers, this);
  }

  get state(): ConnectionState {
    return this.closing.state;
  }

  get isOpen(): boolean {
    return this.closing.state === 'open';
  }

  get options(): CommonOptions {
    return this.#options;
  }

  get compression(): MessageCompression | null {
    return this.#compression;
  }

  /** The object that diagnostics events carry as `connection`. */
  get subject(): object {
    return this.delivery.listener?.subject ?? this;
  }

  /** Begins: reads from the stream, and performs the opening handshake. */
  start(createOpening: (host: OpeningHost) => Opening): void {
    this.closing.startOpening();
    this.inflow.start(new OpeningDriver(this, createOpening, this.#shared.timers));
  }

  /**
   * Sets the listener, before `start` or once the connection is open. Frames that arrived earlier are read now.
   *
   * @throws TypeError when there is a listener; what `receives` throws: the listener is not set then
   */
  setListener(listener: EngineListener): void {
    if (this.delivery.listener !== null) throw new TypeError('there is a listener already');
    const rules = this.inflow.hasOpened ? this.#rulesFor(listener.receives) : null;
    this.delivery.setListener(listener);
    if (rules === null) return;
    this.inflow.inTurn(() => this.#greet(listener));
    this.inflow.readEarly(rules);
  }

  /** Changes options of a connection that is not open yet. */
  changeOptions(options: CommonOptions): void {
    this.#options = options;
  }

  /** Sets the agreed compression. The engine closes it when the connection ends. */
  useCompression(compression: MessageCompression | null): void {
    this.#compression = compression;
  }

  /** Replaces the stream by another, such as the TLS stream made from it. */
  useStream(stream: ByteStream): void {
    this.outflow.useStream(stream);
    // Dropped meanwhile: `onClose` is still to come.
    if (this.state === 'closed') stream.destroy();
    this.inflow.useStream(stream);
  }

  /**
   * The opening handshake is done: frames from here on, `rest` of them already here.
   *
   * @param refusal the error with which the application refused the connection; the peer gets a Close frame with 1000
   */
  open(rest: Uint8Array, refusal?: { readonly error: unknown }): void {
    const { listener } = this.delivery;
    const rules = this.#rulesFor(listener?.receives ?? WHOLE_MESSAGES);
    this.outflow.open(rules);
    this.inflow.endOpening(rest.length, rules);
    this.closing.open();
    if (refusal !== undefined) {
      this.delivery.discard();
      this.inflow.skipToClose();
      this.closing.failConnection(1000, 'refused by the application', refusal.error);
    } else if (listener !== null) {
      this.#greet(listener);
    }
    if (listener === null) this.inflow.keepEarly(rest);
    else if (rest.length > 0) this.inflow.onData(rest);
  }

  /**
   * Fails the connection (RFC 6455, 7.1.7), once: a later failure does not disturb the closing handshake of the first.
   * The close code is `code`, else that of a ProtocolError, else 1011.
   */
  failConnection(error: unknown, code?: number): void {
    if (this.state === 'closed' || this.closing.failedByMe) return;
    const failure = error instanceof ProtocolError ? error : new ProtocolError('ERR_INTERNAL_ERROR', { cause: error });
    this.#log('connection-failed', failure);
    if (this.inflow.hasOpened) this.inflow.skipToClose();
    this.closing.failConnection(code ?? failure.closeCode, failure.message, error);
    this.compression?.close();
    this.inflow.readOnToClose();
  }

  /** A hook threw, or its promise was rejected: the application is told nothing more but the end. */
  onHookFailed(error: unknown): void {
    this.#log('hook-failed', error);
    this.delivery.discard();
    this.inflow.inTurn(() => this.failConnection(error));
  }

  /**
   * Ends the connection without a Close frame. From here on the listener hears of the end only.
   *
   * @param isAbort `true`: at once; `false`: after everything that was sent has left
   */
  drop(isAbort: boolean): void {
    this.delivery.discard();
    this.inflow.inTurn(() => this.closing.drop(isAbort));
  }

  onLeaveOpen(): void {
    this.control.stopKeepalive();
    this.outflow.stopProducer();
    // Events that only wait for their turn come before the closing; those that the application holds up come when it resumes.
    if (this.delivery.isBehind) this.delivery.goOn(UNLIMITED);
    this.delivery.call(() => this.delivery.listener?.onClosing());
  }

  destroyTransport(): void {
    this.outflow.flushAndClose();
    this.inflow.stream.destroy();
  }

  /**
   * The transport is gone; what came before its end is perhaps still to be read.
   *
   * @param early bytes that wait for a listener, and the end behind them; `null`: nothing waits for one
   */
  onTransportGone(error: Error | undefined, early: number | null): void {
    this.outflow.onTransportGone();
    if (early !== null) this.outflow.finish({ error: error ?? null });
    // Early frames may be compressed.
    if (early === 0) this.compression?.close();
    this.#onGone?.();
  }

  /** The transport is gone: everything ends, and the application is told, once. */
  finish(error: Error | undefined, opening: OpeningDriver | null): void {
    this.delivery.finish();
    const info = this.closing.onTransportClosed(error);
    this.control.stopKeepalive();
    this.compression?.close();
    this.outflow.finish(info);
    opening?.onGone(info);
    publish(this.owner.platform, this.subject, 'close', { ...info });
    this.delivery.call(() => this.delivery.listener?.onClose(info));
  }

  /** The connection is open, and there is a listener. */
  #greet(listener: EngineListener): void {
    if (this.isOpen) this.control.startKeepalive(this.#options, this.#shared.timers);
    publish(this.owner.platform, this.subject, 'open', {});
    if (this.isOpen) this.delivery.call(() => listener.onOpen?.());
    else this.delivery.call(() => listener.onClosing());
  }

  #rulesFor(receives: Receives): ConnectionRules {
    return connectionRules(this.owner, this.#options, this.compression !== null, receives);
  }

  #log(event: string, error: unknown): void {
    log(this.owner.platform, 'warn', event, error);
    publish(this.owner.platform, this.subject, 'error', { error });
  }
}
