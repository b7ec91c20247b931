// In a pipe: input is sent, a line a message, and what comes is written; both sides only as fast as the other takes it.

import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import type { CloseInfo } from '@ws/core';
import { ExitStatus, statusOfClose } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { createPaint } from '../terminal/paint.ts';
import { formatClose, formatPiped, formatResponse } from './format.ts';
import type { Session } from './session.ts';

/** What is sent, and how long is listened. */
export interface PipeOptions {
  readonly isJson: boolean;
  /** Write messages as they came: nothing escaped, no hex. */
  readonly isRaw: boolean;
  /** Send the input in binary messages, as it is read. */
  readonly isBinary: boolean;
  readonly isVerbose: boolean;
  /** Messages to send instead of the input. */
  readonly messages: readonly string[];
  /** How long to listen after the input has ended, in milliseconds; `Infinity`: until the peer closes. */
  readonly wait: number;
  /** After so many messages it is done; 0: no limit. */
  readonly count: number;
}

/** Sends the input, writes what comes; the result is the exit status. */
export async function pipe(session: Session, io: Io, options: PipeOptions): Promise<number> {
  const note = (text: string): void => {
    if (options.isVerbose) io.stderr.write(`wsc: ${text}\n`);
  };
  note('connected');
  for (const line of formatResponse(session.connection.response)) note(line);
  const received = receive(session, io, options);
  const stop = (): void => session.close(1001);
  io.interrupted.addEventListener('abort', stop);
  const stopped = new AbortController();
  const closed = session.closed.finally(() => stopped.abort());
  try {
    await sendAll(session, io, options, stopped.signal);
    if (session.isOpen && options.wait > 0) {
      const waited = options.wait === Number.POSITIVE_INFINITY ? closed : delay(options.wait, null, stopped);
      await Promise.race([closed, waited]).catch(() => {});
    }
  } catch (error) {
    // That the connection has closed meanwhile is told below.
    if (session.isOpen) throw error;
  }
  if (session.isOpen) session.close(1000);
  const info = await closed;
  io.interrupted.removeEventListener('abort', stop);
  return judge(info, received.count, io, options, note);
}

/** Writes what comes. */
function receive(session: Session, { stdout, env }: Io, options: PipeOptions): { count: number } {
  const { connection } = session;
  const format = { paint: createPaint(stdout, env), isJson: options.isJson };
  const received = { count: 0 };
  session.listen({
    onMessage(payload, isBinary) {
      if (options.count > 0 && received.count >= options.count) return;
      received.count++;
      const hasRoom = options.isRaw
        ? writeRaw(payload, isBinary)
        : stdout.write(formatPiped(payload, isBinary, format));
      if (!hasRoom) {
        connection.pauseReceiving();
        void once(stdout, 'drain').then(() => connection.resumeReceiving());
      }
      if (received.count === options.count && session.isOpen) session.close(1000);
    },
  });
  return received;

  function writeRaw(payload: Uint8Array, isBinary: boolean): boolean {
    const hasRoom = stdout.write(payload);
    return isBinary ? hasRoom : stdout.write('\n');
  }
}

async function sendAll(session: Session, io: Io, options: PipeOptions, stopped: AbortSignal): Promise<void> {
  const { stdin } = io;
  if (options.messages.length > 0) {
    for (const message of options.messages) await session.send(message);
    return;
  }
  const lines = options.isBinary ? null : createInterface({ input: stdin, crlfDelay: Number.POSITIVE_INFINITY });
  // Whoever feeds us is not waited for when there is nobody to send it to.
  const giveUp = (): void => {
    lines?.close();
    stdin.destroy();
  };
  if (stopped.aborted) giveUp();
  stopped.addEventListener('abort', giveUp);
  try {
    for await (const piece of (lines ?? stdin) as AsyncIterable<string | Uint8Array>) {
      if (!session.isOpen) break;
      await session.send(piece);
    }
  } finally {
    stopped.removeEventListener('abort', giveUp);
  }
}

function judge(info: CloseInfo, received: number, io: Io, options: PipeOptions, note: (text: string) => void): number {
  const { code, wasClean } = info;
  const text = `closed: ${formatClose(info)}`;
  if (io.interrupted.aborted) return ExitStatus.INTERRUPTED;
  if (!wasClean || statusOfClose(code) !== ExitStatus.OK) {
    io.stderr.write(`wsc: ${text}\n`);
    return ExitStatus.FAILED;
  }
  note(text);
  if (received >= options.count) return ExitStatus.OK;
  io.stderr.write(`wsc: closed after ${received} of ${options.count} messages\n`);
  return ExitStatus.FAILED;
}
