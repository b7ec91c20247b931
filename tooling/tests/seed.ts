import { randomInt } from 'node:crypto';

/**
 * The seed of this run, for tests that try other random inputs each time. The reporter prints it; a run with
 * `WS_SEED=<seed>` tries the same inputs again. It is kept in the environment, so that all parts of the runner have the
 * same one.
 */
process.env.WS_SEED ??= String(randomInt(2 ** 32));
export const SEED: number = Number(process.env.WS_SEED);

declare module 'vitest' {
  interface ProvidedContext {
    seed: number;
  }
}
