import { Exchange } from '../cases/exchange.ts';
import type { CaseSurroundings, ExchangeCase, TestCase } from '../cases/test-case.ts';
import { type Verdict, verdict } from '../cases/verdict.ts';
import type { PeerConnection } from '../wire/peer-connection.ts';
import type { CaseResult } from './case-result.ts';
import type { HandshakeOutcome } from './handshake.ts';

/** What a run of a case came to, beside the verdict. */
export interface CaseRun {
  readonly verdict: Verdict;
  readonly connection: PeerConnection | null;
  readonly handshake: Pick<HandshakeOutcome, 'request' | 'response'> | null;
  readonly exchange: Exchange | null;
  /** When the case itself began, on the clock of `performance.now()`; absent: with the run. */
  readonly began?: number;
}

/** Runs a case over a connection whose opening handshake is done. */
export async function runExchangeCase(
  testCase: ExchangeCase,
  connection: PeerConnection,
  handshake: HandshakeOutcome,
  surroundings: CaseSurroundings,
): Promise<CaseRun> {
  const exchange = new Exchange(connection, surroundings.timing);
  if (handshake.problem !== null) {
    connection.destroy();
    return { verdict: verdict('FAILED', `Opening handshake: ${handshake.problem}.`), connection, handshake, exchange };
  }
  if (handshake.isUnimplemented) {
    await exchange.finish();
    const name = testCase.extension?.name ?? 'the extension';
    return { verdict: verdict('UNIMPLEMENTED', `The peer did not agree to ${name}.`), connection, handshake, exchange };
  }
  const began = performance.now();
  return { verdict: await testCase.run(exchange, surroundings), connection, handshake, exchange, began };
}

/** Runs `run`, takes the time and puts everything into one record. Trouble in the tester itself is a failure too. */
export async function recordCase(
  agent: string,
  testCase: TestCase,
  testerIsServer: boolean,
  run: () => Promise<CaseRun>,
): Promise<CaseResult> {
  const { id, description, expectation } = testCase;
  const startedAt = new Date();
  const began = performance.now();
  let done: CaseRun;
  try {
    done = await run();
  } catch (error) {
    done = { verdict: verdict('FAILED', (error as Error).message), connection: null, handshake: null, exchange: null };
  }
  const close = done.exchange?.closing.peerClose ?? null;
  return {
    agent,
    id,
    description,
    expectation,
    testerIsServer,
    startedAt,
    duration: Math.round(performance.now() - (done.began ?? began)),
    ...done.verdict,
    remoteCloseCode: close?.code ?? null,
    remoteCloseReason: close === null || close.code === null ? null : close.reason,
    httpRequest: done.handshake?.request ?? '',
    httpResponse: done.handshake?.response ?? '',
    closing: done.exchange?.closing ?? null,
    log: done.connection?.log ?? null,
  };
}
