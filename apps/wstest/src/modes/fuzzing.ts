import { readFileSync } from 'node:fs';
import { isFailure } from '../cases/verdict.ts';
import type { CommandLine } from '../cli-options.ts';
import { formatSummary, Progress } from '../report/terminal.ts';
import { writeReports } from '../report/write-reports.ts';
import type { CaseResult } from '../run/case-result.ts';
import { matchesPattern } from '../run/case-selection.ts';
import { dial, webSocketUrl } from '../run/dial.ts';
import { countCases, type FuzzingOptions, runFuzzingClient } from '../run/fuzzing-client.ts';
import { type FuzzingServer, startFuzzingServer } from '../run/fuzzing-server.ts';
import { readSpec, type ServerSpec, type Spec } from '../run/spec-file.ts';

type ServerUnderSpec = ServerSpec & { readonly http2Url?: string };

/** Tests one server or those of the spec file; true when none failed. */
export async function fuzzServers(line: CommandLine): Promise<boolean> {
  const spec = specOf(line);
  const url = line.text('url');
  const servers: readonly ServerUnderSpec[] =
    url === null ? (spec.servers ?? []) : [{ url, ...agentOf(line), ...http2Of(line) }];
  if (servers.length === 0) throw new TypeError('fuzzingclient needs --url, or servers in --spec');
  const results: CaseResult[] = [];
  let isReachable = true;
  // What makes no sense is said before anything is tested.
  const urls = servers.map(server => webSocketUrl(server.url));
  countCases(fuzzingOptions(line, spec));
  for (const [i, server] of servers.entries()) {
    const problem = await findConnectionProblem(urls[i]!);
    if (problem !== null) {
      process.stderr.write(`${server.agent ?? server.url}: no connection: ${problem}\n`);
      isReachable = false;
      continue;
    }
    const { origin, ...where } = server;
    const options = {
      ...fuzzingOptions(line, spec),
      ...where,
      headers: [...(origin === undefined ? [] : [`Origin: ${origin}`]), ...line.headers],
      concurrency: line.number('concurrency', 16),
    };
    const exclude = [...(options.exclude ?? []), ...excludedFor(spec, server.agent ?? '')];
    const progress = new Progress(process.stderr, countCases({ ...options, exclude }));
    results.push(...(await runFuzzingClient({ ...options, exclude, onResult: result => progress.add(result) })));
  }
  if (results.length > 0) await report(line, spec, results);
  return isReachable && !results.some(isFailure);
}

/** Why a server cannot be reached, or null: better said once than for each case. */
async function findConnectionProblem(url: URL): Promise<string | null> {
  try {
    (await dial(url)).destroy();
    return null;
  } catch (error) {
    return (error as Error).message;
  }
}

/** Starts the server that clients under test connect to. */
export async function fuzzClients(line: CommandLine): Promise<FuzzingServer> {
  const spec = specOf(line);
  const address = spec.url === undefined ? null : new URL(spec.url);
  const [cert, key] = [line.text('cert') ?? spec.cert, line.text('key') ?? spec.key];
  if ((cert === undefined) !== (key === undefined)) throw new TypeError('--cert and --key go together');
  return startFuzzingServer({
    ...fuzzingOptions(line, spec),
    port: line.number('port', Number(address?.port || 9001)),
    host: line.text('host') ?? address?.hostname ?? '127.0.0.1',
    ...(cert !== undefined && key !== undefined ? { tls: { cert: readFileSync(cert), key: readFileSync(key) } } : {}),
    excludeForAgents: spec['exclude-agent-cases'] ?? {},
    onUpdateReports: results => report(line, spec, results),
    onStop: results => process.exit(results.some(isFailure) ? 1 : 0),
  });
}

async function report(line: CommandLine, spec: Spec, results: readonly CaseResult[]): Promise<void> {
  const folder = line.text('outdir') ?? spec.outdir ?? 'reports';
  await writeReports(folder, results);
  process.stdout.write(`${formatSummary(results)}Reports: ${folder}/index.html\n`);
}

function fuzzingOptions(line: CommandLine, spec: Spec): FuzzingOptions {
  const pid = line.number('peer-pid', 0);
  return {
    cases: line.list('cases') ?? spec.cases ?? ['*'],
    exclude: line.list('exclude') ?? spec['exclude-cases'] ?? [],
    isQuick: line.isQuick,
    timeout: line.number('timeout', 5000),
    pause: line.number('pause', 1000),
    peerPid: pid === 0 ? null : pid,
  };
}

function specOf(line: CommandLine): Spec {
  const file = line.text('spec');
  return file === null ? {} : readSpec(file);
}

function agentOf(line: CommandLine): { agent?: string } {
  const agent = line.text('agent');
  return agent === null ? {} : { agent };
}

function http2Of(line: CommandLine): { http2Url?: string } {
  const http2Url = line.text('http2-url');
  return http2Url === null ? {} : { http2Url };
}

function excludedFor(spec: Spec, agent: string): readonly string[] {
  const patterns = Object.entries(spec['exclude-agent-cases'] ?? {});
  return patterns.filter(([name]) => matchesPattern(agent, name)).flatMap(([, cases]) => cases);
}
