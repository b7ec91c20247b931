// How connections end (RFC 6455, 5.5.1 and 7). Every change of state after opening happens here. The same rules bind
// client and server but for one: the server closes the transport, the client waits until the server does (7.1.1).

import type { CloseInfo, ConnectionState, TimeoutName, Timer } from '@ws/types';
import type { ProtocolError } from '../errors/protocol-error.ts';
import type { FrameWriter } from '../frames/frame-writer.ts';
import { CLOSE } from '../frames/opcode.ts';
import type { CommonOptions } from '../options/options.ts';
import type { Timers } from '../support/timers.ts';
import { type ClosePayload, formatClosePayload, parseClosePayload } from './close-payload.ts';

/** What a {@link ClosingHandshake} does to its connection. */
export interface ClosingActions {
  /** Sends the Close frame. */
  readonly control: { send(opcode: number, payload: Uint8Array): void };
  /** The writer's `end` sends everything queued, then ends our direction. */
  readonly outflow: { readonly writer: Pick<FrameWriter, 'end' | 'isInsideFrame'> };
  /** The options of the connection. */
  readonly options: CommonOptions;
  destroyTransport(): void;
  /** The closing begins: from now on nothing is sent, and no keepalive runs. */
  onLeaveOpen(): void;
}

/** The state of one connection, and its end. */
export class ClosingHandshake {
  state: ConnectionState = 'connecting';
  /** We sent the first Close frame. */
  closedByMe = false;
  /** We failed the connection. */
  failedByMe = false;
  wasClean = false;
  localCode: number | null = null;
  localReason: string | null = null;
  remoteCode: number | null = null;
  remoteReason: string | null = null;
  /** Why the end is not clean. */
  notCleanReason: string | null = null;
  timeout: TimeoutName | null = null;
  error: unknown = null;

  readonly #role: 'client' | 'server';
  readonly #timers: Timers;
  readonly #actions: ClosingActions;
  #stage: CloseInfo['stage'] = 'connecting';
  #closedBy: CloseInfo['closedBy'] | null = null;
  #timer: Timer | null = null;

  constructor(role: 'client' | 'server', timers: Timers, actions: ClosingActions) {
    this.#role = role;
    this.#timers = timers;
    this.#actions = actions;
  }

  /** Code and reason of the Close frame that began the closing; `null`: it began without one. */
  get beginning(): { readonly code: number | null; readonly reason: string | null } | null {
    if (this.closedByMe) return { code: this.localCode, reason: this.localReason };
    return this.wasClean ? { code: this.remoteCode, reason: this.remoteReason } : null;
  }

  /** Sets whether a proxy is still being asked. The opening handshake with the server comes after its answer. */
  setProxying(isProxying: boolean): void {
    this.state = isProxying ? 'proxy-connecting' : 'connecting';
  }

  /** Records why the opening handshake failed. @param reason the cause, in words */
  failOpening(reason: string, error: unknown = null): void {
    this.error = error;
    this.notCleanReason = reason;
  }

  /** Starts the timeout of the opening handshake. */
  startOpening(): void {
    this.#startTimer('openHandshake');
  }

  /** The opening handshake is done. */
  open(): void {
    this.state = 'open';
    this.#stopTimer();
  }

