// Runs floods against a server in a process of its own, while a witness in another is served.

import { Child } from '../process/calls.ts';
import { forgetPeak, processorTime, residentOf } from '../process/memory.ts';
import type { Flood, Target } from './floods.ts';
import type { Broadcast, BroadcastResult, Ending, Testimony } from './server.ts';

/** What a flood has come to. */
export interface FloodResult {
  readonly name: string;
  readonly count: number;
  readonly offenders: number;
  readonly verdict: string;
  /** Resident memory of the server, at its highest, over what it was before; in bytes. */
  readonly growth: number;
  /** What it may be. */
  readonly bound: number;
  /** What the server needed the processor for, in milliseconds. */
  readonly processorTime: number;
  readonly witness: Testimony;
}

/** Bytes that may be garbage before it is collected: of the process, whoever made it. */
const GARBAGE = 48 * 2 ** 20;

/** A server and a witness, for one flood after the other. */
export class Siege implements AsyncDisposable {
  readonly #server: Child;
  readonly #witness: Child;

  /** @param file the bundle of `flood/server.ts` */
  constructor(file: string) {
    this.#server = new Child(file, ['server']);
    this.#witness = new Child(file, ['witness']);
  }

  async run(flood: Flood, isShort: boolean): Promise<FloodResult> {
    const count = flood.counts[isShort ? 1 : 0];
    const options = { ...flood.options, ...(isShort ? flood.shortOptions : {}) };
    const port = await this.#server.ask<number>('listen', options);
    await this.#witness.ask('begin', port);
    await this.#server.ask('collect');
    const { pid } = this.#server;
    const before = residentOf(pid).now;
    const usedBefore = processorTime(pid);
    forgetPeak(pid);
    const verdict = await flood.attack(this.#target(port), count);
    const growth = residentOf(pid).peak - before;
    const witness = await this.#witness.ask<Testimony>('end');
    const offenders = flood.offenders(count);
    const bound = GARBAGE + offenders * flood.bound;
    const used = processorTime(pid) - usedBefore;
    return { name: flood.name, count, offenders, verdict, growth, bound, processorTime: used, witness };
  }

  #target(port: number): Target {
    const server = this.#server;
    return {
      port,
      witness: () => this.#witness.ask('next'),
      broadcast: (count, size, dropIfBusy) =>
        server.ask<BroadcastResult>('broadcast', { port, count, size, dropIfBusy } satisfies Broadcast & {
          port: number;
        }),
      endings: async () =>
        (await server.ask<Ending[]>('endings', port)).map(({ localCode, timeout }) =>
          localCode === null ? `timeout ${timeout}` : `closed with ${localCode}`,
        ),
      count: () => server.ask<number>('count', port),
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#server.kill(), this.#witness.kill()]);
  }
}
