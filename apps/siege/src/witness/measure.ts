// One flood against one server: three processes, of which the flooders' is the least urgent, and the witness's the most.

import { setPriority } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { Child } from '../process/calls.ts';
import type { FloodOrder, FloodTally } from './flooder.ts';
import type { Api, Row } from './row.ts';
import type { ServerKind, ServerSetup } from './server.ts';
import { ServerWatch } from './server-watch.ts';
import type { Times } from './times.ts';

/** What is measured. */
export interface Trial {
  readonly row: Row;
  readonly api: Api;
  readonly limit: number;
  readonly flooders: number;
}

/** For how long, in milliseconds. */
export interface Durations {
  readonly baseline: number;
  readonly flood: number;
  /** How long answers are waited for when the flood is over. */
  readonly patience: number;
}

/** How a server came through. */
export type Fate = 'served' | 'late' | 'ended' | 'too large';

/** What became of the flood. */
export interface Flooded {
  /**
   * `late`: answers are missing; `ended`: the server is no more; `too large`: it was ended, since it took more memory than
   * it may.
   */
  readonly fate: Fate;
  /** What the witness has seen. */
  readonly flood: Times;
  /** Resident bytes of the server, at its highest, over what it was before. */
  readonly growth: number;
  /** Processor time of the server during the flood, in parts of one processor. */
  readonly busy: number;
  /** What the flooders could send, in bytes a second. */
  readonly rate: number;
  /** Messages a second that the application had; NaN where it is not known. */
  readonly messages: number;
  /** How often flooders were thrown out, by the code of the Close frame; 0: without one. */
  readonly ends: Readonly<Record<number, number>>;
}

/** What was measured. */
export interface Measurement extends Flooded {
  readonly row: string;
  readonly api: Api;
  readonly limit: number;
  readonly flooders: number;
  /** What the witness has seen before the flood, when the flooders were there already. */
  readonly baseline: Times;
}

/** Bundles of the processes. */
export interface Files {
  readonly server: string;
  readonly neighbour: string;
  readonly flooder: string;
}

/** The witness and the flooders, who stay for many trials. Each trial has a server of its own. */
export class Bench implements AsyncDisposable {
  readonly #files: Files;
  readonly #durations: Durations;
  /** The most resident bytes that a server may take. */
  readonly #mostMemory: number;
  readonly #neighbour: Child;
  readonly #flooder: Child;

  constructor(files: Files, durations: Durations, mostMemory: number) {
    this.#files = files;
    this.#durations = durations;
    this.#mostMemory = mostMemory;
    this.#neighbour = new Child(files.neighbour);
    this.#flooder = new Child(files.flooder);
    prioritize(this.#neighbour.pid, -10);
    prioritize(this.#flooder.pid, 10);
  }

  async run(trial: Trial): Promise<Measurement> {
    const { row, api, limit, flooders } = trial;
    const kind: ServerKind = row.subprotocol === undefined ? api : 'router';
    await using server = new Child(this.#files.server, [kind]);
    const setup: ServerSetup = { limit, extension: row.extension ?? null };
    const port = await server.ask<number>('listen', setup);
    await this.#neighbour.ask('open', { port, isCaller: kind === 'router' });
    const order: FloodOrder = { row: row.name, limit, flooders, port };
    await this.#flooder.ask('open', order);
    const baseline = await this.#watchFor(this.#durations.baseline);
    await server.ask('collect');
    const flooded = await this.#flood(server, baseline.answers);
    await this.#neighbour.ask('close');
    return { row: row.name, api, limit, flooders, baseline, ...flooded };
  }

  async #flood(server: Child, before: number): Promise<Flooded> {
    const seconds = this.#durations.flood / 1000;
    using watch = new ServerWatch(server, this.#mostMemory);
    await this.#flooder.ask('start');
    await this.#neighbour.ask('begin');
    await pause(this.#durations.flood);
    const busy = watch.time / this.#durations.flood;
    const { bytes, ends } = await this.#flooder.ask<FloodTally>('stop');
    const flood = await this.#neighbour.ask<Times>('end', this.#durations.patience);
    // Of a server that does not answer in time, the number is not worth waiting for; and one may end at any moment.
    const isWorthAsking = fateOf(watch, flood) === 'served';
    const messages = isWorthAsking ? await server.ask<number>('messages').catch(() => Number.NaN) : Number.NaN;
    const fate = fateOf(watch, flood);
    const served = messages - before - flood.answers;
    return { fate, flood, growth: watch.growth, busy, rate: bytes / seconds, messages: served / seconds, ends };
  }

  async #watchFor(milliseconds: number): Promise<Times> {
    await this.#neighbour.ask('begin');
    await pause(milliseconds);
    return this.#neighbour.ask<Times>('end', this.#durations.patience);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.#neighbour.kill(), this.#flooder.kill()]);
  }
}

function fateOf(watch: ServerWatch, flood: Times): Fate {
  if (watch.isTooLarge) return 'too large';
  if (watch.hasEnded) return 'ended';
  return flood.missing > 0 ? 'late' : 'served';
}

/** A smaller number is more urgent. Only some users may be more urgent than usual: the others do without. */
function prioritize(pid: number, priority: number): void {
  try {
    setPriority(pid, priority);
  } catch {
    // As urgent as all.
  }
}
