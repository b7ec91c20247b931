// A connection before it is open: the engine hands everything to the opening handshake, which asks for what it needs here.
// It is dropped when the connection opens.

import type { ByteStream, CloseInfo, ConnectionState, MessageCompression, Timer } from '@ws/types';
import type { ClosingHandshake } from '../closing/closing-handshake.ts';
import type { Opening, OpeningHost } from '../handshake/opening-host.ts';
import type { CommonOptions } from '../options/options.ts';
import { isPromise } from '../support/is-promise.ts';
import type { Timers } from '../support/timers.ts';
import type { TrafficStats } from '../support/traffic-stats.ts';
import type { Outflow } from './outflow.ts';

/** The engine, as the driver sees it. */
export interface OpeningEngine {
  readonly state: ConnectionState;
  readonly options: CommonOptions;
  readonly closing: ClosingHandshake;
  readonly outflow: Outflow;
  readonly stats: TrafficStats;
  readonly inflow: {
    readonly stream: ByteStream;
    /** The stream has told its end. */
    readonly isGone: boolean;
    /** Runs a task as one turn: what it sends leaves together. */
    inTurn(task: () => void): void;
    onClose(error?: Error): void;
  };
  /** Goes on with another stream. */
  useStream(stream: ByteStream): void;
  useCompression(compression: MessageCompression | null): void;
  open(rest: Uint8Array, refusal?: { readonly error: unknown }): void;
}

/** Drives the opening handshake of one connection. */
export class OpeningDriver implements OpeningHost {
  readonly #engine: OpeningEngine;
  readonly #opening: Opening;
  readonly #timers: Timers;

  constructor(engine: OpeningEngine, createOpening: (host: OpeningHost) => Opening, timers: Timers) {
    this.#engine = engine;
    this.#timers = timers;
    this.#opening = createOpening(this);
  }

  start(): void {
    this.#opening.start();
  }

  /** Bytes arrived, lent for the call. */
  onData(bytes: Uint8Array): void {
    if (this.state === 'closed') return;
    this.countReceived(bytes.length);
    this.#opening.onData(bytes);
  }

  /** Something was thrown. */
  onFailed(error: unknown): void {
    if (this.state !== 'closed') this.#opening.onFailed(error);
  }

  /** The transport is gone. */
  onGone(info: CloseInfo): void {
    this.#opening.onGone(info);
  }

  get state(): ConnectionState {
    return this.#engine.state;
  }

  get options(): CommonOptions {
    return this.#engine.options;
  }

  send(bytes: Uint8Array): void {
    const { stats, outflow } = this.#engine;
    stats.preopenOutgoingOctetsWireLevel += bytes.length;
    outflow.writer.writeShared(bytes);
  }

  countReceived(length: number): void {
    this.#engine.stats.preopenIncomingOctetsWireLevel += length;
  }

  ask(question: () => unknown, onAnswer: (answer: unknown) => void, onError: (error: unknown) => void): void {
    let answer: unknown;
    try {
      answer = question();
    } catch (error) {
      onError(error);
      return;
    }
    if (!isPromise(answer)) {
      onAnswer(answer);
      return;
    }
    this.#engine.inflow.stream.pause();
    const goOn = (task: () => void): void => {
      // First, since the task may stop the stream again.
      if (!this.#engine.inflow.isGone) this.#engine.inflow.stream.resume();
      this.#ifConnecting(task);
    };
    answer.then(
      result => goOn(() => onAnswer(result)),
      error => goOn(() => onError(error)),
    );
  }

  startTimer(delay: number, onExpired: () => void): Timer {
    return this.#timers.start(delay, () => this.#engine.inflow.inTurn(onExpired));
  }

  setProxying(isProxying: boolean): void {
    this.#engine.closing.setProxying(isProxying);
  }

  secure(onSecured: () => void, onFailed: (cause: unknown) => void): void {
    this.#startTls().then(
      () => this.#ifConnecting(onSecured),
      cause => {
        this.#ifConnecting(() => onFailed(cause));
        this.#engine.inflow.onClose();
      },
    );
  }

  useCompression(compression: MessageCompression | null): void {
    this.#engine.useCompression(compression);
  }

  open(rest: Uint8Array, refusal?: { readonly error: unknown }): void {
    this.#engine.open(rest, refusal);
  }

  failOpening(reason: string, error?: unknown): void {
    this.#engine.closing.failOpening(reason, error);
  }

  drop(isAbort: boolean): void {
    this.#engine.closing.drop(isAbort);
  }

  /** Goes on with the opening handshake, unless it has come to an end meanwhile. */
  #ifConnecting(task: () => void): void {
    if (this.state === 'connecting') this.#engine.inflow.inTurn(task);
  }

  /**
   * Replaces the stream by one with TLS. The old stream reports nothing afterwards, so if TLS fails, `secure` ends the
   * connection.
   */
  async #startTls(): Promise<void> {
    const { startTls } = this.#engine.inflow.stream;
    if (startTls === undefined) throw new Error('this transport has no TLS');
    const stream = await startTls.call(this.#engine.inflow.stream);
    this.#engine.useStream(stream);
  }
}
