import type { World } from './world.ts';

/** A fault. */
export interface Scenario {
  readonly name: string;
  /** Resolves when all connections have ended. */
  run(world: World): Promise<void>;
}

/** What came of it. */
export interface Outcome {
  readonly name: string;
  /** A line for each connection of ours, and for each attempt that failed. */
  readonly ends: readonly string[];
}
