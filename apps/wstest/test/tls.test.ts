import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { runFuzzingClient, startFuzzingServer, summarizeResults } from '../src/index.ts';

const folder = mkdtempSync(join(tmpdir(), 'wstest-tls-'));
const CASES = { cases: ['1.1.2', '2.6', '7.3.3'] };
let tls: { cert: Buffer; key: Buffer };

beforeAll(() => {
  const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
  const args = `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=localhost -keyout ${key} -out ${cert}`;
  spawnSync('openssl', args.split(' '));
  tls = { cert: readFileSync(cert), key: readFileSync(key) };
});
afterAll(() => rmSync(folder, { recursive: true }));

test('a server under test may speak wss://, with any certificate', async () => {
  const https = createServer(tls);
  new WebSocketServer({ server: https }).on('connection', socket => {
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
  });
  https.listen(0, '127.0.0.1');
  await once(https, 'listening');
  const results = await runFuzzingClient({
    ...CASES,
    url: `wss://127.0.0.1:${(https.address() as AddressInfo).port}/`,
  });
  https.close();
  expect(summarizeResults(results)).toEqual({ cases: 3, others: {} });
});

test('clients under test may speak wss://', async () => {
  const server = await startFuzzingServer({ ...CASES, tls });
  for (let number = 1; number <= 3; number++) {
    const socket = new WebSocket(`wss://127.0.0.1:${server.port}/runCase?case=${number}&agent=ws`, {
      rejectUnauthorized: false,
    });
    socket.on('message', (data, isBinary) => socket.send(data as Buffer, { binary: isBinary }));
    await once(socket, 'close');
  }
  const updated = new WebSocket(`wss://127.0.0.1:${server.port}/updateReports?agent=ws`, { rejectUnauthorized: false });
  await once(updated, 'close');
  const { results } = server;
  await server.close();
  expect(summarizeResults(results)).toEqual({ cases: 3, others: {} });
});
