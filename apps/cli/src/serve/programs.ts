// The programs of a server. Each is a process group of its own, so that what it has started ends with it.

import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';

type Program = ChildProcessWithoutNullStreams;

/** Where there are none, as on Windows, a program is ended alone. */
const HAS_GROUPS = process.platform !== 'win32';

/** Starts programs, and leaves none behind. */
export class Programs {
  /** How many run. */
  running = 0;
  /** Those of whose group somebody may be there. */
  readonly #groups: Set<Program> = new Set();
  readonly #grace: number;
  readonly #killAll = (): void => this.#signalAll('SIGKILL');

  /** @param grace how long one may take to end, in milliseconds, before it is told to; then again, to be killed */
  constructor(grace: number) {
    this.#grace = grace;
  }

  /** Starts a program. One that cannot be started tells by its `error`. */
  start(file: string, args: readonly string[], env: Record<string, string>): Program {
    const program = spawn(file, args, { env, stdio: 'pipe', windowsHide: true, detached: HAS_GROUPS });
    if (program.pid === undefined) return program;
    if (this.#groups.size === 0) process.on('exit', this.#killAll);
    this.#groups.add(program);
    this.running++;
    program.once('exit', () => {
      this.running--;
      if (!signalGroup(program, 0)) this.#forget(program);
    });
    return program;
  }

  /** Ends a program that nobody needs any more: after `grace` it is told to, after another it is killed. */
  dismiss(program: Program): void {
    setTimeout(() => {
      this.#signal(program, 'SIGTERM');
      // The second timer starts here: if both were armed at once, a late event loop would run them in the same turn.
      setTimeout(() => this.#signal(program, 'SIGKILL'), this.#grace).unref();
    }, this.#grace).unref();
  }

  /** Ends all: they are told to, and killed after `grace`. */
  async end(): Promise<void> {
    // Whoever of a group is there keeps its pipes open.
    const closed = [...this.#groups].map(program => new Promise(resolve => program.once('close', resolve)));
    this.#signalAll('SIGTERM');
    const controller = new AbortController();
    await Promise.race([Promise.all(closed), delay(this.#grace, null, { signal: controller.signal })]);
    controller.abort();
    this.#killAll();
  }

  #signalAll(signal: 'SIGTERM' | 'SIGKILL'): void {
    for (const program of this.#groups) this.#signal(program, signal);
  }

  #signal(program: Program, signal: 'SIGTERM' | 'SIGKILL'): void {
    if (!this.#groups.has(program)) return;
    if (!signalGroup(program, signal) || signal === 'SIGKILL') this.#forget(program);
  }

  #forget(program: Program): void {
    this.#groups.delete(program);
    if (this.#groups.size === 0) process.off('exit', this.#killAll);
  }
}

/** Sends a signal to a program and all it has started; 0: none. @returns whether anybody was there */
function signalGroup(program: Program, signal: NodeJS.Signals | 0): boolean {
  try {
    return HAS_GROUPS ? process.kill(-program.pid!, signal) : program.kill(signal);
  } catch {
    return false;
  }
}
