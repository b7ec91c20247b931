// Streams that break one sentence of the port each.

import type { ByteStream, ByteStreamHandler } from '@ws/types';

/** Passes everything on: the mutants change one thing. */
class Wrapper implements ByteStream {
  protected readonly inner: ByteStream;
  protected handler: ByteStreamHandler | null = null;
  constructor(inner: ByteStream) {
    this.inner = inner;
  }
  attach(handler: ByteStreamHandler): void {
    this.handler = handler;
    this.inner.attach({
      onData: bytes => this.onData(handler, bytes),
      onDrain: () => this.onDrain(handler),
      onEnd: () => this.onEnd(handler),
      onClose: error => this.onClose(handler, error),
    });
  }
  protected onData(handler: ByteStreamHandler, bytes: Uint8Array): void {
    handler.onData(bytes);
  }
  protected onDrain(handler: ByteStreamHandler): void {
    handler.onDrain();
  }
  protected onEnd(handler: ByteStreamHandler): void {
    handler.onEnd();
  }
  protected onClose(handler: ByteStreamHandler, error: Error | undefined): void {
    handler.onClose(error);
  }
  write(bytes: Uint8Array): boolean {
    return this.inner.write(bytes);
  }
  writev(chunks: readonly Uint8Array[]): boolean {
    return this.inner.writev?.(chunks) ?? true;
  }
  get bufferedAmount(): number {
    return this.inner.bufferedAmount;
  }
  pause(): void {
    this.inner.pause();
  }
  resume(): void {
    this.inner.resume();
  }
  end(): void {
    this.inner.end();
  }
  destroy(): void {
    this.inner.destroy();
  }
}

