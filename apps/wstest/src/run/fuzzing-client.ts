import type { Timing } from '../cases/exchange.ts';
import type { CaseSurroundings, ServerUnderTest, TestCase } from '../cases/test-case.ts';
import { PeerConnection } from '../wire/peer-connection.ts';
import { createGate, weightOf } from './case-load.ts';
import type { CaseResult } from './case-result.ts';
import { type CaseSelection, casesOfRun } from './case-selection.ts';
import { dial, webSocketUrl } from './dial.ts';
import { openAsClient } from './handshake.ts';
import { readResidentMemory } from './peer-memory.ts';
import { type CaseRun, recordCase, runExchangeCase } from './run-case.ts';

/** Settings of both fuzzing modes. */
export interface FuzzingOptions extends CaseSelection {
  /** Long cases send less. Default: false. */
  readonly isQuick?: boolean;
  /** Milliseconds to wait for what a correct peer does. Default: 5000. */
  readonly timeout?: number;
  /** Milliseconds of the pauses inside cases. Default: 1000. */
  readonly pause?: number;
  /** The peer's process, for the cases that watch its memory; read anew in each of them. Default: unknown. */
  readonly peerPid?: number | null;
  /** Called after each case. */
  readonly onResult?: (result: CaseResult) => void;
}

/** Settings of {@link runFuzzingClient}. */
export interface FuzzingClientOptions extends FuzzingOptions {
  /** The server under test: `ws://` or `wss://`; certificates are not checked. */
  readonly url: string;
  /** Where it speaks HTTP/2, if not at `url` (RFC 8441). */
  readonly http2Url?: string;
  /** Its name in the reports. Default: its host and port. */
  readonly agent?: string;
  /** Cases at the same time. Default: 16. */
  readonly concurrency?: number;
  /** More header lines for the opening request, such as `Origin: https://example.com`. */
  readonly headers?: readonly string[];
}

/** Drives a server under test through the cases; the results come in the order of the case table. */
export async function runFuzzingClient(options: FuzzingClientOptions): Promise<CaseResult[]> {
  const url = webSocketUrl(options.url);
  const cases = casesOfRun('server', options);
  const agent = options.agent ?? url.host;
  const surroundings = createSurroundings(options);
  const results = await runConcurrently(cases, options.concurrency ?? 16, async testCase => {
    const result = await recordCase(agent, testCase, false, () => runOne(testCase, url, options, surroundings));
    options.onResult?.(result);
    return result;
  });
  return results;
}

/** How many cases a selection has for servers. */
export function countCases(selection: CaseSelection): number {
  return casesOfRun('server', selection).length;
}

/** What cases are told about the run. */
export function createSurroundings(options: FuzzingOptions): CaseSurroundings {
  const { isQuick = false, timeout = 5000, pause = 1000 } = options;
  const timing: Timing = { timeout, pause };
  const peerMemory = (): number | null => {
    const pid = options.peerPid ?? null;
    return pid === null ? null : readResidentMemory(pid);
  };
  return { timing, isQuick, peerMemory };
}

async function runOne(
  testCase: TestCase,
  url: URL,
  options: FuzzingClientOptions,
  surroundings: CaseSurroundings,
): Promise<CaseRun> {
  const target = { host: url.host, resource: url.pathname + url.search, headers: options.headers ?? [] };
  const connect = async (): Promise<PeerConnection> => new PeerConnection(await dial(url), false);
  if (testCase.kind === 'exchange') {
    const connection = await connect();
    const handshake = await openAsClient(connection, target, testCase.extension, surroundings.timing.timeout);
    return runExchangeCase(testCase, connection, handshake, surroundings);
  }
  if (testCase.kind === 'client') throw new TypeError('a case about clients was asked of a server');
  return runServerCase(
    testCase,
    { ...target, connect, connectHttp2: () => dial(webSocketUrl(options.http2Url ?? options.url), ['h2']) },
    surroundings,
  );
}

async function runServerCase(
  testCase: Extract<TestCase, { kind: 'server' }>,
  server: ServerUnderTest,
  surroundings: CaseSurroundings,
): Promise<CaseRun> {
  const connections: PeerConnection[] = [];
  const connect = async (): Promise<PeerConnection> => {
    const connection = await server.connect();
    connections.push(connection);
    return connection;
  };
  try {
    const judged = await testCase.run({ ...server, connect }, surroundings);
    return { verdict: judged, connection: connections[0] ?? null, handshake: null, exchange: null };
  } finally {
    for (const connection of connections) connection.destroy();
  }
}

/** Works on up to `width` cases at a time, the light ones first. */
async function runConcurrently(
  cases: readonly TestCase[],
  width: number,
  work: (testCase: TestCase) => Promise<CaseResult>,
): Promise<CaseResult[]> {
  const results = new Map<string, CaseResult>();
  const queue = [...cases].sort((a, b) => weightOf(a) - weightOf(b)).values();
  const gate = createGate();
  const worker = async (): Promise<void> => {
    for (const testCase of queue) results.set(testCase.id, await gate.run(weightOf(testCase), () => work(testCase)));
  };
  await Promise.all(Array.from({ length: Math.max(1, width) }, worker));
  return cases.map(({ id }) => results.get(id)!);
}
