// Transports that break one sentence of the port each, about pings, closing and failures.

import type { CloseInfo, ConnectionState, MessageTransportListener, Receives } from '@ws/types';
import { type BrokenTransport, TransportWrapper } from './transport-wrapper.ts';

type Payload = Uint8Array | string;

/** What each does wrong → how. */
export const brokenEnding: Readonly<Record<string, BrokenTransport>> = {
  'does not ping': class extends TransportWrapper {
    override ping() {}
  },
  'cuts the payload of pongs': class extends TransportWrapper {
    protected override onPong(payload: Uint8Array) {
      return super.onPong(payload.subarray(0, 124));
    }
  },
  'tells of pongs though it cannot ping': class extends TransportWrapper {
    override get canPing() {
      return false;
    }
  },
  'sends pings that are too long': class extends TransportWrapper {
    override ping(payload: Uint8Array) {
      super.ping(payload instanceof Uint8Array ? payload.subarray(0, 125) : payload);
    }
  },
  'pings with anything': class extends TransportWrapper {
    override ping(payload: Uint8Array) {
      super.ping(payload instanceof Uint8Array ? payload : new Uint8Array(0));
    }
  },
  'pings instead of sending a pong': class extends TransportWrapper {
    override pong(payload: Uint8Array) {
      super.ping(payload);
    }
  },
  'throws at a ping when it is not open': class extends TransportWrapper {
    override ping(payload: Uint8Array) {
      if (this.state !== 'open') throw new Error('not open');
      super.ping(payload);
    }
  },
  'stays open after close': class extends TransportWrapper {
    override get state(): ConnectionState {
      return super.state === 'closing' ? 'open' : super.state;
    }
  },
  'is not closed when it is gone': class extends TransportWrapper {
    override get state(): ConnectionState {
      return super.state === 'closed' ? 'closing' : super.state;
    }
  },
  'loses the close code': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      super.close(code, reason);
    }
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, code: 1005 });
    }
  },
  'tells an empty reason for none': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, reason: info.reason ?? '' });
    }
  },
  'tells 1005 for no code': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, code: info.code ?? 1005 });
    }
  },
  'closes with 1000 for no code': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      super.close(code ?? 1000, reason);
    }
  },
  'cuts reasons that are too long': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      super.close(code, typeof reason === 'string' ? reason.slice(0, 61) : reason);
    }
  },
  'closes with any code': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      if (code === 1005) super.close(null, null);
      else super.close(code, reason);
    }
  },
  'sends no close codes but those of applications': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      super.close(code === null || code === 1000 || code > 2999 || code < 1001 ? code : 1000, reason);
    }
  },
  'says that no end is clean': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, wasClean: false });
    }
  },
  'says that each end is clean': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, wasClean: true });
    }
  },
  'says that the peer has closed': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, closedBy: 'remote' });
    }
  },
  'does not say how far it had come': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, stage: 'connecting' });
    }
  },
  'does not know what it was closed with': class extends TransportWrapper {
    override get closingReason() {
      return { code: 1006, reason: null };
    }
  },
  'loses what waits when it closes': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      if (this.bufferedAmount > 0) this.drop();
      super.close(code, reason);
    }
  },
  'does not tell that it is closing': class extends TransportWrapper {
    protected override onClosing() {}
  },
  'tells twice that it is closing': class extends TransportWrapper {
    protected override onClosing() {
      super.onClosing();
      return super.onClosing();
    }
  },
  'tells twice of the end': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      super.onClose(info);
      return super.onClose(info);
    }
  },
  'does not tell of the end': class extends TransportWrapper {
    protected override onClose() {}
  },
  'tells more after the end': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      super.onClose(info);
      return super.onMessage(Uint8Array.of(1), true);
    }
  },
  'drops what is sent when it is not open': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (this.state === 'open') super.send(payload, isBinary);
    }
  },
  'throws an error without a code when it is not open': class extends TransportWrapper {
    override send(payload: Payload, isBinary: boolean) {
      if (this.state !== 'open') throw new Error('not open');
      super.send(payload, isBinary);
    }
  },
  'throws at a second close': class extends TransportWrapper {
    override close(code: number | null, reason: string | null) {
      if (this.state !== 'open') throw new Error('not open');
      super.close(code, reason);
    }
  },
  'cannot be dropped': class extends TransportWrapper {
    override drop() {}
  },
  'closes where it should be dropped': class extends TransportWrapper {
    override drop() {
      super.close(1000, null);
    }
  },
  'tells what has come after it was dropped': class extends TransportWrapper {
    #isDropped = false;
    override drop() {
      if (!this.#isDropped) this.listener.onMessage?.(Uint8Array.of(1), true);
      this.#isDropped = true;
      super.drop();
    }
  },
  'tells what it held when it is dropped': class extends TransportWrapper {
    #isPaused = false;
    readonly #held: [Uint8Array, boolean][] = [];
    override pause() {
      this.#isPaused = true;
    }
    override resume() {
      this.#isPaused = false;
      for (const [payload, isBinary] of this.#held.splice(0)) super.onMessage(payload, isBinary);
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      if (!this.#isPaused) return super.onMessage(payload, isBinary);
      return void this.#held.push([payload, isBinary]);
    }
    protected override onClose(info: CloseInfo) {
      this.resume();
      return super.onClose(info);
    }
  },
  'cuts its closing handshake when it fails again': class extends TransportWrapper {
    #hasFailed = false;
    override fail(error: unknown) {
      if (this.#hasFailed) this.drop();
      this.#hasFailed = true;
      super.fail(error);
    }
  },
  'keeps a listener that cannot say what it wants': class extends TransportWrapper {
    protected override receives(listener: MessageTransportListener): Receives {
      try {
        return listener.receives;
      } catch {
        return { frames: 'none', lentText: false };
      }
    }
  },
  'tells who waits of a loss only when there is a listener': class extends TransportWrapper {
    readonly #waiting: (() => void)[] = [];
    #hasListener = false;
    override setListener(listener: MessageTransportListener) {
      super.setListener(listener);
      this.#hasListener = true;
      for (const wait of this.#waiting.splice(0)) wait();
    }
    override whenDrained(onDrained: (error: unknown) => void) {
      if (this.#hasListener) super.whenDrained(onDrained);
      else this.#waiting.push(() => super.whenDrained(onDrained));
    }
  },
  'fails with 1000': class extends TransportWrapper {
    override fail(error: unknown) {
      super.fail(Object.assign(error as Error, { closeCode: 1000 }));
    }
  },
  'fails with 1011 always': class extends TransportWrapper {
    override fail(error: unknown) {
      if (error instanceof Error) Object.defineProperty(error, 'closeCode', { value: undefined });
      super.fail(error);
    }
  },
  'closes where it should fail': class extends TransportWrapper {
    override fail() {
      super.close(1011, null);
    }
  },
  'does not care what a listener throws': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      try {
        return super.onMessage(payload, isBinary);
      } catch {
        return undefined;
      }
    }
  },
  'does not care what a promise rejects with': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      const result = super.onMessage(payload, isBinary);
      if (result instanceof Promise) result.catch(() => {});
      return undefined;
    }
  },
  'does not care what is thrown in onPong': class extends TransportWrapper {
    protected override onPong(payload: Uint8Array) {
      try {
        return super.onPong(payload);
      } catch {
        return undefined;
      }
    }
  },
  'drops where a listener fails': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      try {
        return super.onMessage(payload, isBinary);
      } catch {
        return this.drop();
      }
    }
  },
  'goes on telling after a listener has failed': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      try {
        return super.onMessage(payload, isBinary);
      } catch (error) {
        setImmediate(() => this.fail(error));
        return undefined;
      }
    }
  },
  'does not tell why it failed': class extends TransportWrapper {
    protected override onClose(info: CloseInfo) {
      return super.onClose({ ...info, error: null });
    }
  },
};
