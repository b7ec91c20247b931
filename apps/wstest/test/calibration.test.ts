import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { WebSocket as UndiciWebSocket } from 'undici';
import { describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { type CaseResult, runFuzzingClient, startFuzzingServer, summarizeResults } from '../src/index.ts';

// The whole comparison with other implementations is the conformance run. Here is a sample, so that a mistake in the
// tester shows at once.
const SAMPLE = {
  isQuick: true,
  pause: 1000,
  timeout: 40_000,
  cases: [
    '1.1.*',
    '2.*',
    '3.*',
    '4.1.*',
    '5.*',
    '6.2.*',
    '6.4.*',
    '6.20.*',
    '7.*',
    '9.1.2',
    '10.*',
    '12.2.4',
    '13.*.3',
  ],
};
/** ws and undici look at UTF-8 when the message is whole (6.4); three cases ask what no rule answers. */
const KNOWN = {
  '6.4.1': 'NON-STRICT',
  '6.4.2': 'NON-STRICT',
  '6.4.3': 'NON-STRICT',
  '6.4.4': 'NON-STRICT',
  '7.1.6': 'INFORMATIONAL',
  '7.13.1': 'INFORMATIONAL',
  '7.13.2': 'INFORMATIONAL',
};
const WS_OPTIONS = { perMessageDeflate: { threshold: 0 }, maxPayload: 64 * 1024 * 1024 };

interface TestedSocket {
  binaryType: string;
  onmessage: unknown;
  onerror: unknown;
  onclose: unknown;
  send(data: string | ArrayBuffer): void;
}

async function testClient(open: (url: string) => TestedSocket): Promise<readonly CaseResult[]> {
  const server = await startFuzzingServer(SAMPLE);
  const numbers = server.cases.map((_, i) => i + 1).values();
  const work = async (): Promise<void> => {
    for (const number of numbers) await echo(open(`ws://127.0.0.1:${server.port}/runCase?case=${number}&agent=peer`));
  };
  await Promise.all(Array.from({ length: 24 }, work));
  await echo(open(`ws://127.0.0.1:${server.port}/updateReports?agent=peer`));
  const { results } = server;
  await server.close();
  return results;
}

function echo(socket: TestedSocket): Promise<void> {
  socket.binaryType = 'arraybuffer';
  return new Promise(resolve => {
    socket.onmessage = (event: { data: string | ArrayBuffer }): void => socket.send(event.data);
    socket.onerror = (): void => {};
    socket.onclose = (): void => resolve();
  });
}

const PYTHON = '/usr/bin/python3';
const hasAutobahn = spawnSync(PYTHON, ['-c', 'import autobahn']).status === 0;

vi.setConfig({ testTimeout: 90_000 });

describe.concurrent('what other implementations are known to do', () => {
  test('ws as a server', async () => {
    const server = new WebSocketServer({ host: '127.0.0.1', port: 0, ...WS_OPTIONS });
    server.on('connection', socket => {
      socket.on('error', () => {});
      socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
    });
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const results = await runFuzzingClient({ ...SAMPLE, url: `ws://127.0.0.1:${port}/` });
    server.close();
    expect(summarizeResults(results).others).toEqual(KNOWN);
    // As in the index of the suite that the field knows.
    expect(
      results.filter(({ behaviorClose }) => behaviorClose !== 'OK').map(({ id, behaviorClose }) => [id, behaviorClose]),
    ).toEqual(['7.1.6', '7.13.1', '7.13.2'].map(id => [id, 'INFORMATIONAL']));
  });

  test('ws as a client', async () => {
    expect(summarizeResults(await testClient(url => new WebSocket(url, WS_OPTIONS) as TestedSocket)).others).toEqual(
      KNOWN,
    );
  });

  test('undici as a client', async () => {
    expect(summarizeResults(await testClient(url => new UndiciWebSocket(url) as TestedSocket)).others).toEqual(KNOWN);
  });

  test.skipIf(!hasAutobahn)("Python's Autobahn as a server, with permessage-bzip2", async () => {
    const script = fileURLToPath(new URL('../peers/autobahn-server.py', import.meta.url));
    const server = spawn(PYTHON, [script], { stdio: ['ignore', 'pipe', 'ignore'] });
    const [port] = (await once(createInterface(server.stdout), 'line')) as [string];
    const cases = ['1.1.*', '2.*', '5.*', '6.4.*', '7.*', '12.2.4', '13.3.3', '24.1.*', '24.2.*'];
    const results = await runFuzzingClient({ ...SAMPLE, cases, url: `ws://127.0.0.1:${port}/` });
    server.kill();
    expect(summarizeResults(results).others).toEqual({
      '7.1.6': 'INFORMATIONAL',
      '7.13.1': 'INFORMATIONAL',
      '7.13.2': 'INFORMATIONAL',
    });
  });
});
