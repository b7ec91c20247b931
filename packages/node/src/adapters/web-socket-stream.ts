// A connection as a Node stream: bytes in, messages out, and the brakes of both connected.

import { Duplex, type DuplexOptions } from 'node:stream';
import { ConnectionClosed } from '@ws/connection';
import { ClosedError, type CloseInfo, type WebSocketProtocol } from '@ws/core';

/** Options of {@link createWebSocketStream}: those of `stream.Duplex`, and: */
export interface WebSocketStreamOptions extends DuplexOptions {
  /** What is written is sent as binary messages, by default; `false`: as text. Strings in object mode are text. */
  readonly isBinary?: boolean | undefined;
}

/** What of a pull connection (`WebSocketConnection`) is used. */
export interface PullConnection {
  sendMessage(message: string | Uint8Array): Promise<void>;
  getMessage(): Promise<string | Uint8Array>;
  /** Resolves when the connection is gone. */
  readonly whenClosed: Promise<{ readonly code: number; readonly reason: string | null }>;
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
    tolerateLoss(this);
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
      protocol.opened.then(
        () => this.#send(chunk, done),
        cause => done(new ClosedError('the connection did not open', { cause })),
      );
    } else {
      this.#send(chunk, done);
    }
  }

  override _final(done: Callback): void {
    const protocol = this.#protocol;
    try {
      if (protocol.state === 'open') protocol.sendClose(1000);
      else if (protocol.state === 'connecting' || protocol.state === 'proxy-connecting') protocol.dropConnection(true);
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
    if (wasClean && isOrderly(code ?? 1005)) {
      this.push(null);
      endOrderly(this);
    } else {
      this.destroy(new ClosedError(reason ?? `closed with code ${code}`, { cause: error }));
    }
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
    tolerateLoss(this);
    void connection.whenClosed.then(({ code, reason }) => {
      if (isOrderly(code)) endOrderly(this);
      // Whoever is reading gets what came before.
      else setImmediate(() => this.destroy(new ClosedError(reason ?? `closed with code ${code}`)));
    });
  }

  override _read(): void {
    const connection = this.#connection;
    connection.getMessage().then(
      message => this.push(typeof message === 'string' && !this.readableObjectMode ? Buffer.from(message) : message),
      error => {
        if (!(error instanceof ConnectionClosed)) this.destroy(error);
        else void connection.whenClosed.then(({ code }) => isOrderly(code) && this.#finish());
      },
    );
  }

  override _write(chunk: Uint8Array | string, _encoding: BufferEncoding, done: Callback): void {
    const isText = typeof chunk !== 'string' && !this.#isBinary;
    const message = isText ? Buffer.from(chunk).toString('utf8') : chunk;
    this.#connection.sendMessage(message).then(
      () => done(),
      error => done(error instanceof ConnectionClosed ? new ClosedError(error.message, { cause: error }) : error),
    );
  }

  override _final(done: Callback): void {
    const connection = this.#connection;
    // An end that is not orderly destroys the stream.
    connection.close().catch(() => {});
    void connection.whenClosed.then(({ code }) => isOrderly(code) && done());
  }

  override _destroy(error: Error | null, done: Callback): void {
    if (error !== null || !this.writableFinished) this.#connection.terminate();
    done(error);
  }

  #finish(): void {
    this.push(null);
    seeEnd(this);
  }
}

function isOrderly(code: number): boolean {
  return code === 1000 || code === 1001 || code === 1005;
}

/** The connection is closed, and all is well: so ends the writable side, and the readable one when it was read. */
function endOrderly(stream: Duplex): void {
  if (stream.destroyed) return;
  if (!stream.writableEnded) stream.end();
  seeEnd(stream);
}

/** Where nobody reads, the end is seen all the same, unless there is data before it: that stays for who comes late. */
function seeEnd(stream: Duplex): void {
  if (stream.readableFlowing === null && stream.listenerCount('readable') === 0) stream.read(0);
}

/**
 * A peer that vanishes must not end a process that has no listener for it. Any other error does, as ever. The listener
 * of `source.pipe(stream)` would not count: it raises the error anew where it was the only one.
 */
function tolerateLoss(stream: Duplex): void {
  stream.on('error', error => {
    if (!(error instanceof ClosedError) && stream.listenerCount('error') === 1) throw error;
  });
}
