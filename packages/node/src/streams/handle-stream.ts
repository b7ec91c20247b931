// Reads and writes the bytes of a connection straight through its handle. The kernel fills one buffer that all
// connections share, and this stream is the only object per connection. The callbacks are shared functions that find
// the stream on the handle.

import type { ByteStreamHandler } from '@ws/types';
import { lentBytes, receiveBuffer } from '../native/receive-buffer.ts';
import {
  type ShutdownRequest,
  type StreamBinding,
  type StreamHandle,
  streamBinding,
  type WriteRequest,
} from '../native/stream-handle.ts';
import { systemError } from '../support/system-error.ts';
import type { NodeStream } from './node-stream.ts';

const STREAM: unique symbol = Symbol('@ws/node handle stream');

/** The code that libuv reports when the peer has ended its direction. */
const EOF = -4095;

/** The result of `shutdown` when there is nothing to wait for. */
const DONE = 1;

type OwnedHandle = StreamHandle & { [STREAM]: HandleStream };
type OwnedWrite = WriteRequest & { stream: HandleStream; length: number; kept: unknown };
type OwnedShutdown = ShutdownRequest & { stream: HandleStream };

const { WriteWrap, ShutdownWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } =
  streamBinding ?? ({} as StreamBinding);

/**
 * libuv reads a socket up to 32 times in a row while each read fills the buffer: 4 MiB, which can hold many frames.
 * After this many full reads in a row, the other connections are read first.
 */
const MAX_FULL_READS = 4;
let fullReader: HandleStream | null = null;
let fullReads = 0;

/** The request object for the next write. A write that is done at once leaves its request unused for the next. */
let spareWrite: OwnedWrite | null = null;

/** The `ByteStream` of a handle. To be used only where `canUseHandles()`. */
export class HandleStream implements NodeStream {
  readonly handle: StreamHandle;
  onGone: ((stream: NodeStream) => void) | null = null;
  #handler: ByteStreamHandler | null = null;
  #isReading = false;
  /** Whether reading waits until other connections have been read. */
  #isGivingWay = false;
  /** How many bytes libuv keeps because the kernel has not taken them yet. */
  #kept = 0;
  /** Whether writing is over: `end` or `destroy` was called. */
  #isEnded = false;
  #isShutDown = false;
  #hasPeerEnded = false;
  #isClosing = false;
  #isClosed = false;
  #error: Error | undefined;

  constructor(handle: StreamHandle) {
    this.handle = handle;
    const owned = handle as OwnedHandle;
    owned[STREAM] = this;
    owned.onread = onRead;
  }

