// Gives Node's sockets the port `ByteStream`. Each connection has one stream object and no closures: the listeners are
// shared functions that find the stream on the socket.

import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { TLSSocket } from 'node:tls';
import type { ByteStreamHandler } from '@ws/types';
import { type TlsHandle, type TlsHandleListener, takeTlsHandle } from '../tls/tls-handle.ts';
import { canUseTlsHandles } from '../tls/tls-probe.ts';
import type { NodeStream } from './node-stream.ts';

const STREAM: unique symbol = Symbol('@ws/node stream');

/** A socket that knows the stream it carries. */
type StreamSocket = Duplex & { [STREAM]?: NodeStream };

/** While a transport is busy, up to this many bytes are copied; beyond that, the caller's memory is kept. */
const COPY_LIMIT = 16 * 1024;

/**
 * How many bytes one connection may deliver in a row before the other connections are read. libuv reads a socket up to
 * 32 times in a row, which is 2 MiB.
 */
const MAX_IN_A_ROW = 512 * 1024;

/** The most that Node delivers at once. */
const MAX_READ = 64 * 1024;

/** The transport that was read last, and how many bytes it has delivered in a row. */
let lastRead: object | null = null;
let inARow = 0;

/** The streams that read again in the next turn, all at once: those of one HTTP/2 session share what it may deliver. */
let waiting: SocketStream[] = [];

/**
 * The `ByteStream` of any Node duplex: plain and TLS sockets, HTTP/2 streams, pipes, upgraded sockets.
 *
 * The stream takes the duplex over: it adds the listeners, reads and ends it. Bytes that were put back with `unshift`
 * are the first to arrive.
 */
export function socketStream(duplex: Duplex): SocketStream {
  if (duplex instanceof TLSSocket) return new TlsStream(duplex, canUseTlsHandles());
  if (duplex instanceof Socket) return new SocketStream(duplex);
  return new DuplexStream(duplex);
}

/** The stream of a plain socket. Bytes that the kernel takes during `write` need no copy. */
export class SocketStream implements NodeStream {
  readonly socket: Duplex;
  onGone: ((stream: NodeStream) => void) | null = null;
  protected isWritable = true;
  #handler: ByteStreamHandler | null = null;
  #isReadable = true;
  #isPaused = false;
  /** Whether reading waits until other connections have been read. */
  #isGivingWay = false;
  #hasKept = false;
  #error: Error | undefined;
  #onWritten: (() => void) | null = null;

  constructor(socket: Duplex) {
    this.socket = socket;
    (socket as StreamSocket)[STREAM] = this;
    // The handler decides how to answer the end of the peer's direction.
    socket.allowHalfOpen = true;
    socket.on('error', onSocketError);
    socket.on('close', onSocketClose);
  }

