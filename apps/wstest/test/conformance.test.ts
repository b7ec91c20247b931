import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import {
  compareExpectations,
  type Expectation,
  runFuzzingClient,
  runTesteeClient,
  startFuzzingServer,
  startTesteeServer,
  summarizeResults,
} from '../src/index.ts';

/** These wait for a timeout of the server; they are left to the whole run. */
const SLOW = ['26.7', '26.8'];
const QUICK = { isQuick: true, pause: 1000, timeout: 40_000, exclude: SLOW };

function expectedOf(name: string): Expectation {
  return JSON.parse(readFileSync(new URL(`../expected/${name}.json`, import.meta.url), 'utf8')) as Expectation;
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
    const { cases, others } = expectedOf('ours-server');
    expect(compareExpectations({ cases: cases - SLOW.length, others }, summarizeResults(results))).toEqual([]);
  }, 120_000);

  test('the client passes every case', async () => {
    const server = await startFuzzingServer(QUICK);
    await runTesteeClient({ url: `ws://127.0.0.1:${server.port}`, concurrency: 32 });
    const actual = summarizeResults(server.results);
    await server.close();
    expect(compareExpectations(expectedOf('ours-client'), actual)).toEqual([]);
  }, 120_000);
});
