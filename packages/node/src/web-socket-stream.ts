// A connection as a Node stream: bytes in, messages out, and the brakes of both connected.

import { Duplex, type DuplexOptions } from 'node:stream';
import type { CloseInfo, WebSocketProtocol } from '@ws/core';
import { ClosedError } from '@ws/core';

/** Options of {@link createWebSocketStream}: those of `stream.Duplex`, and: */
export interface WebSocketStreamOptions extends DuplexOptions {
  /** What is written is sent as binary messages, by default; `false`: as text. Strings in object mode are text. */
  readonly isBinary?: boolean | undefined;
}

/** What of a pull connection (`WebSocketConnection`) is used. */
export interface PullConnection {
  sendMessage(message: string | Uint8Array): Promise<void>;
  getMessage(): Promise<string | Uint8Array>;
  close(): Promise<unknown>;
  terminate(): void;
}

/**
 * The stream of a connection. Each chunk that is written is one message; each message that comes is one chunk. A slow
 * reader stops the peer, a slow peer stops the writer. `end` closes the connection, with code 1000; a connection that
 * ends any other way than orderly destroys the stream, with a ClosedError if anybody listens to `'error'`.
 *
 * Create it before messages can come, such as in `onOpen`.
 *
 * @example await pipeline(createReadStream('in'), createWebSocketStream(connection), createWriteStream('out'));
 */
export function createWebSocketStream(
  connection: WebSocketProtocol | PullConnection,
  options: WebSocketStreamOptions = {},
): Duplex {
  if ('getMessage' in connection) return new PullStream(connection, options);
  const stream = new ProtocolStream(connection, options);
  connection.on('message', (payload, isBinary) => stream.receive(payload, isBinary));
  return stream;
}

type Callback = (error?: Error | null) => void;

/** The stream of a protocol object. */
export class ProtocolStream extends Duplex {
  readonly #protocol: WebSocketProtocol;
  readonly #isBinary: boolean;

  constructor(protocol: WebSocketProtocol, { isBinary = true, ...options }: WebSocketStreamOptions = {}) {
    super({ ...options, allowHalfOpen: true, autoDestroy: true });
    this.#protocol = protocol;
    this.#isBinary = isBinary;
    protocol.closed.then(info => this.#onClosed(info));
  }

  /** A message came. */
  receive(payload: Uint8Array, isBinary: boolean): void {
    if (this.destroyed || this.readableEnded) return;
    if (!this.push(this.decode(payload, isBinary))) this.#protocol.pauseReceiving();
  }

  override _read(): void {
    this.#protocol.resumeReceiving();
  }

  override _write(chunk: unknown, _encoding: BufferEncoding, done: Callback): void {
    const protocol = this.#protocol;
    if (protocol.state === 'connecting' || protocol.state === 'proxy-connecting') {
      protocol.opened.then(() => this.#send(chunk, done), done);
    } else {
      this.#send(chunk, done);
    }
  }

  override _final(done: Callback): void {
    const protocol = this.#protocol;
    try {
      if (protocol.state === 'open') protocol.sendClose(1000);
      else if (protocol.state === 'connecting') protocol.dropConnection(true);
    } catch (error) {
      done(error as Error);
      return;
    }
    // What the peer still sends before its Close frame must not be held up by a reader that is not there.
    protocol.closed.then(() => done());
  }

  override _destroy(error: Error | null, done: Callback): void {
    const protocol = this.#protocol;
    if (protocol.state !== 'closed') protocol.dropConnection(true);
    done(error);
  }

  /** What a chunk is sent as. */
  protected encode(chunk: unknown): readonly [payload: Uint8Array | string, isBinary: boolean] {
    if (typeof chunk === 'string') return [chunk, false];
    return [chunk as Uint8Array, this.#isBinary];
  }

  /** What a message is read as. */
  protected decode(payload: Uint8Array, isBinary: boolean): unknown {
    const bytes = Buffer.from(payload.buffer, payload.byteOffset, payload.byteLength);
    return this.readableObjectMode && !isBinary ? bytes.toString('utf8') : bytes;
  }

  #send(chunk: unknown, done: Callback): void {
    try {
      const [payload, isBinary] = this.encode(chunk);
      this.#protocol.sendMessage(payload, isBinary);
    } catch (error) {
      done(error as Error);
      return;
    }
    this.#protocol.drained().then(() => done(), done);
  }

  #onClosed({ wasClean, code, reason, error }: CloseInfo): void {
    if (this.destroyed) return;
    if (wasClean && (code === null || code === 1000 || code === 1001)) {
      this.push(null);
      if (!this.writableEnded) this.end();
      // Nobody reads: then nobody is kept from seeing the end.
      if (this.readableFlowing === null && this.listenerCount('readable') === 0) this.resume();
      return;
    }
    // A peer that vanishes must not end a process that has no listener for it; `pipeline` and `finished` have one.
    const isHeard = this.listenerCount('error') > 0;
    this.destroy(isHeard ? new ClosedError(reason ?? `closed with code ${code}`, { cause: error }) : undefined);
  }
}

/** The stream of a pull connection. */
class PullStream extends Duplex {
  readonly #connection: PullConnection;
  readonly #isBinary: boolean;

  constructor(connection: PullConnection, { isBinary = true, ...options }: WebSocketStreamOptions) {
    super({ ...options, allowHalfOpen: true, autoDestroy: true });
    this.#connection = connection;
    this.#isBinary = isBinary;
  }

  override _read(): void {
    this.#connection.getMessage().then(
      message => this.push(typeof message === 'string' && !this.readableObjectMode ? Buffer.from(message) : message),
      error => (isOrderly(error) ? this.push(null) : this.destroy(error)),
    );
  }

  override _write(chunk: Uint8Array | string, _encoding: BufferEncoding, done: Callback): void {
    const isText = typeof chunk !== 'string' && !this.#isBinary;
    const message = isText ? Buffer.from(chunk).toString('utf8') : chunk;
    this.#connection.sendMessage(message).then(() => done(), done);
  }

  override _final(done: Callback): void {
    this.#connection.close().then(() => done(), done);
  }

  override _destroy(error: Error | null, done: Callback): void {
    if (error !== null || !this.writableFinished) this.#connection.terminate();
    done(error);
  }
}

/** Whether a `ConnectionClosed` tells of an orderly end. */
function isOrderly(error: unknown): boolean {
  const { reason } = error as { readonly reason?: { readonly code?: unknown } };
  return reason?.code === 1000 || reason?.code === 1001 || reason?.code === 1005;
}
