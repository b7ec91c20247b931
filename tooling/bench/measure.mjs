// Comparing on a machine that is not quiet: every candidate runs in turn, round after round; medians are compared, and
// they are of processor time, which does not count while others have the processor.

/**
 * @param {Readonly<Record<string, (times: number) => void>>} candidates each runs its code so many times
 * @param {{ readonly rounds?: number, readonly milliseconds?: number }} [options] of measuring, for one candidate and round
 * @returns {Record<string, number>} nanoseconds per run, the median of all rounds
 */
export function measure(candidates, { rounds = 21, milliseconds = 3 } = {}) {
  const names = Object.keys(candidates);
  /** @type {Record<string, number>} */
  const times = {};
  /** @type {Record<string, number[]>} */
  const samples = {};
  for (const name of names) {
    const run = /** @type {(times: number) => void} */ (candidates[name]);
    for (let i = 0; i < 4; i++) run(3000);
    times[name] = Math.max(20, Math.round(3000 * (milliseconds / Math.max(elapsed(run, 3000), 0.01))));
    samples[name] = [];
  }
  for (let round = 0; round < rounds; round++) {
    for (const name of names) {
      const run = /** @type {(times: number) => void} */ (candidates[name]);
      const count = /** @type {number} */ (times[name]);
      samples[name]?.push((elapsed(run, count) * 1e6) / count);
    }
  }
  return Object.fromEntries(names.map(name => [name, median(samples[name] ?? [])]));
}

/** In milliseconds. @param {(times: number) => void} run @param {number} times */
function elapsed(run, times) {
  const before = process.cpuUsage();
  run(times);
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}

/** @param {readonly number[]} values */
function median(values) {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}

/** @param {number} nanoseconds */
export const show = nanoseconds => (nanoseconds < 100 ? nanoseconds.toFixed(1) : Math.round(nanoseconds).toString());

/**
 * A table in Markdown.
 * @param {readonly string[]} head @param {readonly (readonly string[])[]} rows
 */
export function table(head, rows) {
  const line = (/** @type {readonly string[]} */ cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
