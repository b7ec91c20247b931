// Debian's websockets, where it is installed.
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';

const PYTHON = '/usr/bin/python3';

/** Whether it can be used. */
export const hasWebsockets: boolean =
  spawnSync(PYTHON, ['-c', 'import websockets.legacy.server'], { stdio: 'ignore' }).status === 0;

/** One of the scripts beside this file, which prints lines of JSON, and ends when its input does. */
export class Script {
  readonly #process: ChildProcessByStdio<Writable, Readable, null>;
  readonly #lines: string[] = [];
  #wake: (() => void)[] = [];

  constructor(name: 'client' | 'server') {
    const path = fileURLToPath(new URL(`${name}.py`, import.meta.url));
    this.#process = spawn(PYTHON, [path], { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    this.#process.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      this.#lines.push(...lines);
      for (const wake of this.#wake.splice(0)) wake();
    });
  }

  /** The next line that it prints. */
  async next(): Promise<Record<string, unknown>> {
    while (this.#lines.length === 0) await new Promise<void>(resolve => this.#wake.push(resolve));
    return JSON.parse(this.#lines.shift()!) as Record<string, unknown>;
  }

  /** Gives it a line, and waits for one. */
  async ask(question: object): Promise<Record<string, unknown>> {
    this.#process.stdin.write(`${JSON.stringify(question)}\n`);
    return await this.next();
  }

  async end(): Promise<void> {
    const ended = once(this.#process, 'exit');
    this.#process.stdin.end();
    await ended;
  }
}