  /** Sends our Close frame, first or in reply. Does nothing unless the connection is open. */
  startClosingHandshake(code: number | null, reason: string | null, isReply = false): void {
    if (this.state !== 'open') return;
    this.#closedBy ??= 'local';
    if (this.#actions.outflow.writer.isInsideFrame) {
      // A Close frame cannot be sent within another frame, and nobody is going to complete that one.
      this.wasClean = false;
      this.notCleanReason ??= 'it ended within a frame that was being sent';
      this.drop(false);
      return;
    }
    this.closedByMe = !isReply;
    this.localCode = code;
    this.localReason = reason;
    this.#enter('closing', formatClosePayload(code, reason));
    // A hook has run, and may have dropped the connection.
    if (isReply || this.#isClosed) return;
    this.#startTimer('closeHandshake');
  }

  /** The peer's Close frame came. */
  onCloseFrame(payload: Uint8Array): void {
    const received = this.#readClose(payload);
    if (received === null || this.#isClosed) return;
    this.#closedBy ??= 'remote';
    this.remoteCode = received.code;
    this.remoteReason = received.reason;
    this.wasClean = true;
    if (this.state === 'open') {
      const { code, reason } = this.#actions.options.echoCloseCodeReason ? received : { code: 1000, reason: null };
      this.startClosingHandshake(code, reason, true);
    }
    if (this.#isClosed) return;
    this.#stopTimer();
    if (this.#role === 'server') this.drop(false);
    else this.#awaitDrop();
  }

  /**
   * Fails a connection that is not closed (RFC 6455, 7.1.7): by a Close frame, or at once if `failByDrop` is set.
   *
   * @param error the error that is reported as the cause
   */
  failConnection(code: number, reason: string, error: unknown): void {
    this.failedByMe = true;
    this.error ??= error;
    this.notCleanReason ??= `connection failed: ${reason}`;
    this.#closedBy ??= 'local';
    if (this.#actions.options.failByDrop) {
      this.wasClean = false;
      this.drop(true);
    } else if (this.state === 'open') {
      this.startClosingHandshake(code, reason);
    } else {
      this.drop(false);
    }
  }

  /** Closes the transport: at once if `isAbort`, else after everything queued was sent. */
  drop(isAbort: boolean): void {
    if (this.state !== 'closed') {
      this.#closedBy ??= 'local';
      this.#enter('closed');
      if (!isAbort) {
        this.#awaitDrop();
        this.#actions.outflow.writer.end();
      }
    }
    if (isAbort) this.#actions.destroyTransport();
  }

  /** The peer ended its direction: nothing more will come. */
  onPeerEnded(): void {
    if (!this.wasClean) this.notCleanReason ??= 'the peer ended the connection without a Close frame';
    this.#closedBy ??= 'transport';
    this.drop(false);
  }

  /** The timeout `name` has passed. */
  expire(name: TimeoutName): void {
    this.#timer = null;
    // A server that has done its part is not made unclean by a client that lingers.
    const isDone = this.#role === 'server' && this.wasClean;
    if (!isDone) {
      this.timeout ??= name;
      this.wasClean = false;
      this.notCleanReason ??= `the ${name}Timeout has passed`;
      this.#closedBy ??= 'local';
    }
    this.drop(true);
  }

  /** The transport is gone. */
  onTransportClosed(error: unknown): CloseInfo {
    this.#enter('closed');
    if (error !== undefined) this.error ??= error;
    if (!this.wasClean) {
      this.notCleanReason ??=
        error instanceof Error ? `the transport failed: ${error.message}` : 'the connection was lost';
    }
    const { wasClean, localCode, localReason, timeout } = this;
    return {
      wasClean,
      code: wasClean ? this.remoteCode : 1006,
      reason: wasClean ? this.remoteReason : `closed uncleanly: ${this.notCleanReason}`,
      closedBy: this.#closedBy ?? 'transport',
      stage: this.#stage,
      localCode,
      localReason,
      timeout,
      error: this.error,
    };
  }

  /** Reads the peer's Close frame. @returns `null` when the frame was wrong and the connection was dropped */
  #readClose(payload: Uint8Array): ClosePayload | null {
    try {
      return parseClosePayload(payload);
    } catch (error) {
      const failure = error as ProtocolError;
      this.failConnection(failure.closeCode, failure.message, failure);
      if (this.#actions.options.failByDrop) return null;
      // The peer has closed all the same: we keep the part of its frame that can be read.
      if (failure.code !== 'ERR_INVALID_UTF8') return { code: 1000, reason: null };
      return { code: (payload[0]! << 8) | payload[1]!, reason: null };
    }
  }

  /** Gives the peer `serverConnectionDropTimeout` to close its side. */
  #awaitDrop(): void {
    this.#startTimer('serverConnectionDrop');
  }

  #startTimer(name: TimeoutName): void {
    this.#stopTimer();
    const delay = this.#actions.options[`${name}Timeout`];
    if (delay > 0) this.#timer = this.#timers.start(delay, () => this.expire(name));
  }

  #stopTimer(): void {
    this.#timer?.cancel();
    this.#timer = null;
  }

  /** Reads the state anew each time, since hooks of the application may have changed it. */
  get #isClosed(): boolean {
    return this.state === 'closed';
  }

  #enter(next: 'closing' | 'closed', closePayload?: Uint8Array): void {
    const { state } = this;
    this.#stopTimer();
    if (state === 'closed') return;
    this.#stage = state;
    this.state = next;
    // The Close frame is sent before the application hears of the closing, so that nothing it does can prevent that.
    if (closePayload !== undefined) this.#actions.control.send(CLOSE, closePayload);
    if (state !== 'closing') this.#actions.onLeaveOpen();
  }
}
