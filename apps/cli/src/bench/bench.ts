import type { Command } from 'commander';
import { addClientOptions, type ClientValues, createClient } from '../client-options.ts';
import { ExitStatus } from '../exit-status.ts';
import type { Io } from '../io.ts';
import { escapeControls } from '../terminal/escape.ts';
import { createPaint } from '../terminal/paint.ts';
import { byteSize, milliseconds, wholeNumber } from '../values.ts';
import { Load, type LoadOptions } from './load.ts';
import { showProgress } from './progress-bar.ts';
import { formatLoad, summarizeLoad } from './report.ts';

interface BenchValues extends ClientValues {
  readonly connections: number;
  readonly duration: number;
  readonly count: number;
  readonly size: number;
  readonly pipeline: number;
  readonly text?: true;
  readonly json?: true;
}

const DEFAULT_DURATION = 5000;

/** Describes `wsc bench` to commander. */
export function addBenchOptions(command: Command): Command {
  return addClientOptions(command)
    .option('-c, --connections <n>', 'connections at the same time', wholeNumber(1), 10)
    .option('-d, --duration <ms>', 'how long (default 5000, unless --count is given)', milliseconds, 0)
    .option('-n, --count <n>', 'messages in all', wholeNumber(1), 0)
    .option('-b, --size <bytes>', 'size of a message', byteSize, 64)
    .option('-P, --pipeline <n>', 'messages that each connection has under way', wholeNumber(1), 1)
    .option('--text', 'send text messages, not binary ones')
    .option('--json', 'the result as JSON');
}

/** `wsc bench URL`: how fast an echo server answers. */
export async function bench(target: string, values: BenchValues, io: Io): Promise<number> {
  const { connections, size, pipeline, count, duration } = values;
  const options: LoadOptions = {
    connections,
    size,
    pipeline,
    isText: values.text === true,
    count: count === 0 ? Number.POSITIVE_INFINITY : count,
    duration: duration > 0 ? duration : count === 0 ? DEFAULT_DURATION : Number.POSITIVE_INFINITY,
  };
  const client = createClient(target, { ...values, maxSize: Math.max(values.maxSize, size) }, io);
  const load = new Load(options);
  io.interrupted.addEventListener('abort', () => load.stop());
  const endProgress = showProgress(io, () => [load.progress, `${load.latencies.count} messages`]);
  const result = await load.run(client).finally(endProgress);
  const paint = createPaint(io.stdout, io.env);
  // Reasons are the server's words; the colours around them are ours.
  const failures = result.failures.map(text => escapeControls(text));
  const report = values.json
    ? JSON.stringify(summarizeLoad(result, options), null, 2)
    : formatLoad({ ...result, failures }, options, paint);
  io.stdout.write(`${report}\n`);
  return failures.length > 0 || result.mismatches > 0 ? ExitStatus.FAILED : ExitStatus.OK;
}
