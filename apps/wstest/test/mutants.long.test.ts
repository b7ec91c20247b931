import { describe, expect, test, vi } from 'vitest';
import { classicCases } from '../src/cases/case-table.ts';
import { type CaseResult, isFailure, runFuzzingClient, startFuzzingServer } from '../src/index.ts';
import { type Mutation, runSampleClient, startSampleServer } from './support/sample-peer.ts';

const CONVERSATIONS = ['1.*', '2.*', '3.*', '4.*', '5.*', '6.*', '7.*', '10.*'];
const SETTINGS = { isQuick: true, pause: 500 };
/** For peers that let the tester wait; the others get so much that no machine is too slow for it. */
const SHORT = 1200;
const PATIENT = 40_000;
const INVALID_UTF8 = classicCases
  .filter(({ id, expectation }) => id.startsWith('6.') && expectation.includes('1007'))
  .map(({ id }) => id);
const PINGED = ['2.1', '2.2', '2.3', '2.4', '2.6', '2.9', '2.10', '2.11', '5.6', '5.7', '5.8', '5.19', '5.20'];

async function testServer(mutation: Mutation, cases: readonly string[], timeout = PATIENT): Promise<CaseResult[]> {
  const server = await startSampleServer(mutation);
  try {
    return await runFuzzingClient({ ...SETTINGS, timeout, url: server.url, cases, concurrency: 48 });
  } finally {
    server.close();
  }
}

async function testClient(
  mutation: Mutation,
  cases: readonly string[],
  timeout = PATIENT,
): Promise<readonly CaseResult[]> {
  const server = await startFuzzingServer({ ...SETTINGS, timeout, cases });
  const numbers = server.cases.map((_, i) => i + 1).values();
  const work = async (): Promise<void> => {
    for (const number of numbers)
      await runSampleClient(`ws://127.0.0.1:${server.port}/runCase?case=${number}&agent=sample`, mutation);
  };
  await Promise.all(Array.from({ length: 48 }, work));
  while (server.results.length < server.cases.length) await new Promise(resolve => setImmediate(resolve));
  const results = server.results;
  await server.close();
  return results;
}

function failed(results: readonly CaseResult[]): string[] {
  return results.filter(isFailure).map(({ id }) => id);
}

// Many cases run at once, and the machine may be busy.
vi.setConfig({ testTimeout: 90_000 });

describe.concurrent.each([
  ['a server', testServer],
  ['a client', testClient],
] as const)('%s', (_, run) => {
  test('without a mistake passes every conversation', async () => {
    expect(failed(await run('none', CONVERSATIONS))).toEqual([]);
  });

  test('that does not check UTF-8 fails exactly the 75 invalid texts and the invalid reason 7.5.1', async () => {
    expect(INVALID_UTF8).toHaveLength(75);
    expect(failed(await run('no UTF-8 check', CONVERSATIONS))).toEqual([...INVALID_UTF8, '7.5.1']);
  });

  test('that checks nothing fails every case that sends something wrong', async () => {
    // 3.7 cannot tell: an answer to a Close frame without a code looks like failing without a code.
    const wrong = classicCases
      .filter(
        ({ id, expectation }) => id !== '3.7' && /fails? (the connection )?with|closes with 100[27]/.test(expectation),
      )
      .map(({ id }) => id);
    expect(wrong.length).toBeGreaterThan(100);
    expect(failed(await run('checks nothing', CONVERSATIONS, SHORT))).toEqual(expect.arrayContaining(wrong));
  });

  test('that flips a byte in a compressed echo fails the cases of permessage-deflate', async () => {
    const results = await run('one flipped byte in a compressed echo', ['12.1.4', '12.2.5', '13.2.4']);
    expect(failed(results)).toEqual(['12.1.4', '12.2.5', '13.2.4']);
  });

  test('that flips a bit in a long echo fails the cases of volume, whatever the length of the echo', async () => {
    const cases = ['9.1.1', '9.2.6', '9.3.1', '9.4.9', '9.5.1', '9.6.6', '9.7.6', '10.1.1'];
    expect(failed(await run('one flipped bit in a long echo', cases))).toEqual(cases.filter(id => id !== '9.7.6'));
  });

  test('that does not ask zlib whether a block came to its end fails the cases of blocks that are cut', async () => {
    // Only here the sample peer is wrong without a mutation.
    const cut = ['23.3.6', '23.3.7', '23.3.8', '23.3.9'];
    expect(failed(await run('none', ['23.2.1', ...cut], SHORT))).toEqual(cut);
  });

  test('that decompresses beside the other messages, out of order, fails the flood of both kinds', async () => {
    expect(failed(await run('compressed messages come later', ['26.6', '26.14']))).toEqual(['26.14']);
    expect(failed(await run('none', ['26.14']))).toEqual([]);
  });

  test('that flips a bit in a long echo fails the messages that are written slowly', async () => {
    const cases = run === testServer ? ['22.8.1', '22.8.2', '26.16', '26.17'] : ['22.8.1', '22.8.2'];
    expect(failed(await run('none', cases))).toEqual([]);
    expect(failed(await run('one flipped bit in a long echo', cases))).toEqual(cases);
  });

  test('that ignores the agreed window fails the cases with 9 bits, also without context takeover (13.5)', async () => {
    const results = await run('ignores the window', ['13.1.7', '13.3.7', '13.4.7', '13.5.7', '13.7.7']);
    expect(failed(results)).toEqual(['13.3.7', '13.5.7', '13.7.7']);
  });

  test('that never answers Ping fails the cases with a Ping', async () => {
    expect(
      failed(await run('never answers Ping', ['1.1.2', '2.*', '5.6', '5.7', '5.8', '5.19', '5.20'], 2 * SHORT)),
    ).toEqual(PINGED);
  });

  test('that never closes fails everywhere but where all is left open (7.1.6)', async () => {
    const cases = ['1.1.*', '3.*', '7.1.*', '7.3.*'];
    const results = await run('never closes', cases, SHORT);
    expect(failed(results)).toEqual(results.map(({ id }) => id).filter(id => id !== '7.1.6'));
  });

  test('that closes with another code is told so', async () => {
    const results = await run('wrong close code', ['1.1.2', '3.1', '7.1.1', '7.3.3', '7.7.*', '7.9.1']);
    expect(results.map(({ behaviorClose }) => behaviorClose)).toEqual(results.map(() => 'WRONG CODE'));
  });

  test('that begins a message inside another one fails wherever it sends one', async () => {
    const results = await run('interleaves fragments', ['1.1.2', '5.3', '6.2.1', '9.1.1']);
    expect(failed(results)).toEqual(['1.1.2', '5.3', '6.2.1', '9.1.1']);
  });
});

test('a server that masks fails (RFC 6455, 5.1)', async () => {
  const results = await testServer('masks as a server', ['1.1.*', '2.1', '7.3.1']);
  expect(failed(results)).toEqual(results.map(({ id }) => id));
});

test('a client that does not mask fails (RFC 6455, 5.1)', async () => {
  const results = await testClient('does not mask as a client', ['1.1.*', '2.1', '7.3.1']);
  expect(failed(results)).toEqual(results.map(({ id }) => id));
});
