// What lies under Node's sockets: libuv's handles. `net.Socket` and `stream.Duplex` above them cost more per connection
// than all of this library does, and a new buffer per read. None of this is documented: it is used in this file and in
// handle-stream.ts only, tried on a real connection before it is relied on (handle-probe.ts), and where it does not work
// sockets are used as everybody does.

import { type Server, Socket } from 'node:net';

/** A TCP or pipe handle. Calls that return a number return 0, or libuv's error. */
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

/** A write that is on its way: libuv keeps it, and it keeps the bytes. */
export interface WriteRequest {
  oncomplete: (this: WriteRequest, status: number) => void;
}

export interface ShutdownRequest {
  oncomplete: (this: ShutdownRequest, status: number) => void;
}

/** Node's `stream_wrap`. */
export interface StreamBinding {
  readonly WriteWrap: new () => WriteRequest;
  readonly ShutdownWrap: new () => ShutdownRequest;
  /** Where the last call left its results, at the two indexes. */
  readonly streamBaseState: Int32Array;
  readonly kReadBytesOrError: number;
  readonly kLastWriteWasAsync: number;
}

/** The binding, or `null`: this is another runtime, or Node does not allow it. */
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

/** Who asks for warnings of what may go some day would be warned of this. */
function isWarned(): boolean {
  const { NODE_OPTIONS = '', NODE_PENDING_DEPRECATION } = process.env;
  const flags = [...process.execArgv, ...NODE_OPTIONS.split(/[\s"]+/)];
  // Node takes `_` for `-`.
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
 * Has a server that listens give its connections as handles, not by the event `'connection'`. They count in
 * `server.close` and `getConnections`, until {@link countOut}.
 *
 * @returns `false`: that cannot be done, and nothing was changed
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

/** A connection of the server is gone. */
export function countOut(server: Server): void {
  const internals = server as unknown as ServerInternals;
  internals._connections--;
  internals._emitCloseIfDrained();
}

/**
 * Takes the handle out of a plain socket that is connected, and of which nothing has been read that nobody has taken.
 * The socket is then an empty shell. `null`: that cannot be done, and nothing was changed.
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

/** Whether a handle has what is used of it. */
export function isUsable(handle: StreamHandle | null | undefined): handle is StreamHandle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    typeof handle.useUserBuffer === 'function' &&
    typeof handle.writeBuffer === 'function' &&
    typeof handle.readStart === 'function'
  );
}
