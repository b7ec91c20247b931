import { once } from 'node:events';
import { type AddressInfo, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { Exchange } from '../cases/exchange.ts';
import { text } from '../cases/script.ts';
import type { CaseSurroundings, TestCase } from '../cases/test-case.ts';
import { fieldValue, headLength, parseHead } from '../wire/http-head.ts';
import { PeerConnection } from '../wire/peer-connection.ts';
import { createGate, weightOf } from './case-load.ts';
import type { CaseResult } from './case-result.ts';
import { casesOfRun, matchesPattern } from './case-selection.ts';
import { createSurroundings, type FuzzingOptions } from './fuzzing-client.ts';
import { acceptAsServer, findRequestProblem } from './handshake.ts';
import { type CaseRun, recordCase, runExchangeCase } from './run-case.ts';

/** Settings of {@link startFuzzingServer}. */
export interface FuzzingServerOptions extends FuzzingOptions {
  /** Default: a free one. */
  readonly port?: number;
  /** Default: `127.0.0.1`. */
  readonly host?: string;
  /** Certificate and key in PEM; `wss://` when given. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Cases that are not run with agents whose name fits the pattern: agent pattern to case patterns. */
  readonly excludeForAgents?: Readonly<Record<string, readonly string[]>>;
  /** Called when a client asks for the reports (`/updateReports`). */
  readonly onUpdateReports?: (results: readonly CaseResult[]) => void | Promise<void>;
  /** Called when a client asks the server to stop: `/stopServer`, or `/updateReports` with `shutdownOnComplete=true`. */
  readonly onStop?: (results: readonly CaseResult[]) => void;
}

/** A fuzzing server at work. */
export interface FuzzingServer {
  readonly port: number;
  /** The cases in the order of their numbers, which begin with 1. */
  readonly cases: readonly TestCase[];
  /** What has been run so far; a case run again replaces its result. */
  readonly results: readonly CaseResult[];
  close(): Promise<void>;
}

/** Starts a server for clients under test: they fetch the number of cases, run each, and ask for the reports. */
export async function startFuzzingServer(options: FuzzingServerOptions = {}): Promise<FuzzingServer> {
  const cases = casesOfRun('client', options);
  const desk = new Desk(cases, options);
  const sockets = new Set<Socket>();
  const onSocket = (socket: Socket): void => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
    socket.setNoDelay(true);
    void desk.serve(new PeerConnection(socket, true));
  };
  const settings = { allowHalfOpen: true };
  const server: Server = options.tls
    ? createTlsServer({ ...settings, ...options.tls }, onSocket)
    : createTcpServer(settings, onSocket);
  server.listen(options.port ?? 0, options.host ?? '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    cases,
    get results() {
      return desk.results;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers what clients ask for, and keeps the results. */
class Desk {
  readonly #cases: readonly TestCase[];
  readonly #options: FuzzingServerOptions;
  readonly #surroundings: CaseSurroundings;
  readonly #results = new Map<string, CaseResult>();
  readonly #gate = createGate();
  // A client may ask for its results before the tester has seen the end of its last connection.
  readonly #running = new Set<Promise<void>>();

  constructor(cases: readonly TestCase[], options: FuzzingServerOptions) {
    this.#cases = cases;
    this.#options = options;
    this.#surroundings = createSurroundings(options);
  }

  get results(): CaseResult[] {
    const order = new Map(this.#cases.map(({ id }, i) => [id, i]));
    return [...this.#results.values()].sort((a, b) => order.get(a.id)! - order.get(b.id)!);
  }

  async serve(connection: PeerConnection): Promise<void> {
    const octets = await connection.readRaw(headLength, this.#surroundings.timing.timeout);
    if (octets === null) return connection.destroy();
    const head = parseHead(octets);
    const url = readTarget(head.startLine);
    if (url === null || findRequestProblem(head) !== null) return refuse(connection);
    connection.log.octets('peer', 'opening request', octets);
    const agent = url.searchParams.get('agent') ?? (fieldValue(head, 'user-agent') || 'client');
    const testCase = this.#find(url);
    if (url.pathname === '/runCase') {
      if (testCase === null) return refuse(connection);
      if (this.#isExcluded(agent, testCase)) return this.#say(connection, octets, null);
      const running = this.#run(agent, testCase, connection, octets);
      this.#running.add(running);
      await running;
      this.#running.delete(running);
      return;
    }
    const answer = await this.#answer(url, agent, testCase);
    if (answer === undefined) return refuse(connection);
    await this.#say(connection, octets, answer);
    if (asksToStop(url)) this.#options.onStop?.(this.results);
  }

  #find(url: URL): TestCase | null {
    const id = url.searchParams.get('casetuple');
    if (id !== null) return this.#cases.find(each => each.id === id) ?? null;
    return this.#cases[Number(url.searchParams.get('case')) - 1] ?? null;
  }

  #isExcluded(agent: string, { id }: TestCase): boolean {
    return Object.entries(this.#options.excludeForAgents ?? {}).some(
      ([name, patterns]) => matchesPattern(agent, name) && patterns.some(pattern => matchesPattern(id, pattern)),
    );
  }

  /** What to say to a question: text, null for nothing but a Close frame, undefined when it is none. */
  async #answer(url: URL, agent: string, testCase: TestCase | null): Promise<string | null | undefined> {
    switch (url.pathname) {
      case '/getCaseCount':
        return String(this.#cases.length);
      case '/getCaseInfo':
        return testCase === null ? undefined : JSON.stringify({ id: testCase.id, description: testCase.description });
      case '/getCaseStatus': {
        if (testCase === null) return undefined;
        await Promise.all(this.#running);
        const result = this.#results.get(`${agent} ${testCase.id}`);
        return JSON.stringify({ behavior: result?.behavior ?? null, behaviorClose: result?.behaviorClose ?? null });
      }
      case '/updateReports':
        await Promise.all(this.#running);
        await this.#options.onUpdateReports?.(this.results);
        return null;
      case '/stopServer':
        return null;
      default:
        return undefined;
    }
  }

  async #say(connection: PeerConnection, request: Buffer, answer: string | null): Promise<void> {
    await acceptAsServer(connection, request, undefined);
    const exchange = new Exchange(connection, this.#surroundings.timing);
    if (answer !== null) await exchange.send([text(answer)]);
    await exchange.finish();
  }

  async #run(agent: string, testCase: TestCase, connection: PeerConnection, request: Buffer): Promise<void> {
    const result = await recordCase(agent, testCase, true, () => this.#runCase(testCase, connection, request));
    connection.destroy();
    this.#results.set(`${agent} ${testCase.id}`, result);
    this.#options.onResult?.(result);
  }

  async #runCase(testCase: TestCase, connection: PeerConnection, request: Buffer): Promise<CaseRun> {
    if (testCase.kind === 'exchange') {
      const handshake = await acceptAsServer(connection, request, testCase.extension);
      // The client waits for its turn with an open connection: not every client waits long for the handshake.
      return this.#gate.run(weightOf(testCase), () =>
        runExchangeCase(testCase, connection, handshake, this.#surroundings),
      );
    }
    if (testCase.kind === 'server') throw new TypeError('a case about servers was asked of a client');
    const { headers } = parseHead(request);
    const client = { connection, headers, key: headers.get('sec-websocket-key')?.[0] ?? '' };
    const judged = await testCase.run(client, this.#surroundings);
    return {
      verdict: judged,
      connection,
      handshake: { request: request.toString('latin1'), response: '' },
      exchange: null,
    };
  }
}

function asksToStop({ pathname, searchParams }: URL): boolean {
  const isLast = /^(?:true|yes)$/i.test(searchParams.get('shutdownOnComplete') ?? '');
  return pathname === '/stopServer' || (pathname === '/updateReports' && isLast);
}

function readTarget(startLine: string): URL | null {
  const target = startLine.split(' ')[1] ?? '';
  return target.startsWith('/') && URL.canParse(`http://localhost${target}`)
    ? new URL(`http://localhost${target}`)
    : null;
}

async function refuse(connection: PeerConnection): Promise<void> {
  const body = 'A WebSocket test server: /getCaseCount, /getCaseInfo, /getCaseStatus, /runCase, /updateReports.\n';
  await connection.write(
    Buffer.from(
      `HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
    ),
  );
  connection.end();
}
