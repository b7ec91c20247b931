/** How long answers took, in milliseconds. */
export interface Times {
  readonly answers: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  /** How many did not come: the time is counted for which they were waited for. */
  readonly missing: number;
}

/** @param missing how many of the latencies are of answers that did not come */
export function timesOf(latencies: readonly number[], missing: number): Times {
  const sorted = [...latencies].sort((a, b) => a - b);
  const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;
  return { answers: sorted.length - missing, p50: at(0.5), p99: at(0.99), max: at(1), missing };
}

/** The middle one; of an even number the lower. */
export function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[(values.length - 1) >> 1] ?? Number.NaN;
}
