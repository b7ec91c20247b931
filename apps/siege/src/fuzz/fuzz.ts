// Coverage-guided fuzzing: inputs that reach a block which none did before are kept, and changed further.

import { type SeededRandom, seededRandom } from '@ws/testkit';
import type { Coverage } from './coverage.ts';
import { mutate, pick } from './streams.ts';
import type { FuzzTarget } from './targets/target.ts';

/** An input that a promise was broken by. */
export interface Crash {
  readonly input: Buffer;
  readonly message: string;
}

/** What a run has found. */
export interface FuzzResult {
  readonly target: string;
  readonly runs: number;
  /** Blocks that were reached. */
  readonly blocks: number;
  /** Inputs that each reached something that those before did not. */
  readonly inputs: readonly Buffer[];
  readonly crashes: readonly Crash[];
}

/** How to fuzz. */
export interface FuzzOptions {
  readonly target: FuzzTarget;
  readonly coverage: Coverage;
  /** Inputs to begin with. */
  readonly corpus: readonly Buffer[];
  readonly seed: number;
  /** In bytes. */
  readonly maxLength?: number;
  /** Whether to go on; asked after each batch. */
  goesOn(): boolean;
}

/** Between two looks at the clock. */
const BATCH = 16;

/** Fuzzes one target. */
export async function fuzz(options: FuzzOptions): Promise<FuzzResult> {
  const { target, coverage, seed, maxLength = 4096 } = options;
  const random = seededRandom(seed);
  const inputs: Buffer[] = [];
  const crashes = new Map<string, Crash>();
  let runs = 0;
  const run = (input: Buffer): void => {
    runs++;
    coverage.reset();
    const message = failureOf(target, input);
    // An input that reaches something new is kept.
    if (coverage.hasNews()) inputs.push(input);
    if (message === null) return;
    const kind = message.split(':')[0]!;
    if (!crashes.has(kind)) {
      const isSame = (candidate: Buffer): boolean => failureOf(target, candidate)?.split(':')[0] === kind;
      crashes.set(kind, { input: minimize(input, isSame), message });
    }
  };
  const known = [...options.corpus, ...target.seeds.map(text => Buffer.from(text, 'latin1'))];
  known.sort((a, b) => a.length - b.length);
  for (const input of known) run(input);
  while (options.goesOn()) {
    for (let i = 0; i < BATCH; i++) run(change(target, inputs, random).subarray(0, maxLength));
    // What waits on promises goes on, and is gone: else an hour's connections are all held.
    await new Promise(setImmediate);
  }
  return { target: target.name, runs, blocks: coverage.size, inputs, crashes: [...crashes.values()] };
}

/** What is wrong with an input; `null`: nothing. */
export function failureOf(target: FuzzTarget, input: Uint8Array): string | null {
  try {
    target.run(Uint8Array.from(input));
    return null;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

function change(target: FuzzTarget, inputs: readonly Buffer[], random: SeededRandom): Buffer {
  let input = inputs.length === 0 ? Buffer.alloc(0) : pick(random, inputs);
  if (random.below(5) === 0) {
    const other = pick(random, inputs);
    input = Buffer.concat([
      input.subarray(0, random.below(input.length + 1)),
      other.subarray(random.below(other.length + 1)),
    ]);
  }
  for (let i = random.below(4); i > 0; i--) {
    const word = Buffer.from(pick(random, target.dictionary), 'latin1');
    const at = random.below(input.length + 1);
    const end = random.below(2) === 0 ? at : at + random.below(word.length + 4);
    input = Buffer.concat([input.subarray(0, at), word, input.subarray(end)]);
  }
  return random.below(3) === 0 ? input : mutate(input, random);
}

/** As few and as short inputs as run every block that the given ones run. */
export function distill(target: FuzzTarget, coverage: Coverage, inputs: readonly Buffer[]): Buffer[] {
  const ran = (input: Buffer): Set<number> => {
    coverage.reset();
    failureOf(target, input);
    return new Set(coverage.ran());
  };
  const reached = new Set<number>();
  const kept: Buffer[] = [];
  for (const input of [...inputs].sort((a, b) => a.length - b.length)) {
    const fresh = [...ran(input)].filter(block => !reached.has(block));
    if (fresh.length === 0) continue;
    const shortest = minimize(input, candidate => {
      const blocks = ran(candidate);
      return fresh.every(block => blocks.has(block));
    });
    for (const block of ran(shortest)) reached.add(block);
    kept.push(shortest);
  }
  return kept;
}

/** Leaves out what is not needed. */
function minimize(input: Buffer, isEnough: (candidate: Buffer) => boolean): Buffer {
  let smallest = input;
  for (let size = Math.max(1, input.length >> 1); size >= 1; size >>= 1) {
    for (let at = 0; at < smallest.length; ) {
      const shorter = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + size)]);
      if (isEnough(shorter)) smallest = shorter;
      else at += size;
    }
  }
  return smallest;
}
