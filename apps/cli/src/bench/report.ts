import type { Paint } from '../terminal/paint.ts';
import type { LoadOptions, LoadResult } from './load.ts';
import { formatBar } from './progress-bar.ts';

const QUANTILES = [0.5, 0.9, 0.99, 0.999] as const;

/** The result as figures, for programs: milliseconds, messages and bytes. */
export function summarizeLoad(
  { latencies, openings, elapsed, failures, mismatches }: LoadResult,
  options: LoadOptions,
): object {
  const perSecond = elapsed === 0 ? 0 : (latencies.count / elapsed) * 1000;
  return {
    connections: openings.count,
    size: options.size,
    messages: latencies.count,
    elapsed: round(elapsed),
    messagesPerSecond: Math.round(perSecond),
    bytesPerSecond: Math.round(perSecond * options.size),
    latency: {
      min: round(latencies.minimum),
      mean: round(latencies.mean),
      ...Object.fromEntries(QUANTILES.map(share => [`p${share * 100}`, round(latencies.quantile(share))])),
      max: round(latencies.maximum),
    },
    opening: { p50: round(openings.quantile(0.5)), max: round(openings.maximum) },
    failures: failures.length,
    mismatches,
  };
}

/** The result for people, with the histogram. */
export function formatLoad(result: LoadResult, options: LoadOptions, paint: Paint): string {
  const { latencies, openings, elapsed, failures, mismatches } = result;
  const perSecond = elapsed === 0 ? 0 : (latencies.count / elapsed) * 1000;
  const quantiles = QUANTILES.map(share => `p${share * 100} ${time(latencies.quantile(share))}`);
  const lines = [
    `${paint.bold('connections')}  ${openings.count}, opened in ${time(openings.quantile(0.5))} each (at most ${time(openings.maximum)})`,
    `${paint.bold('messages')}     ${latencies.count} of ${options.size} bytes in ${(elapsed / 1000).toFixed(2)} s`,
    `${paint.bold('rate')}         ${Math.round(perSecond)} messages/s, ${bytes(perSecond * options.size)}/s each way`,
    `${paint.bold('latency')}      ${quantiles.join('  ')}  max ${time(latencies.maximum)}`,
    '',
    ...histogramLines(result, paint),
  ];
  if (mismatches > 0) lines.push('', paint.red(`${mismatches} answers are not what was sent: is it an echo server?`));
  if (failures.length > 0)
    lines.push('', paint.red(`${failures.length} connections failed; the first: ${failures[0]}`));
  return lines.join('\n');
}

function histogramLines({ latencies }: LoadResult, paint: Paint): string[] {
  const rows = latencies.rows();
  const most = Math.max(...rows.map(({ count }) => count));
  return rows.map(({ upTo, count }) => {
    const share = `${((count / latencies.count) * 100).toFixed(1)} %`;
    return `${`≤ ${time(upTo)}`.padStart(11)}  ${paint.cyan(formatBar(count / most, 40).padEnd(40))} ${share.padStart(7)}`;
  });
}

function round(value: number): number {
  return Math.round(value * 1000) / 1000;
}

/** `0.05 ms`, `12 ms`, `1.5 s`. */
function time(milliseconds: number): string {
  if (milliseconds >= 1000) return `${Number((milliseconds / 1000).toPrecision(3))} s`;
  return `${Number(milliseconds.toPrecision(milliseconds < 1 ? 2 : 3))} ms`;
}

function bytes(count: number): string {
  if (count < 1024) return `${Math.round(count)} B`;
  const [size, unit] = count < 1024 ** 2 ? [count / 1024, 'KiB'] : [count / 1024 ** 2, 'MiB'];
  return `${size.toFixed(1)} ${unit}`;
}