  attach(handler: ByteStreamHandler): void {
    if (this.#handler !== null) throw new TypeError('a stream is attached once');
    this.#handler = handler;
    if (this.#isClosing) {
      if (this.#isClosed) process.nextTick(tellClose, this);
      return;
    }
    this.handle.useUserBuffer(receiveBuffer);
    this.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (this.#isEnded) return true;
    const request = nextWrite();
    const error = this.handle.writeBuffer(request, bytes);
    return this.#afterWrite(request, error, bytes, bytes.length);
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    if (this.#isEnded) return true;
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    const request = nextWrite();
    const error = this.handle.writev(request, chunks, true);
    return this.#afterWrite(request, error, chunks, length);
  }

  get bufferedAmount(): number {
    return this.#isClosing ? 0 : this.#kept;
  }

  pause(): void {
    if (this.#isClosing || !this.#isReading) return;
    this.#isReading = false;
    if (!this.#isGivingWay) this.handle.readStop();
  }

  resume(): void {
    if (this.#isClosing || this.#isReading || this.#hasPeerEnded) return;
    this.#isReading = true;
    if (!this.#isGivingWay) this.#startReading();
  }

  end(): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const request = new ShutdownWrap() as OwnedShutdown;
    request.oncomplete = onShutdown;
    request.stream = this;
    // libuv shuts down after it has written the bytes that it keeps.
    const error = this.handle.shutdown(request);
    if (error === DONE) this.shutDown();
    else if (error !== 0) this.destroy();
  }

  destroy(): void {
    this.#isEnded = true;
    if (this.#isClosing) return;
    this.#isClosing = true;
    this.handle.close(onClose);
  }

  setNoDelay(isOn: boolean): void {
    if (!this.#isClosing) this.handle.setNoDelay?.(isOn);
  }

  /** @internal Handles the result of a read: the number of bytes, the end, or an error. */
  receive(length: number): void {
    const handler = this.#handler as ByteStreamHandler;
    if (this.#isClosing) return;
    if (length > 0) {
      handler.onData(lentBytes(length));
    } else if (length === EOF) {
      this.#hasPeerEnded = true;
      handler.onEnd();
      if (this.#isShutDown) this.destroy();
    } else if (length < 0) {
      this.#fail(length, 'read');
    }
  }

  /**
   * @internal Stops reading until the other connections have been read. A stream that is paused at the moment gives way
   * too: when it is resumed in a microtask, libuv's loop has not ended yet.
   */
  giveWay(): void {
    if (this.#isGivingWay || this.#isClosing) return;
    this.#isGivingWay = true;
    if (this.#isReading) this.handle.readStop();
    setImmediate(goOn, this);
  }

  /** @internal Reads again after `giveWay`, unless the stream was paused or closed meanwhile. */
  goOn(): void {
    this.#isGivingWay = false;
    if (this.#isReading && !this.#isClosing) this.#startReading();
  }

  /** @internal libuv has written the bytes that it kept, or has failed to. */
  written(length: number, status: number): void {
    this.#kept -= length;
    if (this.#isClosing) return;
    if (status !== 0) this.#fail(status, 'write');
    else if (this.#kept === 0) this.#handler?.onDrain();
  }

  /** @internal Our direction of the connection is closed. */
  shutDown(): void {
    this.#isShutDown = true;
    if (this.#hasPeerEnded) this.destroy();
  }

  /** @internal The handle is gone. */
  closed(): void {
    this.#isClosed = true;
    // Otherwise a closed stream would stay in memory.
    if (fullReader === this) fullReader = null;
    if (this.#handler !== null) this.#handler.onClose(this.#error);
    const { onGone } = this;
    this.onGone = null;
    onGone?.(this);
  }

  #afterWrite(request: OwnedWrite, error: number, kept: unknown, length: number): boolean {
    if (error !== 0) {
      this.#fail(error, 'write');
      return true;
    }
    if (streamBaseState[kLastWriteWasAsync] === 0) return true;
    spareWrite = null;
    request.oncomplete = onWritten;
    request.stream = this;
    request.length = length;
    request.kept = kept;
    this.#kept += length;
    return false;
  }

  #startReading(): void {
    const error = this.handle.readStart();
    if (error !== 0) this.#fail(error, 'read');
  }

  #fail(code: number, call: string): void {
    this.#error ??= systemError(code, call);
    this.destroy();
  }
}

function nextWrite(): OwnedWrite {
  spareWrite ??= new WriteWrap() as OwnedWrite;
  return spareWrite;
}

function onRead(this: StreamHandle): void {
  const stream = (this as OwnedHandle)[STREAM];
  const length = streamBaseState[kReadBytesOrError] as number;
  stream.receive(length);
  if (length !== receiveBuffer.length) return;
  fullReads = stream === fullReader ? fullReads + 1 : 1;
  fullReader = stream;
  if (fullReads < MAX_FULL_READS) return;
  fullReader = null;
  stream.giveWay();
}

function goOn(stream: HandleStream): void {
  stream.goOn();
}

function onWritten(this: WriteRequest, status: number): void {
  const { stream, length } = this as OwnedWrite;
  stream.written(length, status);
}

function onShutdown(this: ShutdownRequest): void {
  (this as OwnedShutdown).stream.shutDown();
}

function onClose(this: StreamHandle): void {
  (this as OwnedHandle)[STREAM].closed();
}

function tellClose(stream: HandleStream): void {
  stream.closed();
}
