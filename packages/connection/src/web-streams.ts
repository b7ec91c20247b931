// A connection as a pair of web streams, in the shape of `WebSocketStream`: each chunk is one message. Every runtime
// has the stream classes as globals, but the ES2022 library does not declare them, so only this file does.

import { isWireCloseCode, MAX_CLOSE_REASON } from '@ws/core';
import { type AbortSignalLike, CloseReason } from '@ws/types';
import { decodeText, truncateText } from '@ws/util/primitives';
import type { Cancellable } from './cancellable.ts';
import { ConnectionClosed } from './errors.ts';
import type { Received } from './incoming.ts';
import type { OutgoingData } from './outbox.ts';
import { closeWithOwn } from './own-close.ts';

declare global {
  // These merge with the platform's declarations where such exist, so they have the same type parameters.
  interface ReadableStream<R> {}
  interface WritableStream<W> {}
}

interface ReadableController {
  enqueue(chunk: Received): void;
  close(): void;
  error(error: unknown): void;
}
interface Source {
  pull(controller: ReadableController): Promise<void>;
  cancel(reason: unknown): Promise<void>;
}
interface WritableController {
  readonly signal: AbortSignalLike;
  error(error: unknown): void;
}
interface Sink {
  start(controller: WritableController): void;
  write(chunk: OutgoingData, controller: WritableController): Promise<void>;
  close(): Promise<void>;
  abort(reason: unknown): Promise<void>;
}
declare const ReadableStream: new (source: Source, strategy: { highWaterMark: number }) => ReadableStream<Received>;
declare const WritableStream: new (sink: Sink) => WritableStream<OutgoingData>;

/** The members of a connection that its streams use. */
export interface StreamedConnection {
  /** How the connection closed; `null` while it is open. */
  readonly closed: CloseReason | null;
  readonly whenClosed: Promise<CloseReason>;
  getMessage(): Promise<Received>;
  sendMessage(message: OutgoingData, options: Cancellable): Promise<void>;
  close(code?: number, reason?: string): Promise<CloseReason>;
}

/** The pair of streams that `WebSocketConnection.streams` returns. */
export interface MessageStreams {
  readonly readable: ReadableStream<Received>;
  readonly writable: WritableStream<OutgoingData>;
}

/** Makes the streams of a connection. */
export function streamsOf(connection: StreamedConnection, isCleanEnd: (error: unknown) => boolean): MessageStreams {
  // With a mark of 0 no message is taken from the connection before the stream is read.
  const readable = new ReadableStream(createSource(connection, isCleanEnd), { highWaterMark: 0 });
  return { readable, writable: new WritableStream(createSink(connection)) };
}

function createSource(connection: StreamedConnection, isCleanEnd: (error: unknown) => boolean): Source {
  let isCancelled = false;
  return {
    async pull(controller) {
      try {
        controller.enqueue(await connection.getMessage());
      } catch (error) {
        if (isCancelled) return;
        if (isCleanEnd(error)) controller.close();
        else controller.error(error);
      }
    },
    async cancel(reason) {
      isCancelled = true;
      await closeFor(connection, reason);
    },
  };
}

function createSink(connection: StreamedConnection): Sink {
  return {
    start(controller) {
      void connection.whenClosed.then(reason => controller.error(new ConnectionClosed(reason)));
    },
    async write(chunk, { signal }) {
      await connection.sendMessage(chunk, { signal });
    },
    async close() {
      await connection.close();
    },
    abort: reason => closeFor(connection, reason),
  };
}

/** Closes the connection with the code that a stream's cancel or abort reason carries. */
async function closeFor(connection: StreamedConnection, reason: unknown): Promise<void> {
  // Aborting a message that was half sent has failed the connection already.
  if (connection.closed !== null) return void (await connection.whenClosed);
  await closeWithOwn(connection, ...closeArguments(reason));
}

/** The close code of a reason: 1000 without one, the code that it carries (WebSocketError, CloseReason), else 1011. */
function closeArguments(reason: unknown): [code: number, reason: string] {
  if (reason === undefined || reason === null) return [1000, ''];
  const given = (reason instanceof ConnectionClosed ? reason.reason : null) ?? reason;
  const { closeCode, reason: text } = given as { readonly closeCode?: unknown; readonly reason?: unknown };
  const code = given instanceof CloseReason ? given.code : closeCode;
  if (typeof code !== 'number' || !isWireCloseCode(code)) return [code === null ? 1000 : 1011, ''];
  return [code, typeof text === 'string' ? decodeText(truncateText(text, MAX_CLOSE_REASON)) : ''];
}
