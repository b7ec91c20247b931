// The examples of the docs, run as a reader would run them: by bare node, against the built packages.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openWebSocket, serveWebSocket } from '@ws/node';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { createCertificate } from './support/certificate.ts';
import { exampleFile, isInstalled, killAll, pythonWith, run, runExample, serveExample } from './support/run.ts';

const folder = mkdtempSync(join(tmpdir(), 'ws-docs-'));
afterEach(killAll);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const hasOpenssl = isInstalled('openssl', 'version');
const orInstall = (title: string, isThere: boolean, install: string): string =>
  isThere ? title : `${title} (skipped: apt-get install ${install})`;

describe('examples that look at themselves', () => {
  test.each(['authentication', 'backpressure', 'broadcast', 'message-port'])('%s', async name => {
    const example = runExample(`${name}.mjs`);
    expect(await example.ended(), example.output()).toBe(0);
    expect(example.output()).toBe('ok\n');
  });

  test('testing', async () => {
    const example = runExample('testing.mjs');
    expect(await example.ended(), example.output()).toBe(0);
    expect(example.output()).toMatch(/# pass 4\n/);
  });
});

describe('the tutorial', () => {
  test('an echo, and a client of it', async () => {
    const { port } = await serveExample('tutorial-echo.mjs');
    const client = runExample('tutorial-client.mjs', { URL: `ws://127.0.0.1:${port}` });
    expect(await client.ended()).toBe(0);
    expect(client.output()).toBe('hello\nclosed: 1000\n');
  });

  test.skipIf(!hasOpenssl)(orInstall('a chat over TLS, and its end', hasOpenssl, 'openssl'), async () => {
    const { key, cert } = createCertificate(folder);
    const server = await serveExample('tutorial-chat.mjs', { KEY: key, CERT: cert });
    const tls = { ca: readFileSync(cert) };
    const join = (name: string) =>
      openWebSocket(`wss://127.0.0.1:${server.port}`, { tls, headers: { 'X-Name': name }, messageQueueSize: 10 });
    const ada = await join('ada');
    expect(await ada.getMessage()).toBe('ada is here');
    const bob = await join('bob');
    expect([await ada.getMessage(), await bob.getMessage()]).toEqual(['bob is here', 'bob is here']);
    await bob.sendMessage('hello');
    expect(await ada.getMessage()).toBe('bob: hello');
    await bob.close();
    expect(await ada.getMessage()).toBe('bob has left');
    server.child.kill('SIGTERM');
    expect(await ada.whenClosed).toMatchObject({ code: 1001, reason: 'see you tomorrow' });
    expect(await server.ended()).toBe(0);
    expect(server.output()).toMatch(/\nclosed\n$/);
  });
});

test.skipIf(!hasOpenssl)(orInstall('TLS, by a certificate of one’s own', hasOpenssl, 'openssl'), async () => {
  const { key, cert } = createCertificate(folder);
  const server = await serveExample('tls-server.mjs', { KEY: key, CERT: cert });
  const client = runExample('tls-client.mjs', { URL: `wss://localhost:${server.port}`, CERT: cert });
  expect(await client.ended(), client.output()).toBe(0);
  expect(client.output()).toBe('hello\n');
});

test('graceful shutdown: clients are told, and what runs is finished', async () => {
  const server = await serveExample('graceful-shutdown.mjs');
  const client = await openWebSocket(`ws://127.0.0.1:${server.port}`);
  await client.sendMessage('hello');
  expect(await client.getMessage()).toBe('hello');
  server.child.kill('SIGTERM');
  expect(await client.whenClosed).toMatchObject({ code: 1001, reason: 'restarting' });
  expect(await server.ended()).toBe(0);
  expect(server.output()).toMatch(/saved what 127\.0\.0\.1 did\n/);
});

test('reconnect: goes on where it was, until it is told to stop', async () => {
  const asked: string[] = [];
  const server = await serveWebSocket(
    async request => {
      asked.push(request.path);
      if (asked.length === 2) return request.reject(503);
      const connection = await request.accept();
      await connection.sendMessage(`message ${asked.length}`);
      if (asked.length > 2) await connection.whenClosed;
      else await connection.close(1012);
    },
    { host: '127.0.0.1' },
  );
  const client = runExample('reconnect.mjs', { URL: `ws://127.0.0.1:${server.port}`, MIN_DELAY: '1' });
  await client.printed(/message 3/);
  client.child.kill('SIGTERM');
  expect(await client.ended()).toBe(0);
  expect(asked).toEqual(['/?since=0', '/?since=1', '/?since=1']);
  expect(client.output()).toMatch(
    /^connected\nmessage 1\nlost: .*1012.*\ntrying again in \d+ ms: .*503.*\nconnected\n/,
  );
  expect(client.output()).toMatch(/over: stopped\n$/);
  await server.close();
});

describe('what is migrated does what it did', () => {
  async function talk(port: number): Promise<unknown[]> {
    const clients = [1, 2].map(() => openWebSocket(`ws://127.0.0.1:${port}/room`));
    const [one, other] = await Promise.all(clients);
    await one!.sendMessage('hello');
    const heard = await one!.getMessage();
    await one!.close(1000, 'bye');
    other!.terminate();
    return [heard, one!.closed?.code];
  }

  test.each(['ws-before.mjs', 'ws-after.mjs', 'autobahn-after.mjs'])('%s', async name => {
    const server = await serveExample(name);
    expect(await talk(server.port)).toEqual(['hello', 1000]);
    await server.printed(/closed: 1000/);
    expect(server.output()).toMatch(/\/room from/);
  });

  const python = pythonWith('autobahn');
  const title = orInstall('autobahn-before.py', python !== null, 'python3-autobahn');
  test.skipIf(python === null)(title, async () => {
    const server = run(python!, [exampleFile('autobahn-before.py')], { PORT: '0' });
    const [, port] = await server.printed(/listening on port (\d+)/);
    expect(await talk(Number(port))).toEqual(['hello', 1000]);
    await server.printed(/closed: 1000/);
    expect(server.output()).toMatch(/\/room from/);
  });
});
