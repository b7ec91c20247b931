// Presents a connection as a Node stream, and connects the backpressure of the two.

import { Duplex, type DuplexOptions } from 'node:stream';
import { ConnectionClosed } from '@ws/connection';
import { ClosedError, type CloseInfo, type WebSocketProtocol } from '@ws/core';

/** Options of {@link createWebSocketStream}, in addition to those of `stream.Duplex`. */
export interface WebSocketStreamOptions extends DuplexOptions {
  /** Whether chunks are sent as binary messages; `false`: as text. Default `true`. Strings in object mode are text. */
  readonly isBinary?: boolean | undefined;
}

/** The members of a pull connection (`WebSocketConnection`) that the stream uses. */
export interface PullConnection {
  sendMessage(message: string | Uint8Array): Promise<void>;
  getMessage(): Promise<string | Uint8Array>;
  /** Resolves when the connection is gone. */
  readonly whenClosed: Promise<{ readonly code: number; readonly reason: string | null }>;
  close(): Promise<unknown>;
  terminate(): void;
}

/**
 * Wraps a connection in a stream. Each chunk that is written is sent as one message; each message received is read as
 * one chunk. A slow reader stops the peer, a slow peer stops the writer. `end` closes the connection with code 1000. A
 * connection that does not end in an orderly way destroys the stream with a ClosedError, which is ignored if nobody
 * listens to `'error'`.
 *
 * Create the stream before messages can arrive, for example in `onOpen`.
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

/** The most bytes that are read beyond the reader's pace after the writable side has ended. */
const MOST_LATE_BYTES = 2 ** 24;

/** A stream over a protocol object. */
export class ProtocolStream extends Duplex {
  readonly #protocol: WebSocketProtocol;
  readonly #isBinary: boolean;
  #isEnding = false;
  /** Bytes received since the writable side has ended. */
  #lateBytes = 0;

  constructor(protocol: WebSocketProtocol, { isBinary = true, ...options }: WebSocketStreamOptions = {}) {
    super({ ...options, allowHalfOpen: true, autoDestroy: true });
    this.#protocol = protocol;
    this.#isBinary = isBinary;
    tolerateLoss(this);
    protocol.closed.then(info => this.#onClosed(info));
  }

  /** Passes a received message to the readable side. */
  receive(payload: Uint8Array, isBinary: boolean): void {
    if (this.destroyed || this.readableEnded) return;
    const hasRoom = this.push(this.decode(payload, isBinary));
    if (this.#isEnding) this.#lateBytes += payload.length;
    if (!hasRoom && !(this.#isEnding && this.#lateBytes < MOST_LATE_BYTES)) this.#protocol.pauseReceiving();
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
    // The peer's Close frame comes behind messages that nobody may read: they are kept, so that it is found in time.
    this.#isEnding = true;
    protocol.resumeReceiving();
    // The writable side finishes when the connection is closed.
    protocol.closed.then(() => done());
  }

  override _destroy(error: Error | null, done: Callback): void {
    const protocol = this.#protocol;
    if (protocol.state !== 'closed') protocol.dropConnection(true);
    done(error);
  }

  /** The message that a written chunk is sent as. */
  protected encode(chunk: unknown): readonly [payload: Uint8Array | string, isBinary: boolean] {
    if (typeof chunk === 'string') return [chunk, false];
    return [chunk as Uint8Array, this.#isBinary];
  }

  /** The chunk that a received message is read as. */
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

/** A stream over a pull connection. */
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
      // Destroyed a turn later, so that a pending read still gets the messages received before.
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
    // The rejection is ignored: after an end that is not orderly, the constructor's callback destroys the stream.
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

/** After an orderly close: ends the writable side, and the readable side once its data has been read. */
function endOrderly(stream: Duplex): void {
  if (stream.destroyed) return;
  if (!stream.writableEnded) stream.end();
  seeEnd(stream);
}

/** Lets a stream that nobody reads end too, unless data is buffered: that is kept for a reader that comes later. */
function seeEnd(stream: Duplex): void {
  if (stream.readableFlowing === null && stream.listenerCount('readable') === 0) stream.read(0);
}

/**
 * Keeps the loss of a peer from ending a process that has no listener for `'error'`. Any other error still ends it. The
 * listener that `source.pipe(stream)` adds is not enough: it raises the error again when it was the only one.
 */
function tolerateLoss(stream: Duplex): void {
  stream.on('error', error => {
    if (!(error instanceof ClosedError) && stream.listenerCount('error') === 1) throw error;
  });
}
