// From samples to figures: medians over the rounds, and ratios taken within each round.

/**
 * @typedef {object} EntrySummary
 * @property {number} median Microseconds of CPU time per unit, or bytes of memory.
 * @property {number} low The smallest of all rounds.
 * @property {number} high
 * @property {number | null} perSecond
 * @property {number | null} p50 Microseconds.
 * @property {number | null} p99
 * @property {number | null} serverBusy Share of one CPU.
 * @property {number | null} generatorBusy
 * @property {number | null} bytesPerMessage Payload bytes of a reply on the wire.
 * @property {number[]} rounds
 *
 * @typedef {object} Ratio
 * @property {string} of
 * @property {string} to
 * @property {number} median
 * @property {number} low
 * @property {number} high
 * @property {number | null} atMost The budget.
 *
 * @typedef {object} ScenarioSummary
 * @property {string} name
 * @property {string} title
 * @property {string} unit
 * @property {boolean} isMemory
 * @property {boolean} inChart
 * @property {string} measured When, as an ISO date.
 * @property {Record<string, EntrySummary>} entries
 * @property {Ratio[]} ratios
 */

/** @param {readonly number[]} values @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** @param {readonly import('./runner.mjs').Sample[]} samples @returns {EntrySummary} */
function summarizeEntry(samples) {
  const figures = samples.map(sample => sample.figure);
  const middleOf = (
    /** @type {'perSecond' | 'p50' | 'p99' | 'serverBusy' | 'generatorBusy' | 'bytesPerMessage'} */ key,
  ) => {
    const values = samples.flatMap(sample => sample[key] ?? []);
    return values.length > 0 ? median(values) : null;
  };
  return {
    median: median(figures),
    low: Math.min(...figures),
    high: Math.max(...figures),
    perSecond: middleOf('perSecond'),
    p50: middleOf('p50'),
    p99: middleOf('p99'),
    serverBusy: middleOf('serverBusy'),
    generatorBusy: middleOf('generatorBusy'),
    bytesPerMessage: middleOf('bytesPerMessage'),
    rounds: figures,
  };
}

/**
 * @param {import('./runner.mjs').Measured['samples']} samples
 * @param {string} of
 * @param {string} to
 * @param {number | null} atMost
 * @returns {Ratio[]} Empty when one of the two is missing.
 */
function ratioOf(samples, of, to, atMost) {
  const above = samples[of] ?? [];
  const below = samples[to] ?? [];
  const ratios = above.flatMap((sample, round) => {
    const other = below[round];
    return other ? [sample.figure / other.figure] : [];
  });
  if (ratios.length === 0) return [];
  return [{ of, to, median: median(ratios), low: Math.min(...ratios), high: Math.max(...ratios), atMost }];
}

/**
 * @param {import('./runner.mjs').Measured} measured
 * @returns {ScenarioSummary}
 */
export function summarize({ scenario, samples }) {
  const { name, title, unit, mode, inChart, budgets } = scenario;
  const names = Object.keys(samples).filter(entry => (samples[entry]?.length ?? 0) > 0);
  const withBudget = budgets.flatMap(({ of, to, atMost }) => ratioOf(samples, of, to, atMost));
  // An entry under another load than the rest has no ratio to ws.
  const alike = new Set(scenario.entries.filter(entry => entry.connections === undefined).map(entry => entry.name));
  const others = names
    .filter(entry => alike.has(entry))
    .filter(entry => entry !== 'ws' && !withBudget.some(ratio => ratio.of === entry && ratio.to === 'ws'))
    .flatMap(entry => ratioOf(samples, entry, 'ws', null));
  return {
    name,
    title,
    unit,
    isMemory: mode === 'idle',
    inChart,
    measured: new Date().toISOString(),
    entries: Object.fromEntries(names.map(entry => [entry, summarizeEntry(samples[entry] ?? [])])),
    ratios: [...withBudget, ...others],
  };
}
