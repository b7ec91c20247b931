// Calls between a process and the one that started it.

import { type ChildProcess, fork, spawn } from 'node:child_process';
import { once } from 'node:events';

/** What a started process can be asked, by name. */
export type Answers = Readonly<Record<string, (argument: never) => unknown>>;

interface Question {
  readonly id: number;
  readonly name: string;
  readonly argument: unknown;
}

interface Answer {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

/** In the started process: answers what its parent asks, and ends with it. */
export function answerParent(answers: Answers): void {
  process.on('message', async ({ id, name, argument }: Question) => {
    let answer: Answer;
    try {
      answer = { id, value: await (answers[name] as (argument: unknown) => unknown)(argument) };
    } catch (error) {
      answer = { id, error: String(error) };
    }
    process.send?.(answer);
  });
  process.on('disconnect', () => process.exit());
}

/** Those of this process, and what lets memory be measured. */
function flags(): string[] {
  return [...new Set(['--expose-gc', ...process.execArgv.filter(flag => flag.includes('semi-space'))])];
}

/** A process that was started, to be asked. */
export class Child implements AsyncDisposable {
  readonly process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  #count = 0;

  /** @param maxFiles how many files it may have open; 0: as many as this process */
  constructor(file: string, args: readonly string[] = [], maxFiles = 0) {
    this.process =
      maxFiles === 0
        ? fork(file, args, { execArgv: flags(), serialization: 'advanced' })
        : spawn('sh', ['-c', `ulimit -n ${maxFiles} && exec "$0" "$@"`, process.execPath, file, ...args], {
            stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
            serialization: 'advanced',
          });
    this.process.on('message', ({ id, value, error }: Answer) => {
      const waiter = this.#waiting.get(id);
      this.#waiting.delete(id);
      if (error === undefined) waiter?.resolve(value as never);
      else waiter?.reject(new Error(error));
    });
    this.process.on('exit', (status, signal) => {
      for (const { reject } of this.#waiting.values()) reject(new Error(`the process ended: ${status ?? signal}`));
      this.#waiting.clear();
    });
  }

  get pid(): number {
    return this.process.pid!;
  }

  /** Asks, and waits for the answer. */
  ask<Result>(name: string, argument?: unknown): Promise<Result> {
    const id = this.#count++;
    return new Promise<Result>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.process.send({ id, name, argument } satisfies Question);
    });
  }

  /** Ends it as `kill -9` does. */
  async kill(): Promise<void> {
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill('SIGKILL');
    await once(this.process, 'exit');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.kill();
  }
}
