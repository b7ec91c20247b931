import { equalValues, show } from './assert.ts';
import { toHex } from './hex.ts';
import { seededRandom } from './seeded-random.ts';

/** Options of {@link everySplit}. */
export interface EverySplitOptions {
  /** Number of random splits into several pieces. Default 16. */
  readonly randomSplits?: number;
  /** Seed of the random splits. Default 1. */
  readonly seed?: number;
}

type Outcome<Result> = { readonly value: Result } | { readonly error: unknown };

/**
 * Proves that the way in which bytes are cut makes no difference. Calls `run` with all bytes at once, with two pieces cut at
 * each position, byte by byte (with empty pieces between), and with random cuts, and compares the results.
 *
 * @param run gets the pieces in order, as copies that it may change, and returns its result. It may be async, and may throw,
 * as long as it always throws the same error.
 * @returns the result of `run` for the uncut bytes; if `run` threw for these, the same error is thrown
 * @throws Error that names the cut with a different result
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

/** Yields the cut positions of each way to cut `length` bytes. */
function* allCuts(length: number, options: EverySplitOptions): Generator<readonly number[]> {
  for (let position = 0; position <= length; position++) yield [position];
  const each: number[] = [];
  for (let position = 1; position < length; position++) each.push(position);
  yield each;
  // Each position is used twice, which gives an empty piece after each byte.
  yield each.flatMap(position => [position, position]);
  const random = seededRandom(options.seed);
  for (let i = 0; i < (options.randomSplits ?? 16); i++) {
    const density = random.below(7) + 2;
    yield each.filter(() => random.below(density) === 0);
  }
}

/**
 * Copies the pieces, each into memory of its own, so that changes in one do not show in another. (`slice` of a Node `Buffer`
 * would be a view.)
 */
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
