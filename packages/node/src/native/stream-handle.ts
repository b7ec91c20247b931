// Gives access to libuv's handles, which lie under Node's sockets. `net.Socket` and `stream.Duplex` above them cost
// more per connection than all of this library does, and a new buffer per read. Node does not document handles, so only
// this file, handle-stream.ts and tls-handle.ts read and write by them, and only after a probe on a real connection has
// succeeded (handle-probe.ts, tls-probe.ts). Where handles do not work, connections use Node's sockets.

import { type Server, Socket } from 'node:net';

/** A TCP or pipe handle. Calls that return a number return 0 or libuv's error code. */
export interface StreamHandle {
  onread: (this: StreamHandle, buffer?: unknown) => void;
  reading: boolean;
  readonly fd?: number;
  readStart(): number;
  readStop(): number;
  useUserBuffer(buffer: Uint8Array): void;
  writeBuffer(request: WriteRequest, bytes: Uint8Array): number;
  writev(request: WriteRequest, chunks: readonly Uint8Array[], areBuffers: boolean): number;
  shutdown(request: ShutdownRequest): number;
  close(onClose: (this: StreamHandle) => void): void;
  setNoDelay?(isOn: boolean): number;
  getpeername?(address: HandleAddress): number;
  getsockname?(address: HandleAddress): number;
}

export interface HandleAddress {
  address?: string;
  port?: number;
}

/** A write in flight. libuv keeps the request, and the request keeps the bytes. */
export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void;
}

export interface ShutdownRequest {
  oncomplete: (this: ShutdownRequest, status: number) => void;
}

/** Node's internal binding `stream_wrap`. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
  /** Holds the results of the last call, at the two indexes below. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

/** The binding. `null` on another runtime, or where Node does not allow its use. */
export const streamBinding: StreamBinding | null = loadBinding();

function loadBinding(): StreamBinding | null {
  if (isWarned() || process.versions.bun !== undefined || process.versions.deno !== undefined) return null;
  try {
    const { binding } = process as unknown as { binding: (name: string) => StreamBinding };
    const found = binding('stream_wrap');
    const isComplete =
      typeof found.WriteWrap === 'function' &&
      typeof found.ShutdownWrap === 'function' &&
      found.streamBaseState instanceof Int32Array &&
      Number.isInteger(found.kReadBytesOrError) &&
      Number.isInteger(found.kLastWriteWasAsync);
    return isComplete ? found : null;
  } catch {
    return null;
  }
}

/** Whether Node would warn about `process.binding` (`--pending-deprecation`). Handles are not used then. */
function isWarned(): boolean {
  const { NODE_OPTIONS = '', NODE_PENDING_DEPRECATION } = process.env;
  const flags = [...process.execArgv, ...NODE_OPTIONS.split(/[\s"]+/)];
  // Node accepts `_` in place of `-`.
  return NODE_PENDING_DEPRECATION === '1' || flags.some(flag => flag.replaceAll('_', '-') === '--pending-deprecation');
}

interface SocketInternals {
  _handle: StreamHandle | null;
}

interface ServerInternals {
  _handle: { onconnection: (error: unknown, handle: StreamHandle | undefined) => void } | null;
  _connections: number;
  _emitCloseIfDrained(): void;
}

/**
 * Makes a listening server give its connections as handles, not by the event `'connection'`. `server.close` and
 * `getConnections` count each connection until {@link countOut} is called.
 *
 * @returns `false`: the server cannot do this, and nothing was changed
 */
export function acceptHandles(server: Server, onHandle: (handle: StreamHandle) => void): boolean {
  const internals = server as unknown as ServerInternals;
  const listener = internals._handle;
  if (listener === null || typeof listener?.onconnection !== 'function') return false;
  const { onconnection } = listener;
  listener.onconnection = (error, handle) => {
    if (error || !isUsable(handle)) {
      onconnection.call(listener, error, handle);
      return;
    }
    handle.setNoDelay?.(true);
    internals._connections++;
    onHandle(handle);
  };
  return true;
}

/** Tells the server that one of the connections it gave as handles is gone. */
export function countOut(server: Server): void {
  const internals = server as unknown as ServerInternals;
  internals._connections--;
  internals._emitCloseIfDrained();
}

/**
 * Takes the handle out of a plain, connected socket that holds no unread bytes. The socket is then an empty shell.
 * `null`: the handle cannot be taken, and nothing was changed.
 */
export function takeHandle(socket: Socket): StreamHandle | null {
  const internals = socket as unknown as SocketInternals;
  const handle = internals._handle;
  const isEmpty = socket.readableLength === 0 && socket.writableLength === 0;
  if (socket.constructor !== Socket || socket.destroyed || socket.connecting || !isEmpty || !isUsable(handle))
    return null;
  handle.readStop();
  handle.reading = false;
  handle.onread = () => {};
  internals._handle = null;
  return handle;
}

/** Whether a handle has the methods that this package uses. */
export function isUsable(handle: StreamHandle | null | undefined): handle is StreamHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    typeof handle.useUserBuffer === 'function' &&
    typeof handle.writeBuffer === 'function' &&
    typeof handle.readStart === 'function'
  );
}