/** What each does wrong → how. */
export const brokenStreams: Readonly<Record<string, new (inner: ByteStream) => ByteStream>> = {
  'calls the handler inside attach': class extends Wrapper {
    override attach(handler: ByteStreamHandler) {
      super.attach(handler);
      handler.onDrain();
    }
  },
  'loses what came before attach': class extends Wrapper {
    #isAttached = false;
    override attach(handler: ByteStreamHandler) {
      super.attach(handler);
      setImmediate(() => {
        this.#isAttached = true;
      });
    }
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      if (this.#isAttached) super.onData(handler, bytes);
    }
  },
  'loses single bytes': class extends Wrapper {
    override write(bytes: Uint8Array) {
      return bytes.length === 1 || super.write(bytes);
    }
  },
  'sends the pieces of writev backwards': class extends Wrapper {
    override writev(chunks: readonly Uint8Array[]) {
      return super.writev([...chunks].reverse());
    }
  },
  'delivers everything twice': class extends Wrapper {
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      const again = bytes.slice();
      super.onData(handler, bytes);
      super.onData(handler, again);
    }
  },
  'delivers empty pieces': class extends Wrapper {
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      super.onData(handler, bytes);
      super.onData(handler, new Uint8Array(0));
    }
  },
  'lends the memory of the writer': class extends Wrapper {
    static last: Uint8Array = new Uint8Array(0);
    override write(bytes: Uint8Array) {
      if (bytes.length === 1000) Object.getPrototypeOf(this).constructor.last = bytes;
      return super.write(bytes);
    }
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      const { last } = Object.getPrototypeOf(this).constructor;
      super.onData(handler, bytes.length === last.length ? last : bytes);
    }
  },
  'reads what it was given after it has answered true': class extends Wrapper {
    override write(bytes: Uint8Array) {
      queueMicrotask(() => this.inner.write(bytes));
      return true;
    }
  },
  'answers true and keeps the bytes': class extends Wrapper {
    override write(bytes: Uint8Array) {
      super.write(bytes);
      return true;
    }
  },
  'answers false and keeps nothing': class extends Wrapper {
    override write(bytes: Uint8Array) {
      super.write(bytes);
      return false;
    }
  },
  'says that nothing is buffered': class extends Wrapper {
    override get bufferedAmount() {
      return 0;
    }
  },
  'says that too much is buffered': class extends Wrapper {
    override get bufferedAmount() {
      return super.bufferedAmount * 2;
    }
  },
  'never drains': class extends Wrapper {
    protected override onDrain() {}
  },
  'drains when nothing was kept': class extends Wrapper {
    override write(bytes: Uint8Array) {
      const taken = super.write(bytes);
      if (taken) queueMicrotask(() => this.handler?.onDrain());
      return taken;
    }
  },
  'drains too early': class extends Wrapper {
    override write(bytes: Uint8Array) {
      const taken = super.write(bytes);
      if (!taken) queueMicrotask(() => this.handler?.onDrain());
      return taken;
    }
  },
  'drops what is written while it keeps something': class extends Wrapper {
    override write(bytes: Uint8Array) {
      return super.bufferedAmount > 0 ? false : super.write(bytes);
    }
  },
  'does not pause': class extends Wrapper {
    override pause() {}
  },
  'drops what arrives while paused': class extends Wrapper {
    #isPaused = false;
    override pause() {
      this.#isPaused = true;
    }
    override resume() {
      this.#isPaused = false;
    }
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      if (!this.#isPaused) super.onData(handler, bytes);
    }
  },
  'finishes the read although paused': class extends Wrapper {
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      const half = bytes.length >> 1;
      if (half > 0) super.onData(handler, bytes.subarray(0, half));
      super.onData(handler, bytes.subarray(half));
    }
  },
  'needs as many resumes as pauses': class extends Wrapper {
    #count = 0;
    override pause() {
      this.#count++;
      super.pause();
    }
    override resume() {
      if (--this.#count === 0) super.resume();
    }
  },
  'delivers inside resume': class extends Wrapper {
    #rest: Uint8Array[] = [];
    protected override onData(handler: ByteStreamHandler, bytes: Uint8Array) {
      if (bytes.length < 100) return super.onData(handler, bytes);
      this.#rest = [bytes.subarray(50)];
      super.onData(handler, bytes.subarray(0, 50));
      this.#deliver();
    }
    override resume() {
      this.#deliver();
      super.resume();
    }
    #deliver() {
      const next = this.#rest.pop();
      if (next !== undefined && this.handler !== null) super.onData(this.handler, next);
    }
  },
  'forgets what is queued when it ends': class extends Wrapper {
    override end() {
      if (this.bufferedAmount > 0) this.destroy();
      else super.end();
    }
  },
  'ends both directions': class extends Wrapper {
    protected override onEnd(handler: ByteStreamHandler) {
      super.onEnd(handler);
      this.inner.end();
    }
  },
  'closes when the peer ends': class extends Wrapper {
    protected override onEnd(handler: ByteStreamHandler) {
      super.onEnd(handler);
      this.inner.destroy();
    }
  },
  'does not tell of the end': class extends Wrapper {
    protected override onEnd() {}
  },
  'tells of the end twice': class extends Wrapper {
    protected override onEnd(handler: ByteStreamHandler) {
      super.onEnd(handler);
      super.onEnd(handler);
    }
  },
  'cannot end': class extends Wrapper {
    override end() {}
  },
  'sends what is written after end': class extends Wrapper {
    override end() {
      queueMicrotask(() => super.end());
    }
  },
  'answers false after end': class extends Wrapper {
    #hasEnded = false;
    override write(bytes: Uint8Array) {
      return super.write(bytes) && !this.#hasEnded;
    }
    override end() {
      this.#hasEnded = true;
      super.end();
    }
  },
  'throws at a write after end': class extends Wrapper {
    #hasEnded = false;
    override write(bytes: Uint8Array) {
      if (this.#hasEnded) throw new Error('write after end');
      return super.write(bytes);
    }
    override end() {
      this.#hasEnded = true;
      super.end();
    }
  },
  'cannot be destroyed': class extends Wrapper {
    override destroy() {}
  },
  'ends where it should be destroyed': class extends Wrapper {
    override destroy() {
      this.inner.resume();
      this.inner.end();
    }
  },
  'does not tell of the close': class extends Wrapper {
    protected override onClose() {}
  },
  'tells of the close twice': class extends Wrapper {
    protected override onClose(handler: ByteStreamHandler) {
      super.onClose(handler, undefined);
      super.onClose(handler, undefined);
    }
  },
  'drains after the close': class extends Wrapper {
    protected override onClose(handler: ByteStreamHandler) {
      super.onClose(handler, undefined);
      handler.onDrain();
    }
  },
  'calls an orderly end an error': class extends Wrapper {
    protected override onClose(handler: ByteStreamHandler) {
      super.onClose(handler, new Error('closed'));
    }
  },
  'closes with something that is no error': class extends Wrapper {
    protected override onClose(handler: ByteStreamHandler) {
      super.onClose(handler, 'closed' as unknown as Error);
    }
  },
  'delivers after destroy': class extends Wrapper {
    #isDestroyed = false;
    override destroy() {
      if (this.#isDestroyed) return;
      this.#isDestroyed = true;
      this.handler?.onData(Uint8Array.of(1));
      super.destroy();
    }
  },
  'throws when used after the close': class extends Wrapper {
    #isClosed = false;
    protected override onClose(handler: ByteStreamHandler, error: Error | undefined) {
      this.#isClosed = true;
      super.onClose(handler, error);
    }
    override pause() {
      if (this.#isClosed) throw new Error('closed');
      super.pause();
    }
  },
  'keeps a bufferedAmount after the close': class extends Wrapper {
    #last = 0;
    override write(bytes: Uint8Array) {
      const taken = super.write(bytes);
      this.#last = Math.max(this.#last, super.bufferedAmount);
      return taken;
    }
    override get bufferedAmount() {
      return super.bufferedAmount || (this.isGone ? this.#last : 0);
    }
    private isGone = false;
    override destroy() {
      this.isGone = true;
      super.destroy();
    }
  },
};
