/** What is fuzzed. */
export interface FuzzTarget {
  readonly name: string;
  /** Pieces that inputs are made of. */
  readonly dictionary: readonly string[];
  /** Inputs to begin with, in Latin-1. */
  readonly seeds: readonly string[];
  /** Reads an input. @throws when a promise of ours is broken */
  run(input: Uint8Array): void;
}

/** @throws Error with what was promised */
export function promise(isKept: boolean, what: string): asserts isKept {
  if (!isKept) throw new Error(what);
}

/** The same as text. */
export function same(one: unknown, other: unknown, what: string): void {
  const [a, b] = [JSON.stringify(one), JSON.stringify(other)];
  if (a !== b) throw new Error(`${what}: ${a} and ${b}`);
}

/** Cuts an input at places that follow from it. */
export function cut(input: Uint8Array): Uint8Array[] {
  const pieces: Uint8Array[] = [];
  let step = input.length;
  for (const byte of input) step = (step * 31 + byte) >>> 0;
  for (let at = 0; at < input.length; ) {
    step = (Math.imul(step, 1103515245) + 12345) >>> 0;
    const end = Math.min(input.length, at + 1 + ((step >>> 16) % ((step >>> 8) % 3 === 0 ? 40 : 3)));
    pieces.push(input.subarray(at, end));
    at = end;
  }
  return pieces;
}
