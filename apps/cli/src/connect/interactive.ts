// A conversation at a terminal: what comes is printed above the line that is being typed.

import { clearScreenDown, createInterface, cursorTo, type Interface, moveCursor } from 'node:readline';
import { ExitStatus, statusOfClose } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { escapeControls } from '../terminal/escape.ts';
import { createPaint, type Paint } from '../terminal/paint.ts';
import { COMMAND_NAMES, runCommand } from './commands.ts';
import { formatClose, formatIncoming, formatResponse } from './format.ts';
import { readHistory, writeHistory } from './history.ts';
import type { Session } from './session.ts';

/** How the conversation is to be. */
export interface InteractiveOptions {
  readonly url: string;
  readonly isJson: boolean;
  readonly isVerbose: boolean;
}

/** Talks until the connection is closed; the result is the exit status. */
export async function interact(session: Session, io: Io, options: InteractiveOptions): Promise<number> {
  const paint = createPaint(io.stdout, io.env);
  const screen = new Screen(io, paint);
  const { subprotocol, compression } = session.connection;
  const agreed = [
    ...(subprotocol === null ? [] : [`subprotocol ${escapeControls(subprotocol)}`]),
    ...(compression === null ? [] : ['permessage-deflate']),
  ];
  screen.note(`connected to ${options.url}${agreed.length === 0 ? '' : ` (${agreed.join(', ')})`}`);
  if (options.isVerbose) for (const line of formatResponse(session.connection.response)) screen.note(line);
  screen.note('type a message, or /help; Ctrl+D closes');
  session.listen({
    onMessage: (payload, isBinary) =>
      screen.print(formatIncoming(payload, isBinary, { paint, isJson: options.isJson })),
    onPing: payload => {
      const text = Buffer.from(payload).toString();
      if (options.isVerbose) screen.note(`ping${text === '' ? '' : ` ${escapeControls(text)}`}, answered`);
    },
  });
  screen.start({
    onLine: line => enter(session, screen, line),
    onEnd: () => session.close(),
  });
  io.interrupted.addEventListener('abort', () => session.close(1001));
  const info = await session.closed;
  screen.end();
  screen.note(`closed: ${formatClose(info)}`);
  if (io.interrupted.aborted) return ExitStatus.INTERRUPTED;
  return info.wasClean ? statusOfClose(info.code) : ExitStatus.FAILED;
}

async function enter(session: Session, screen: Screen, line: string): Promise<void> {
  try {
    if (!line.startsWith('/')) {
      if (line !== '') await session.send(line);
    } else if (line.startsWith('//')) {
      await session.send(line.slice(1));
    } else {
      const answer = await runCommand(session, line);
      if (answer !== null) screen.note(answer);
    }
  } catch (error) {
    screen.error((error as Error).message);
  }
}

/** The terminal: a line to type in below, and what is printed above it. */
class Screen {
  readonly #io: Io;
  readonly #paint: Paint;
  #lines: Interface | null = null;
  #history: readonly string[] = [];

  constructor(io: Io, paint: Paint) {
    this.#io = io;
    this.#paint = paint;
  }

  /** Shows the prompt. */
  start(on: { onLine(line: string): Promise<void>; onEnd(): void }): void {
    const { stdin: input, stdout: output, env } = this.#io;
    this.#history = readHistory(env);
    const lines = createInterface({
      input,
      output,
      terminal: true,
      prompt: this.#paint.cyan('> '),
      history: [...this.#history],
      historySize: 1000,
      removeHistoryDuplicates: true,
      completer: (line: string) => [
        line.startsWith('/') ? COMMAND_NAMES.filter(name => name.startsWith(line)) : [],
        line,
      ],
    });
    this.#lines = lines;
    lines.on('history', (history: readonly string[]) => {
      this.#history = history.slice();
    });
    lines.on('line', line => {
      // As it was typed: messages keep their blanks.
      void on.onLine(line).finally(() => this.#lines?.prompt(true));
    });
    lines.on('SIGINT', () => {
      // As in a shell: the first clears the line.
      if (lines.line !== '') lines.write(null, { ctrl: true, name: 'u' });
      else on.onEnd();
    });
    lines.on('close', () => {
      if (this.#lines !== null) on.onEnd();
    });
    lines.prompt();
  }

  /** Takes the prompt away. */
  end(): void {
    const lines = this.#lines;
    if (lines === null) return;
    this.#clear(lines);
    this.#lines = null;
    lines.close();
    writeHistory(this.#io.env, this.#history);
  }

  /** Prints above the line that is being typed. */
  print(text: string): void {
    const lines = this.#lines;
    if (lines !== null) this.#clear(lines);
    this.#io.stdout.write(`${text}\n`);
    lines?.prompt(true);
  }

  /** Prints what is ours to say. */
  note(text: string): void {
    this.print(this.#paint.dim(text.replace(/^/gm, '* ')));
  }

  error(text: string): void {
    this.print(this.#paint.red(`! ${escapeControls(text)}`));
  }

  #clear(lines: Interface): void {
    const { stdout } = this.#io;
    moveCursor(stdout, 0, -lines.getCursorPos().rows);
    cursorTo(stdout, 0);
    clearScreenDown(stdout);
  }
}
