// Many connections for a long time: nothing may be lost, and nothing may grow.

import { createHistogram, type RecordableHistogram } from 'node:perf_hooks';
import { Child } from '../process/calls.ts';
import type { SideFigures } from './server.ts';
import { Traffic } from './traffic.ts';
import { visit } from './visitor.ts';

/** What a soak is told. */
export interface SoakOptions {
  /** The bundled server. */
  readonly serverFile: string;
  /** From when all connections are open. */
  readonly seconds: number;
  readonly connections: number;
  /** Messages per second, over all connections; less where the machine does not give more. */
  readonly rate: number;
  readonly seed: number;
  /** Told of each period as it ends. */
  onPeriod?(period: Period): void;
}

/** A minute of it (of short soaks a quarter). Times in milliseconds, sizes in bytes. */
export interface Period {
  /** When it ended, after the start. */
  readonly seconds: number;
  readonly messages: number;
  readonly bytes: number;
  readonly visits: number;
  readonly median: number;
  readonly p99: number;
  readonly worst: number;
  readonly server: SideFigures;
  readonly client: { readonly resident: number; readonly heap: number };
}

/** What came of it. */
export interface SoakResult {
  readonly periods: readonly Period[];
  readonly messages: number;
  readonly bytes: number;
  readonly visits: number;
  /** What was not as it must be, at most 20; none, in a good run. */
  readonly failures: readonly string[];
  /** The server after the last connection. */
  readonly rest: SideFigures;
}

/** Bursts have 1 to 8 messages. */
const MEAN_BURST = 4.5;

const MEAN_BURSTS_PER_VISIT = 30;

/** Runs a soak. */
export async function soak(options: SoakOptions): Promise<SoakResult> {
  await using server = new Child(options.serverFile);
  const running = new RunningSoak(options, server, await server.ask<number>('port'));
  return await running.run();
}

class RunningSoak {
  readonly #options: SoakOptions;
  readonly #server: Child;
  readonly #url: string;
  readonly #traffic: Traffic;
  readonly #failures: string[] = [];
  readonly #periods: Period[] = [];
  #latency: RecordableHistogram = createHistogram();
  #messages = 0;
  #bytes = 0;
  #visits = 0;
  #opened = 0;
  #onAllOpen: () => void = () => {};
  #isOver = false;

  constructor(options: SoakOptions, server: Child, port: number) {
    this.#options = options;
    this.#server = server;
    this.#url = `ws://127.0.0.1:${port}/`;
    this.#traffic = new Traffic(options.seed);
  }

  async run(): Promise<SoakResult> {
    const { seconds, connections } = this.#options;
    const allOpen = new Promise<void>(resolve => {
      this.#onAllOpen = resolve;
    });
    const visitors = Array.from({ length: connections }, (_, i) => this.#comeAndGo(i));
    await allOpen;
    const began = performance.now();
    this.#latency = createHistogram();
    const length = Math.min(60, seconds / 4);
    for (let end = length; end <= seconds + 0.001; end += length) {
      await wait(began + end * 1000 - performance.now());
      await this.#endPeriod((performance.now() - began) / 1000);
    }
    this.#isOver = true;
    await Promise.all(visitors);
    const rest = await this.#rest();
    const total = (name: 'messages' | 'bytes' | 'visits'): number =>
      this.#periods.reduce((sum, period) => sum + period[name], 0);
    return {
      periods: this.#periods,
      messages: total('messages') + this.#messages,
      bytes: total('bytes') + this.#bytes,
      visits: total('visits') + this.#visits,
      failures: this.#failures,
      rest,
    };
  }

  /** The server when everybody has left. The last may be under way still: it gets some time. */
  async #rest(): Promise<SideFigures> {
    let rest = await this.#server.ask<SideFigures>('measure');
    for (let i = 0; i < 100 && rest.connections > 0; i++) {
      await wait(20);
      rest = await this.#server.ask<SideFigures>('measure');
    }
    return rest;
  }

  /** Visits, one after the other. */
  async #comeAndGo(index: number): Promise<void> {
    const { connections, rate } = this.#options;
    const { random } = this.#traffic;
    const pause = (connections * MEAN_BURST * 1000) / rate;
    // Not all at once: nobody comes that way.
    await wait((index * Math.min(pause, 5000)) / connections);
    const journey = {
      url: this.#url,
      traffic: this.#traffic,
      listener: {
        onOpen: () => {
          if (++this.#opened === connections) this.#onAllOpen();
        },
        onEcho: (latency: number, bytes: number) => this.#onEcho(latency, bytes),
        onFailure: (failure: string) => this.#onFailure(failure),
      },
      pause: () => (this.#isOver ? 0 : random.below(2 * pause)),
      goesOn: () => !this.#isOver,
    };
    while (!this.#isOver) {
      try {
        await visit(journey, 1 + random.below(2 * MEAN_BURSTS_PER_VISIT));
        this.#visits++;
      } catch (error) {
        this.#onFailure(String(error));
      }
    }
  }

  #onEcho(latency: number, bytes: number): void {
    this.#messages++;
    this.#bytes += bytes;
    this.#latency.record(Math.max(1, Math.round(latency * 1000)));
  }

  #onFailure(failure: string): void {
    if (this.#failures.length < 20) this.#failures.push(failure);
  }

  async #endPeriod(seconds: number): Promise<void> {
    const server = await this.#server.ask<SideFigures>('measure');
    globalThis.gc?.();
    globalThis.gc?.();
    const { rss, heapUsed, external } = process.memoryUsage();
    const latency = this.#latency;
    const period: Period = {
      seconds,
      messages: this.#messages,
      bytes: this.#bytes,
      visits: this.#visits,
      median: latency.percentile(50) / 1000,
      p99: latency.percentile(99) / 1000,
      worst: latency.max / 1000,
      server,
      client: { resident: rss, heap: heapUsed + external },
    };
    this.#periods.push(period);
    this.#messages = this.#bytes = this.#visits = 0;
    this.#latency = createHistogram();
    this.#options.onPeriod?.(period);
  }
}

function wait(milliseconds: number): Promise<void> {
  return new Promise(resolve => {
    setTimeout(resolve, Math.max(0, milliseconds));
  });
}
