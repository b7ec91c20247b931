// Carries the bytes of a TLS socket past Node's streams: reads go into the buffer that all connections share, writes go
// directly to OpenSSL. The socket still does everything else: handshake, sessions, alerts, the end, the close.

import { TLSSocket } from 'node:tls';
import { lentBytes, receiveBuffer } from '../native/receive-buffer.ts';
import {
  isUsable,
  type StreamBinding,
  type StreamHandle,
  streamBinding,
  type WriteRequest,
} from '../native/stream-handle.ts';
import { systemError } from '../support/system-error.ts';

const OWNER: unique symbol = Symbol('@ws/node TLS handle');

/** A write of up to this many bytes (the most that is sent in one turn) counts as taken: OpenSSL has copied it. */
const TAKEN = 136 * 1024;

/**
 * Up to this many bytes are copied while they wait behind the write in flight. TLS delivers one record of 16 KiB at a
 * time, and each record may be answered while the first answer is still in flight.
 *
 * perf: with 16 KiB an echo of 16 KiB, 4 in flight, cost a third more: kept bytes take the output buffer with them.
 */
const COPIED = 64 * 1024;

/**
 * At most this many bytes are given to OpenSSL at a time. What it has encrypted stays in memory until the kernel takes
 * it, once per connection, while the bytes that wait may be shared by many.
 */
const AT_ONCE = 256 * 1024;

/** Receives the bytes and events of a {@link TlsHandle}. Its methods must not throw. */
export interface TlsHandleListener {
  /** Bytes arrived. They are lent for the length of the call. */
  receive(bytes: Uint8Array): void;
  /** All bytes have been taken. `wasKept`: a `write` or `writev` had returned `false` before. */
  written(wasKept: boolean): void;
}

type OwnedHandle = StreamHandle & { [OWNER]?: TlsHandle };
type OwnedWrite = WriteRequest & { owner: TlsHandle };

interface SocketInternals {
  _handle: (OwnedHandle & { readonly _parent?: object }) | null;
  _writableState?: { readonly writing?: boolean };
  _write: (chunk: Uint8Array | string, encoding: BufferEncoding, callback: () => void) => void;
  _writev: unknown;
}

const { WriteWrap, streamBaseState, kReadBytesOrError, kLastWriteWasAsync } = streamBinding ?? ({} as StreamBinding);

/** The short cut to the handle of one socket. */
export class TlsHandle {
  readonly #socket: TLSSocket;
  readonly #handle: StreamHandle;
  readonly #listener: TlsHandleListener;
  /** The socket's own `onread`. It still handles the end and errors, but no bytes. */
  readonly #onread: StreamHandle['onread'];
  /** The length of the one write that TLS has at a time. OpenSSL has copied its bytes when the call returns. */
  #inFlight = 0;
  #waiting: Uint8Array[] = [];
  /** The total length of `#waiting`, in bytes. */
  #waitingLength = 0;
  #isKept = false;

  constructor(socket: TLSSocket, handle: StreamHandle, listener: TlsHandleListener) {
    this.#socket = socket;
    this.#handle = handle;
    this.#listener = listener;
    this.#onread = handle.onread;
    const owned = handle as OwnedHandle;
    owned[OWNER] = this;
    owned.onread = onRead;
    handle.useUserBuffer(receiveBuffer);
    const internals = socket as unknown as SocketInternals;
    // Two writes at a time would end the process, so writes that other code makes on the socket come here too.
    internals._write = writeOfOthers;
    internals._writev = null;
  }

  /** How many bytes have not been taken. */
  get pending(): number {
    return this.#inFlight + this.#waitingLength;
  }

  /** The same, but only once the writer has been told that its memory is kept; 0 before. */
  get kept(): number {
    return this.#isKept && !this.#socket.destroyed ? this.pending : 0;
  }

