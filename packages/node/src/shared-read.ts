// Reading without a new buffer per read: the kernel fills one buffer that all connections share. Node offers that for
// sockets that one makes oneself (`onread`). Accepted sockets are made by us for that, around the handle that the
// listener gives; for upgraded ones a second `net.Socket` is put around the handle of the first. Both is undocumented: it
// is done here and nowhere else, tried on a real connection before it is used (`probeSharedRead`), and where it does not
// work `'data'` events do.

import type { AddressInfo, OnReadOpts, Server } from 'node:net';
import { connect, createServer, Socket } from 'node:net';
import type { ByteStreamHandler } from '@ws/types';
import { receiveBuffer } from './receive-buffer.ts';
import { markServed, SocketStream, streamOf } from './socket-stream.ts';

/** What is used of libuv's handle under a socket. */
interface Handle {
  reading: boolean;
  readStop(): number;
  useUserBuffer(buffer: Uint8Array): void;
  setNoDelay?(isOn: boolean): void;
}

/** The parts of `net.Socket` that its documentation does not mention. */
interface SocketInternals {
  _handle: Handle | null;
  _server: Server | null;
  server: Server | null;
}

/** And of `net.Server`. */
interface ServerInternals {
  _handle: { onconnection: (error: unknown, handle: Handle | undefined) => void } | null;
  _connections: number;
}

/** The last view that was lent: messages of the same size need no new one. */
let view: Uint8Array = receiveBuffer.subarray(0, 0);

/**
 * The option `onread` of `net.connect` for sockets that read into the shared buffer. Wrap such a socket with
 * {@link sharedStream}; pause it until then.
 */
export const sharedRead: OnReadOpts = {
  buffer: receiveBuffer,
  callback: onRead as (length: number) => boolean,
};

function onRead(this: Socket, length: number): boolean {
  if (view.length !== length) view = receiveBuffer.subarray(0, length);
  streamOf(this)?.receive(view);
  return true;
}

/** The stream of a socket that was made with {@link sharedRead}. */
export function sharedStream(socket: Socket): SocketStream {
  return new SocketStream(socket, true);
}

/**
 * Has a server that listens make sockets of this kind itself: `onStream` is called for each connection instead of the
 * event `'connection'`. Nothing else of the server changes, `close` and `getConnections` included.
 *
 * @returns `false`: that cannot be done, and nothing was changed
 */
export function acceptShared(server: Server, onStream: (stream: SocketStream) => void): boolean {
  const listener = (server as unknown as ServerInternals)._handle;
  if (listener === null || typeof listener?.onconnection !== 'function') return false;
  const { onconnection } = listener;
  listener.onconnection = (error, handle) => {
    if (error !== 0 && error !== undefined && error !== null) onconnection.call(listener, error, handle);
    else if (!isAdoptable(handle)) onconnection.call(listener, error, handle);
    else onStream(sharedStream(createAccepted(server, handle)));
  };
  return true;
}

/** What Node's own listener does for a connection, but for the buffer that is read into. */
function createAccepted(server: Server, handle: Handle): Socket {
  handle.setNoDelay?.(true);
  const socket = createReader(handle);
  const internals = socket as unknown as SocketInternals;
  // The server counts its connections on this field: the socket counts itself out when it is destroyed.
  internals.server = server;
  internals._server = server;
  (server as unknown as ServerInternals)._connections++;
  return socket;
}

/**
 * Takes the handle of a socket that others have seen already, such as an upgraded one, or returns `null`. The two
 * sockets die together.
 */
export function adoptUpgraded(socket: Socket): SocketStream | null {
  void socket.remoteAddress; // Node remembers it, for whoever asks the first socket later.
  socket.setNoDelay(true);
  const adopted = adopt(socket);
  if (adopted === null) return null;
  adopted.once('close', () => socket.destroy());
  socket.once('close', () => adopted.destroy());
  const stream = sharedStream(adopted);
  markServed(socket, stream);
  return stream;
}

function adopt(socket: Socket): Socket | null {
  const internals = socket as unknown as SocketInternals;
  const handle = internals._handle;
  const isEmpty = socket.readableLength === 0 && socket.writableLength === 0;
  if (socket.constructor !== Socket || socket.destroyed || !isEmpty || !isAdoptable(handle)) return null;
  handle.readStop();
  handle.reading = false;
  const adopted = createReader(handle);
  internals._handle = null;
  return adopted;
}

/** A socket around a handle that is not being read. */
function createReader(handle: Handle): Socket {
  return new Socket({ handle, onread: sharedRead, allowHalfOpen: true, noDelay: true, manualStart: true } as object);
}

/** TCP and pipes. */
function isAdoptable(handle: Handle | null | undefined): handle is Handle {
  return (
    typeof handle === 'object' &&
    handle !== null &&
    typeof handle.useUserBuffer === 'function' &&
    typeof handle.readStop === 'function'
  );
}

/** The outcome of the probe: `null` while it is not known. */
let verdict: boolean | null = null;
let probe: Promise<boolean> | null = null;

/** Whether {@link acceptShared} and {@link adoptUpgraded} have been seen to work in this process. */
export function canAdopt(): boolean {
  return verdict === true;
}

/** Tries the adoption of a handle on a connection of this process with itself. Never rejects; done once. */
export function probeSharedRead(): Promise<boolean> {
  probe ??= runProbe().then(
    isWorking => (verdict = isWorking),
    () => (verdict = false),
  );
  return probe;
}

/** How long the probe may take, in milliseconds. A healthy one takes about three. */
const PROBE_TIMEOUT = 1000;

/** A server that answers on an adopted socket: bytes must come, go and end, and the server must be able to close. */
function runProbe(): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer({ allowHalfOpen: true });
    const timer = setTimeout(() => finish(false), PROBE_TIMEOUT);
    const sockets: Socket[] = [];
    const finish = (isWorking: boolean): void => {
      clearTimeout(timer);
      for (const socket of sockets) socket.destroy();
      server.close();
      resolve(isWorking);
    };
    server.on('error', reject);
    // Not to happen: the listener is ours.
    server.on('connection', () => finish(false));
    server.listen({ host: '127.0.0.1', port: 0, exclusive: true }, () => {
      const isOurs = acceptShared(server, stream => {
        sockets.push(stream.socket as Socket);
        stream.attach(probeHandler(stream));
      });
      if (!isOurs) return finish(false);
      const client = connect((server.address() as AddressInfo).port, '127.0.0.1');
      sockets.push(client);
      client.on('error', () => finish(false));
      client.on('data', answer => {
        if (answer.toString('latin1') !== 'PROBE') return finish(false);
        server.close(() => finish(true)); // told when the adopted socket is gone, and not before
        client.end();
      });
      client.write('probe');
    });
  });
}

/** Answers in upper case, from the shared buffer. */
function probeHandler(stream: SocketStream): ByteStreamHandler {
  return {
    onData(bytes) {
      const isShared = bytes.buffer === receiveBuffer.buffer && bytes.length === 5;
      stream.write(isShared ? bytes.map(byte => byte - 32) : new Uint8Array(1));
    },
    onEnd: () => stream.end(),
    onDrain() {},
    onClose() {},
  };
}
