import { equalValues, show } from './assert.ts';
import { toHex } from './hex.ts';
import { seededRandom } from './seeded-random.ts';

/** Ways of {@link everySplit}. */
export interface EverySplitOptions {
  /** How many random splits into several pieces are tried, default 16. */
  readonly randomSplits?: number;
  /** Where the random splits start from, default 1. */
  readonly seed?: number;
}

type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };

/**
 * Proves that it makes no difference how bytes are cut on the way: runs `run` with all of them at once, cut in two at
 * each position, byte by byte (with empty pieces between), and cut at random, and compares what comes out.
 *
 * @param run gets the pieces in order, copies that it may change, and returns what it made of them; may be async, and
 * may throw, as long as it always throws the same
 * @returns what `run` returned for the uncut bytes, or throws what it threw
 * @throws Error naming the cut that gave something else
 * @example
 * everySplit(hex('81 05 48 65 6c 6c 6f'), chunks => {
 *   const calls: string[] = [];
 *   const decoder = new Decoder(payload => calls.push(toHex(payload)));
 *   for (const chunk of chunks) decoder.push(chunk);
 *   return calls;
 * });
 */
export function everySplit<Result>(
  bytes: Uint8Array,
  run: (chunks: Uint8Array[]) => Result,
  options: EverySplitOptions = {},
): Result {
  const cuts = allCuts(bytes.length, options);
  const attempt = (positions: readonly number[]): Outcome<Result> => outcomeOf(() => run(cut(bytes, positions)));
  const whole = attempt([]);
  if ('value' in whole && isPromise(whole.value)) {
    return compareAsync(whole.value, cuts, positions => run(cut(bytes, positions)) as Promise<unknown>) as Result;
  }
  for (const positions of cuts) compare(whole, attempt(positions), positions);
  return settle(whole);
}

async function compareAsync(
  first: Promise<unknown>,
  cuts: Iterable<readonly number[]>,
  run: (positions: readonly number[]) => Promise<unknown>,
): Promise<unknown> {
  const whole = await awaitOutcome(first);
  for (const positions of cuts) {
    const started = outcomeOf(() => run(positions));
    compare(whole, 'error' in started ? started : await awaitOutcome(started.value), positions);
  }
  return settle(whole);
}

/** The positions of each way to cut `length` bytes. */
function* allCuts(length: number, options: EverySplitOptions): Generator<readonly number[]> {
  for (let position = 0; position <= length; position++) yield [position];
  const each: number[] = [];
  for (let position = 1; position < length; position++) each.push(position);
  yield each;
  // Each position twice: an empty piece after each byte.
  yield each.flatMap(position => [position, position]);
  const random = seededRandom(options.seed);
  for (let i = 0; i < (options.randomSplits ?? 16); i++) {
    const density = random.below(7) + 2;
    yield each.filter(() => random.below(density) === 0);
  }
}

/** Copies, each in memory of its own (`slice` of a Node `Buffer` would be a view): what one does is not seen in another. */
function cut(bytes: Uint8Array, positions: readonly number[]): Uint8Array[] {
  const bounds = [0, ...positions, bytes.length];
  return bounds.slice(1).map((end, i) => new Uint8Array(bytes.subarray(bounds[i], end)));
}

function compare(whole: Outcome<unknown>, split: Outcome<unknown>, positions: readonly number[]): void {
  if (equalValues(whole, split)) return;
  const where = positions.length > 20 ? `${positions.slice(0, 20).join(', ')}, …` : positions.join(', ');
  const options = 'error' in split ? { cause: split.error } : {};
  throw new Error(`cut at ${where}: ${tell(split)} instead of ${tell(whole)}`, options);
}

function tell(outcome: Outcome<unknown>): string {
  if ('error' in outcome) return `threw ${show(outcome.error)}`;
  return outcome.value instanceof Uint8Array ? toHex(outcome.value) : show(outcome.value);
}

function outcomeOf<Result>(run: () => Result): Outcome<Result> {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

async function awaitOutcome(promise: Promise<unknown>): Promise<Outcome<unknown>> {
  try {
    return { value: await promise };
  } catch (error) {
    return { error };
  }
}

function settle<Result>(outcome: Outcome<Result>): Result {
  if ('error' in outcome) throw outcome.error;
  return outcome.value;
}

function isPromise(value: unknown): value is Promise<unknown> {
  return typeof (value as { then?: unknown } | null)?.then === 'function';
}