  /** @returns whether the memory is the caller's again; if not, `written` tells when it is */
  write(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (this.#inFlight > 0) return this.#wait([bytes], length);
    if (length > AT_ONCE) return this.#sendInParts([bytes], length);
    this.#send(bytes, null, length);
    return this.#inFlight <= TAKEN || this.#keep();
  }

  writev(chunks: readonly Uint8Array[]): boolean {
    let length = 0;
    for (const chunk of chunks) length += chunk.length;
    if (this.#inFlight > 0) return this.#wait(chunks, length);
    if (length > AT_ONCE) return this.#sendInParts(chunks, length);
    this.#send(null, chunks, length);
    return this.#inFlight <= TAKEN || this.#keep();
  }

  /** @internal Handles the result of a read: the number of bytes, the end, or an error. */
  read(length: number, buffer: unknown): void {
    if (length <= 0) {
      this.#onread.call(this.#handle, buffer);
      return;
    }
    const socket = this.#socket;
    const bytes = lentBytes(length);
    if (socket.readableFlowing && socket.readableLength === 0) {
      this.#listener.receive(bytes);
    } else if (!socket.destroyed && !socket.push(Buffer.from(bytes))) {
      // The socket is paused. OpenSSL still delivers the bytes that it has, and the socket queues them.
      this.#handle.reading = false;
      this.#handle.readStop();
    }
  }

  /** @internal The write in flight is done or has failed. */
  written(status: number): void {
    this.#inFlight = 0;
    if (this.#socket.destroyed) return;
    if (status !== 0) {
      this.#fail(status);
      return;
    }
    this.#sendWaiting();
    if (this.pending > 0 || this.#socket.destroyed) return;
    const wasKept = this.#isKept;
    this.#isKept = false;
    this.#listener.written(wasKept);
  }

  #send(bytes: Uint8Array | null, chunks: readonly Uint8Array[] | null, length: number): void {
    // An empty write would ask OpenSSL for the bytes that it has read, while another connection uses the shared buffer.
    if (length === 0 || this.#socket.destroyed) return;
    const request = new WriteWrap() as OwnedWrite;
    request.oncomplete = onWritten;
    request.owner = this;
    this.#inFlight = length;
    const error =
      bytes === null
        ? this.#handle.writev(request, chunks as readonly Uint8Array[], true)
        : this.#handle.writeBuffer(request, bytes);
    if (error !== 0) this.#fail(error);
    else if (streamBaseState[kLastWriteWasAsync] === 0) this.#inFlight = 0;
  }

  #sendInParts(chunks: readonly Uint8Array[], length: number): boolean {
    if (this.#socket.destroyed) return true;
    for (const chunk of chunks) this.#waiting.push(chunk);
    this.#waitingLength += length;
    this.#sendWaiting();
    return this.pending === 0 || this.#keep();
  }

  /** Sends the next part of what waits. */
  #sendWaiting(): void {
    while (this.#waiting.length > 0 && this.#inFlight === 0) {
      const length = Math.min(this.#waitingLength, AT_ONCE);
      const part = this.#waitingLength <= AT_ONCE ? this.#waiting.splice(0) : takeBytes(this.#waiting, AT_ONCE);
      this.#waitingLength -= length;
      this.#send(null, part, length);
    }
  }

  /** Queues chunks behind the write in flight. */
  #wait(chunks: readonly Uint8Array[], length: number): boolean {
    if (length === 0) return true;
    this.#waitingLength += length;
    const isCopied = this.#waitingLength <= COPIED;
    for (const chunk of chunks) this.#waiting.push(isCopied ? new Uint8Array(chunk) : chunk);
    return isCopied || this.#keep();
  }

  #keep(): boolean {
    this.#isKept = true;
    return false;
  }

  #fail(code: number): void {
    this.#inFlight = 0;
    this.#waiting = [];
    this.#waitingLength = 0;
    this.#socket.destroy(systemError(code, 'write'));
  }
}

/** Takes the short cut of a socket; `null`: it has none. To be used where `canUseTlsHandles()`, and by the probe. */
export function takeTlsHandle(socket: TLSSocket, listener: TlsHandleListener): TlsHandle | null {
  const { _handle: handle, _writableState: state } = socket as unknown as SocketInternals;
  // When the transport is not a socket of the system, bytes can arrive while another connection uses the shared buffer.
  const parent = handle?._parent?.constructor.name;
  const isOverSocket = parent === 'TCP' || parent === 'Pipe';
  const isReady = !socket.destroyed && !socket.connecting && socket.constructor === TLSSocket;
  const isWriting = socket.writableLength > 0 || socket.writableEnded || state?.writing !== false;
  if (!isUsable(handle) || !isOverSocket || !isReady || isWriting) return null;
  return new TlsHandle(socket, handle, listener);
}

/** Takes the first `length` bytes out of chunks, which have more. */
function takeBytes(chunks: Uint8Array[], length: number): Uint8Array[] {
  let [count, missing] = [0, length];
  while (chunks[count]!.length <= missing) missing -= chunks[count++]!.length;
  const part = chunks.splice(0, count);
  if (missing === 0) return part;
  const next = chunks[0]!;
  part.push(next.subarray(0, missing));
  chunks[0] = next.subarray(missing);
  return part;
}

function onRead(this: StreamHandle, buffer?: unknown): void {
  (this as OwnedHandle)[OWNER]?.read(streamBaseState[kReadBytesOrError] as number, buffer);
}

function onWritten(this: WriteRequest, status: number): void {
  (this as OwnedWrite).owner.written(status);
}

function writeOfOthers(
  this: SocketInternals,
  chunk: Uint8Array | string,
  encoding: BufferEncoding,
  callback: () => void,
): void {
  const bytes = typeof chunk === 'string' ? Buffer.from(chunk, encoding) : new Uint8Array(chunk);
  this._handle?.[OWNER]?.write(bytes);
  callback();
}
