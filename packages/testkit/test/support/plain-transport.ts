// A transport as one over a runtime's own WebSocket would be: whole messages only, it cannot make the peer wait, cannot
// ping or drop, and sends no close codes but those of applications.

import type { CloseInfo, ConnectionState, MessageTransportListener, Receives } from '@ws/types';
import { TransportWrapper } from './transport-wrapper.ts';

/** What the contract is not to ask of it. */
export const PLAIN_LIMITS = { canDrop: false } as const;

const ABNORMAL = { code: 1006, reason: null } as const;

/** Keeps what comes while paused, and ends by Close frames only. */
export class PlainTransport extends TransportWrapper {
  #receives: Receives = { frames: 'none', lentText: false };
  #kept: (() => unknown)[] = [];
  #isPaused = false;
  #isDropped = false;
  #isDeaf = false;
  #isClosing = false;
  #isOver = false;
  #failure: { readonly error: unknown } | null = null;

  override get canPause(): boolean {
    return false;
  }
  override get canPing(): boolean {
    return false;
  }
  override get closeCodes(): 'application' | 'wire' {
    return 'application';
  }
  override get state(): ConnectionState {
    return this.#isDropped ? 'closed' : super.state;
  }
  override get closingReason(): { readonly code: number | null; readonly reason: string | null } {
    return this.#isDropped ? ABNORMAL : super.closingReason;
  }
  override setListener(listener: MessageTransportListener): void {
    this.#receives = listener.receives;
    super.setListener(listener);
    if (this.#isDropped) this.#tellDrop();
  }
  protected override receives(): Receives {
    return { frames: 'none', lentText: false };
  }
  override whenDrained(onDrained: (error: unknown) => void): void {
    if (this.#isDropped) onDrained(new Error('not open'));
    else super.whenDrained(onDrained);
  }
  override send(payload: Uint8Array | string, isBinary: boolean): void {
    this.#checkOpen();
    super.send(payload, isBinary);
  }
  override ping(payload: Uint8Array): void {
    if (!(payload instanceof Uint8Array)) throw new TypeError('a payload is a Uint8Array');
    if (payload.length > 125) throw new RangeError('at most 125 bytes');
  }
  override pong(payload: Uint8Array): void {
    this.ping(payload);
  }
  override pause(): void {
    this.#isPaused = true;
  }
  override resume(): void {
    this.#isPaused = false;
    queueMicrotask(() => this.#deliver());
  }
  override fail(error: unknown): void {
    this.#kept = [];
    this.#failure ??= { error };
    const { closeCode = 1011 } = (error ?? {}) as { closeCode?: number };
    super.fail(Object.assign(new Error('failed'), { closeCode: closeCode < 3000 ? closeCode + 3000 : closeCode }));
  }
  override close(code: number | null, reason: string | null): void {
    if (typeof code === 'number' && code > 1000 && code < 3000) throw new RangeError('no code of an application');
    super.close(code, reason);
  }
  override drop(): void {
    this.#isDeaf = true;
    this.#kept = [];
    if (this.state === 'closed') return;
    super.close(1000, null);
    this.#isDropped = true;
    queueMicrotask(() => this.#tellDrop());
  }

  protected override onMessage(payload: Uint8Array, isBinary: boolean): unknown {
    if (this.#receives.frames !== 'all') return this.#tell(() => super.onMessage(payload, isBinary));
    this.#tell(() => super.onMessageBegin(isBinary));
    this.#tell(() => super.onMessageData(payload));
    this.#tell(() => super.onMessageEnd());
    return undefined;
  }
  protected override onClosing(): unknown {
    this.#isClosing = true;
    return this.#isOver ? undefined : super.onClosing();
  }
  protected override onClose(info: CloseInfo): unknown {
    if (this.#isOver) return undefined;
    this.#isPaused = false;
    this.#deliver();
    this.#isOver = true;
    return super.onClose(this.#failure === null ? info : { ...info, error: this.#failure.error });
  }

  #tellDrop(): void {
    if (this.#isOver || this.listener.receives === undefined) return;
    if (!this.#isClosing) this.onClosing();
    const end = { wasClean: false, ...ABNORMAL, closedBy: 'local', stage: 'open', timeout: null, error: null } as const;
    this.onClose({ ...end, localCode: null, localReason: null });
  }

  #tell(call: () => unknown): void {
    if (this.#isDeaf) return;
    this.#kept.push(call);
    this.#deliver();
  }

  #deliver(): void {
    while (!this.#isPaused && this.#kept.length > 0) {
      const call = this.#kept.shift();
      try {
        const result = call?.();
        if (result instanceof Promise) result.catch(error => this.fail(error));
      } catch (error) {
        this.fail(error);
      }
    }
  }

  #checkOpen(): void {
    if (this.#isDropped) throw Object.assign(new Error('not open'), { code: 'ERR_NOT_OPEN' });
  }
}
