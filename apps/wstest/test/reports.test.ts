import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  allCases,
  type CaseResult,
  formatSummary,
  htmlCase,
  htmlIndex,
  jsonCase,
  jsonIndex,
  runFuzzingClient,
  writeReports,
} from '../src/index.ts';
import { startSampleServer } from './support/sample-peer.ts';

let results: CaseResult[] = [];

beforeAll(async () => {
  const server = await startSampleServer('wrong close code');
  results = await runFuzzingClient({
    url: server.url,
    agent: '<script>alert(1)</script>\x1b[2J',
    cases: ['1.1.2', '7.3.3'],
  });
  server.close();
});

describe('reports', () => {
  test('the index has agent, case, both behaviors, the close code and the name of the report', () => {
    const [agent] = Object.keys(jsonIndex(results));
    expect(jsonIndex(results)[agent!]!['7.3.3']).toEqual({
      behavior: 'FAILED',
      behaviorClose: 'WRONG CODE',
      duration: expect.any(Number),
      remoteCloseCode: 3333,
      reportfile: expect.stringMatching(/_case_7_3_3\.json$/),
    });
  });

  test('the report of a case has the keys that the field knows, and the wire log in its rows', () => {
    const report = jsonCase(results[1]!) as Record<string, unknown>;
    expect(report).toMatchObject({
      case: allCases.findIndex(({ id }) => id === '7.3.3') + 1,
      id: '7.3.3',
      behaviorClose: 'WRONG CODE',
      expected: { OK: [] },
      expectedClose: { closedByMe: true, closeCode: [1000], requireClean: true },
      received: [],
      closedByMe: true,
      failedByMe: false,
      droppedByMe: false,
      wasClean: true,
      localCloseCode: 1000,
      localCloseReason: null,
      remoteCloseCode: 3333,
      isServer: false,
      txFrameStats: { 8: 1 },
      rxFrameStats: { 8: 1 },
    });
    const rows = report['wirelog'] as unknown[][];
    expect(rows).toContainEqual(['TF', [2, '0x03e8'], 8, true, 0, null, null, null, false]);
    expect(rows).toContainEqual(['RF', [2, '\r\x05'], 8, true, 0, false, null]);
    expect(rows[0]).toEqual(['TO', [expect.any(Number), expect.stringMatching(/^47455420/)], false]);
  });

  test('it says what was expected and what came', () => {
    expect(jsonCase(results[0]!)).toMatchObject({
      expected: { OK: [['message', `${'*'.repeat(64)} ...`, false]] },
      received: [['message', `${'*'.repeat(64)} ...`, false]],
    });
  });

  test('what a peer calls itself is never markup', () => {
    expect(htmlIndex(results)).not.toContain('<script>');
    expect(results.map(htmlCase).join('')).not.toContain('<script>');
  });

  test('the page of a case has the conversation', () => {
    expect(htmlCase(results[0]!)).toContain('text frame, fin=1 rsv=0, 125 bytes');
  });

  test('the summary on the terminal names failures, and lets no peer move the cursor', () => {
    expect(formatSummary(results)).toContain('7.3.3 FAILED: The peer closed with 3333, not with 1000.');
    expect(formatSummary(results)).not.toContain('\x1b');
  });
});

describe('writeReports', () => {
  const folder = mkdtempSync(join(tmpdir(), 'wstest-'));
  afterAll(() => rmSync(folder, { recursive: true }));

  test('writes an index and two files per case', async () => {
    await writeReports(folder, results);
    expect(readdirSync(folder)).toHaveLength(2 + 2 * results.length);
    expect(JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'))).toEqual(jsonIndex(results));
  });
});
