// Transports that break one sentence of the port each, about what is received.

import type { MessageTransportListener, Receives } from '@ws/types';
import { type BrokenTransport, TransportWrapper } from './transport-wrapper.ts';

/** What each does wrong → how. */
export const brokenReceiving: Readonly<Record<string, BrokenTransport>> = {
  'delivers everything twice': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      super.onMessage(payload.slice(), isBinary);
      return super.onMessage(payload, isBinary);
    }
  },
  'delivers texts as binary': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array) {
      return super.onMessage(payload, true);
    }
  },
  'delivers texts as strings': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      const text = String.fromCharCode(...payload.subarray(0, 1000)) as unknown as Uint8Array;
      return super.onMessage(isBinary ? payload : text, isBinary);
    }
  },
  'uses the memory of a message again': class extends TransportWrapper {
    readonly #memory = new Uint8Array(2_000_000);
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      const lent = this.#memory.subarray(0, payload.length);
      lent.set(payload);
      return super.onMessage(lent, isBinary);
    }
  },
  'delivers the memory of the sender': class extends TransportWrapper {
    override send(payload: Uint8Array | string, isBinary: boolean) {
      super.send(payload, isBinary);
      if (payload instanceof Uint8Array) LAST.sent = payload;
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      return super.onMessage(payload.length === LAST.sent.length ? LAST.sent : payload, isBinary);
    }
  },
  'loses what comes before the listener': class extends TransportWrapper {
    #isReady = false;
    override setListener(listener: MessageTransportListener) {
      super.setListener(listener);
      setImmediate(() => {
        this.#isReady = true;
      });
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      return this.#isReady ? super.onMessage(payload, isBinary) : undefined;
    }
  },
  'takes a second listener': class extends TransportWrapper {
    #hasListener = false;
    override setListener(listener: MessageTransportListener) {
      if (!this.#hasListener) super.setListener(listener);
      this.#hasListener = true;
    }
  },
  'throws an Error for a second listener': class extends TransportWrapper {
    override setListener(listener: MessageTransportListener) {
      try {
        super.setListener(listener);
      } catch {
        throw new Error('there is one');
      }
    }
  },
  'looks at what is wanted each time': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      if (this.listener.receives.frames !== 'all') return super.onMessage(payload, isBinary);
      this.listener.onMessageBegin(isBinary);
      this.listener.onMessageData(payload);
      return this.listener.onMessageEnd();
    }
  },
  'waits for promises': class extends TransportWrapper {
    #last: unknown = undefined;
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      const last = this.#last;
      if (!(last instanceof Promise)) this.#last = super.onMessage(payload, isBinary);
      else this.#last = last.then(() => super.onMessage(payload, isBinary));
      return this.#last;
    }
  },
  'does not pause': class extends TransportWrapper {
    override pause() {}
  },
  'forgets that it was paused before the listener': class extends TransportWrapper {
    override setListener(listener: MessageTransportListener) {
      super.setListener(listener);
      this.inner.resume();
    }
  },
  'needs as many resumes as pauses': class extends TransportWrapper {
    #count = 0;
    override pause() {
      this.#count++;
      super.pause();
    }
    override resume() {
      if (--this.#count <= 0) super.resume();
    }
  },
  'pauses by being paused twice only': class extends TransportWrapper {
    #isPaused = false;
    override pause() {
      if (this.#isPaused) super.pause();
      this.#isPaused = !this.#isPaused;
    }
  },
  'drops what comes while paused': class extends TransportWrapper {
    #isPaused = false;
    override pause() {
      this.#isPaused = true;
    }
    override resume() {
      this.#isPaused = false;
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      return this.#isPaused ? undefined : super.onMessage(payload, isBinary);
    }
  },
  'loses what it holds when the connection ends': class extends TransportWrapper {
    #isPaused = false;
    override pause() {
      this.#isPaused = true;
      super.pause();
    }
    override resume() {
      this.#isPaused = false;
      super.resume();
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      return this.#isPaused ? undefined : super.onMessage(payload, isBinary);
    }
  },
  'keeps without limit what comes while paused': class extends TransportWrapper {
    #isPaused = false;
    #kept: [Uint8Array, boolean][] = [];
    override pause() {
      this.#isPaused = true;
    }
    override resume() {
      this.#isPaused = false;
      for (const [payload, isBinary] of this.#kept.splice(0)) this.onMessage(payload, isBinary);
    }
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      if (!this.#isPaused) return super.onMessage(payload, isBinary);
      this.#kept.push([payload, isBinary]);
      return undefined;
    }
  },
  'delivers inside resume': class extends TransportWrapper {
    #next: (() => unknown) | null = null;
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      this.#next?.();
      if (payload.length < 100) return super.onMessage(payload, isBinary);
      this.#next = () => {
        this.#next = null;
        super.onMessage(payload, isBinary);
      };
      queueMicrotask(() => this.#next?.());
      return undefined;
    }
    override resume() {
      super.resume();
      this.#next?.();
    }
  },
  'comes in pieces though that is not wanted': class extends TransportWrapper {
    protected override receives(listener: MessageTransportListener): Receives {
      return { ...listener.receives, frames: 'all' };
    }
  },
  'comes whole though pieces are wanted': class extends TransportWrapper {
    protected override receives(listener: MessageTransportListener): Receives {
      return { ...listener.receives, frames: 'none' };
    }
  },
  'lends texts though that is not wanted': class extends TransportWrapper {
    protected override receives(listener: MessageTransportListener): Receives {
      return { ...listener.receives, lentText: true };
    }
  },
  'tells lent texts again': class extends TransportWrapper {
    protected override onLentText(source: Uint8Array, start: number, end: number) {
      return super.onLentText(source, start, end) && false;
    }
  },
  'loses lent texts that are not taken': class extends TransportWrapper {
    protected override onLentText(source: Uint8Array, start: number, end: number) {
      return super.onLentText(source, start, end) || true;
    }
  },
  'lends from the wrong place': class extends TransportWrapper {
    protected override onLentText(source: Uint8Array, start: number, end: number) {
      return super.onLentText(source, 0, end - start);
    }
  },
  'lends binary messages': class extends TransportWrapper {
    protected override onMessage(payload: Uint8Array, isBinary: boolean) {
      if (this.listener.receives.lentText && isBinary && this.onLentText(payload, 0, payload.length)) return undefined;
      return super.onMessage(payload, isBinary);
    }
  },
  'does not end messages in pieces': class extends TransportWrapper {
    protected override onMessageEnd() {}
  },
  'begins messages in pieces twice': class extends TransportWrapper {
    protected override onMessageBegin(isBinary: boolean) {
      super.onMessageBegin(isBinary);
      return super.onMessageBegin(isBinary);
    }
  },
  'says that pieces are binary': class extends TransportWrapper {
    protected override onMessageBegin() {
      return super.onMessageBegin(true);
    }
  },
  'uses the memory of a piece again': class extends TransportWrapper {
    readonly #memory = new Uint8Array(1_000_000);
    protected override onMessageData(chunk: Uint8Array) {
      const lent = this.#memory.subarray(0, chunk.length);
      lent.set(chunk);
      return super.onMessageData(lent);
    }
  },
  'finishes a message in pieces though paused': class extends TransportWrapper {
    readonly #pieces: Uint8Array[] = [];
    protected override onMessageData(chunk: Uint8Array) {
      this.#pieces.push(chunk);
    }
    protected override onMessageEnd() {
      for (const piece of this.#pieces.splice(0)) super.onMessageData(piece);
      return super.onMessageEnd();
    }
    override pause() {
      if (this.listener.receives?.frames !== 'all') super.pause();
    }
  },
};

const LAST: { sent: Uint8Array } = { sent: new Uint8Array(0) };
