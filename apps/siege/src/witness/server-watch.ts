// Looks at a server from outside while it is flooded: what it takes of memory and processor, and whether it lives.

import type { Child } from '../process/calls.ts';
import { forgetPeak, processorTime, residentOf } from '../process/memory.ts';

/** Milliseconds between two looks. */
const PAUSE = 50;

/** From its making on. A server that takes too much memory is ended, before the machine has none left. */
export class ServerWatch implements Disposable {
  readonly #server: Child;
  readonly #mostMemory: number;
  readonly #before: { readonly resident: number; readonly time: number };
  readonly #timer: NodeJS.Timeout;
  #peak: number;
  #time: number;
  /** Whether the server was ended since it had taken too much memory. */
  isTooLarge = false;

  /** @param mostMemory the most resident bytes that it may take */
  constructor(server: Child, mostMemory: number) {
    const { pid } = server;
    this.#server = server;
    this.#mostMemory = mostMemory;
    this.#before = { resident: residentOf(pid).now, time: processorTime(pid) };
    this.#peak = this.#before.resident;
    this.#time = this.#before.time;
    forgetPeak(pid);
    this.#timer = setInterval(() => this.#look(), PAUSE);
  }

  get hasEnded(): boolean {
    const { exitCode, signalCode } = this.#server.process;
    return exitCode !== null || signalCode !== null;
  }

  /** Bytes that its resident memory has grown by, at its highest. */
  get growth(): number {
    this.#look();
    return this.#peak - this.#before.resident;
  }

  /** Milliseconds of processor time that it has used. */
  get time(): number {
    this.#look();
    return this.#time - this.#before.time;
  }

  #look(): void {
    const { pid } = this.#server;
    try {
      this.#time = processorTime(pid);
      const { now, peak } = residentOf(pid);
      // A process that is ending has no memory any more.
      if (peak > this.#peak) this.#peak = peak;
      if (now <= this.#mostMemory) return;
      this.isTooLarge = true;
      this.#server.process.kill('SIGKILL');
    } catch {
      // There is no such process any more.
    }
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}