  attach(handler: ByteStreamHandler): void {
    if (this.#handler !== null) throw new TypeError('a stream is attached once');
    this.#handler = handler;
    const { socket } = this;
    socket.on('data', onSocketData);
    socket.on('end', onSocketEnd);
    if (socket.destroyed) process.nextTick(closeStream, this);
    else if (socket.readableEnded) process.nextTick(endStream, this);
    else socket.resume();
  }

  write(bytes: Uint8Array): boolean {
    if (!this.isWritable) return true;
    this.pass(bytes);
    return this.socket.writableLength === 0 || this.keep();
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    if (!this.isWritable) return true;
    const { socket } = this;
    socket.cork();
    for (const chunk of chunks) this.pass(chunk);
    socket.uncork();
    return socket.writableLength === 0 || this.keep();
  }

  get bufferedAmount(): number {
    return this.#hasKept ? this.socket.writableLength : 0;
  }

  pause(): void {
    this.#isPaused = true;
    this.socket.pause();
  }

  resume(): void {
    this.#isPaused = false;
    if (!this.#isGivingWay) this.socket.resume();
  }

  end(): void {
    if (!this.isWritable) return;
    this.isWritable = false;
    this.socket.end();
  }

  destroy(): void {
    this.isWritable = false;
    this.#isReadable = false;
    this.socket.destroy();
  }

  setNoDelay(isOn: boolean): void {
    if (this.socket instanceof Socket) this.socket.setNoDelay(isOn);
  }

  /** @internal Gives the socket back. The handler gets no more calls. */
  protected release(): Duplex {
    const { socket } = this;
    this.#handler = CLOSED;
    this.isWritable = false;
    socket.pause();
    socket.off('data', onSocketData);
    socket.off('end', onSocketEnd);
    return socket;
  }

  /** The socket has read bytes. */
  receive(bytes: Uint8Array): void {
    if (!this.#isReadable || this.#handler === null) return;
    const { transport } = this;
    if (lastRead === transport) {
      inARow += bytes.length;
      if (inARow > MAX_IN_A_ROW - MAX_READ) this.#giveWay();
    } else {
      lastRead = transport;
      inARow = bytes.length;
    }
    this.#handler.onData(bytes);
  }

  /** @internal Reads again after `#giveWay`, unless the stream was paused, closed or given back meanwhile. */
  goOn(): void {
    this.#isGivingWay = false;
    if (!this.#isPaused && this.#handler !== CLOSED) this.socket.resume();
  }

  /** What the bytes come from: it is read for itself. */
  protected get transport(): object {
    return this.socket;
  }

  /** Stops reading until the other connections have been read. */
  #giveWay(): void {
    if (this.#isGivingWay) return;
    this.#isGivingWay = true;
    this.socket.pause();
    if (waiting.push(this) === 1) setImmediate(goOn);
  }

  /** @internal The peer has ended its direction. */
  receiveEnd(): void {
    if (!this.#isReadable) return;
    this.#isReadable = false;
    this.#handler?.onEnd();
  }

  /** @internal The socket has failed: notes the error as the reason for the close, and destroys the socket. */
  receiveError(error: Error): void {
    this.blame(error);
    // A TLS socket reports a bad record or alert but stays open.
    this.socket.destroy();
  }

  /** Notes the reason for the close that will follow. The first reason stays. */
  protected blame(error: Error): void {
    this.#error ??= error;
    this.#isReadable = false;
  }

  /** @internal The socket is gone. */
  receiveClose(): void {
    // Otherwise a closed stream would stay in memory.
    if (lastRead === this.socket) lastRead = null;
    const handler = this.#handler;
    if (handler === CLOSED) return;
    this.isWritable = false;
    this.#isReadable = false;
    this.#hasKept = false;
    // A stream without a handler tells it of the close when it is attached.
    if (handler !== null) {
      this.#handler = CLOSED;
      handler.onClose(this.#error);
    }
    this.onGone?.(this);
    this.onGone = null;
  }

  /** Hands bytes to the socket. */
  protected pass(bytes: Uint8Array): void {
    this.#onWritten ??= () => this.#written();
    this.socket.write(bytes, this.#onWritten);
  }

  /** Notes that the socket keeps bytes that were passed. The handler is told when they are gone. */
  protected keep(): boolean {
    if (this.socket.destroyed) return true;
    this.#hasKept = true;
    return false;
  }

  #written(): void {
    if (!this.#hasKept || this.socket.destroyed || this.socket.writableLength > 0) return;
    this.#hasKept = false;
    this.drained();
  }

  /** Tells the handler that the socket keeps no more bytes. */
  protected drained(): void {
    this.#handler?.onDrain();
  }
}

/**
 * The stream of a TLS socket. It uses a short cut to the socket's handle, or else the socket's public methods. OpenSSL
 * encrypts during the first `write` and copies the bytes that it cannot send; bytes of later writes wait by reference
 * until the first write is done.
 */
export class TlsStream extends SocketStream implements TlsHandleListener {
  readonly #tlsSocket: TLSSocket;
  readonly #usesHandle: boolean;
  #handle: TlsHandle | null = null;

  constructor(socket: TLSSocket, usesHandle: boolean) {
    super(socket);
    this.#tlsSocket = socket;
    this.#usesHandle = usesHandle;
  }

  override attach(handler: ByteStreamHandler): void {
    super.attach(handler);
    if (this.#usesHandle) this.#handle = takeTlsHandle(this.#tlsSocket, this);
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.isWritable) return true;
    if (this.#handle !== null) return this.#handle.write(bytes);
    const pending = this.socket.writableLength;
    if (pending === 0) {
      this.pass(bytes);
      return bytes.length <= COPY_LIMIT || this.keep();
    }
    if (pending + bytes.length <= COPY_LIMIT) {
      this.pass(Buffer.from(bytes));
      return true;
    }
    this.pass(bytes);
    return this.keep();
  }

  override writev(chunks: readonly Uint8Array[]): boolean {
    if (!this.isWritable) return true;
    if (this.#handle !== null) return this.#handle.writev(chunks);
    super.writev(chunks);
    return this.keep();
  }

  override get bufferedAmount(): number {
    return this.#handle?.kept ?? super.bufferedAmount;
  }

  override end(): void {
    if (!this.isWritable) return;
    this.isWritable = false;
    if (this.#handle === null || this.#handle.pending === 0) this.socket.end();
  }

  /** The handle has written everything. */
  written(wasKept: boolean): void {
    if (!this.isWritable) this.socket.end();
    if (wasKept) this.drained();
  }
}

/** Notes on the socket that a stream has taken it over by its handle. */
export function markServed(socket: Duplex, stream: NodeStream): void {
  (socket as StreamSocket)[STREAM] = stream;
}

/** The stream of any other duplex. When it reads the bytes of a write is not known, so small pieces are copied. */
export class DuplexStream extends SocketStream {
  /** The streams of one HTTP/2 session come over one connection. */
  protected override get transport(): object {
    return (this.socket as { readonly session?: object }).session ?? this.socket;
  }

  override write(bytes: Uint8Array): boolean {
    if (!this.isWritable) return true;
    if (this.socket.writableLength + bytes.length <= COPY_LIMIT) {
      this.pass(Buffer.from(bytes));
      return true;
    }
    this.pass(bytes);
    return this.keep();
  }

  override writev(chunks: readonly Uint8Array[]): boolean {
    if (!this.isWritable) return true;
    super.writev(chunks);
    return this.keep();
  }
}

/** Replaces the handler once the handler has been told of the close, or the socket was given back. */
const CLOSED: ByteStreamHandler = { onData() {}, onDrain() {}, onEnd() {}, onClose() {} };

/** Whether a stream has taken the socket over. */
export function isServed(socket: Duplex): boolean {
  return (socket as StreamSocket)[STREAM] !== undefined;
}

function onSocketData(this: StreamSocket, bytes: Uint8Array): void {
  (this[STREAM] as SocketStream).receive(bytes);
}

function onSocketEnd(this: StreamSocket): void {
  (this[STREAM] as SocketStream).receiveEnd();
}

function onSocketError(this: StreamSocket, error: Error): void {
  (this[STREAM] as SocketStream).receiveError(error);
}

function onSocketClose(this: StreamSocket): void {
  (this[STREAM] as SocketStream).receiveClose();
}

function goOn(): void {
  const streams = waiting;
  waiting = [];
  lastRead = null;
  for (const stream of streams) stream.goOn();
}

function closeStream(stream: SocketStream): void {
  stream.receiveClose();
}

function endStream(stream: SocketStream): void {
  stream.receiveEnd();
}
