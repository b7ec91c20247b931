/** Which tests run: the quick ones, or all of them. */
export type Tier = 'quick' | 'all';

/**
 * The tier of this run. `npm test` sets `WS_TIER`; whoever starts the runner by hand gets every test, so that any file can
 * be named.
 */
export const TIER: Tier = process.env.WS_TIER === 'quick' ? 'quick' : 'all';

/** What a quick run leaves out. A test that is quick itself, but tries many inputs, asks `inject('tier')` how many. */
export const LONG_TESTS = '**/*.long.test.ts';

declare module 'vitest' {
  interface ProvidedContext {
    tier: Tier;
  }
}
