import { readFileSync } from 'node:fs';
import { describe, expect, inject, test } from 'vitest';
import {
  compareExpectations,
  type Expectation,
  runFuzzingClient,
  runTesteeClient,
  startFuzzingServer,
  startTesteeServer,
  summarizeResults,
} from '../src/index.ts';
import { casesOfRun } from '../src/run/case-selection.ts';

/** These wait for a timeout of the server; they are left to the conformance run. */
const SLOW = ['26.7', '26.8'];
/** What takes most of the time: volume, floods, and hundreds of compressed conversations, of which some of a kind stay. */
const LONG = ['9.*', '12.2.*', '12.3.*', '12.4.*', '12.5.*', '13.2.*', '13.4.*', '13.6.*', '26.*'];
const LEFT_OUT = inject('tier') === 'quick' ? [...SLOW, ...LONG] : SLOW;
const QUICK = { isQuick: true, pause: 1000, timeout: 40_000, exclude: LEFT_OUT };

/** What the conformance run expects, without the cases that are left out here. */
function expectedOf(role: 'client' | 'server'): Expectation {
  const text = readFileSync(new URL(`../expected/ours-${role}.json`, import.meta.url), 'utf8');
  const { cases, others } = JSON.parse(text) as Expectation;
  const left = casesOfRun(role, {}).length - casesOfRun(role, { exclude: LEFT_OUT }).length;
  return { cases: cases - left, others };
}

describe.concurrent('our own implementation, shortened cases', () => {
  test('the server passes every case', async () => {
    const server = await startTesteeServer();
    const results = await runFuzzingClient({
      ...QUICK,
      url: `ws://127.0.0.1:${server.port}/`,
      http2Url: `ws://127.0.0.1:${server.http2Port}/`,
      concurrency: 32,
    });
    await server.close();
    expect(compareExpectations(expectedOf('server'), summarizeResults(results))).toEqual([]);
  }, 120_000);

  test('the client passes every case', async () => {
    const server = await startFuzzingServer(QUICK);
    await runTesteeClient({ url: `ws://127.0.0.1:${server.port}`, concurrency: 32 });
    const actual = summarizeResults(server.results);
    await server.close();
    expect(compareExpectations(expectedOf('client'), actual)).toEqual([]);
  }, 120_000);
});
