import type { ByteStream, ByteStreamHandler } from '@ws/types';

/** Sees bytes go by. They are lent: not to be changed, nor kept. */
export interface Tap {
  onIncoming(bytes: Uint8Array): void;
  onOutgoing(bytes: Uint8Array): void;
}

/** A stream that shows everything that goes through it to a tap. */
export class TappedStream implements ByteStream {
  readonly #stream: ByteStream;
  readonly #tap: Tap;

  constructor(stream: ByteStream, tap: Tap) {
    this.#stream = stream;
    this.#tap = tap;
  }

  attach(handler: ByteStreamHandler): void {
    const tap = this.#tap;
    this.#stream.attach({
      onData(bytes) {
        // First: the handler may unmask in place.
        tap.onIncoming(bytes);
        handler.onData(bytes);
      },
      onDrain: () => handler.onDrain(),
      onEnd: () => handler.onEnd(),
      onClose: error => handler.onClose(error),
    });
  }

  write(bytes: Uint8Array): boolean {
    this.#tap.onOutgoing(bytes);
    return this.#stream.write(bytes);
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    for (const chunk of chunks) this.#tap.onOutgoing(chunk);
    if (this.#stream.writev !== undefined) return this.#stream.writev(chunks);
    let isTaken = true;
    for (const chunk of chunks) isTaken = this.#stream.write(chunk) && isTaken;
    return isTaken;
  }

  get bufferedAmount(): number {
    return this.#stream.bufferedAmount;
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  end(): void {
    this.#stream.end();
  }

  destroy(): void {
    this.#stream.destroy();
  }
}
