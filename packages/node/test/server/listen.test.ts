import { spawnSync } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TLSSocket, Server as TlsServer } from 'node:tls';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  createClientAgent,
  ListenError,
  type ListeningPort,
  listenWS,
  WebSocketServerFactory,
} from '../../src/index.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';
import { echoFactory, nextMessage, turn } from '../support/echo.ts';

const agent = createClientAgent();
const ports: ListeningPort[] = [];

async function listen(...[factory, options]: Parameters<typeof listenWS>): Promise<ListeningPort> {
  const port = await listenWS(factory, {
    ...(options?.path === undefined ? { host: '127.0.0.1', port: 0 } : {}),
    ...options,
  });
  ports.push(port);
  return port;
}

afterEach(async () => {
  await Promise.all(ports.splice(0).map(port => port.close({ grace: 0 })));
});

/** A plain socket, and all that comes on it. */
async function rawClient(port: number): Promise<{ socket: Socket; received: () => string; ended: Promise<void> }> {
  const socket = connect(port, '127.0.0.1');
  let text = '';
  socket.on('data', data => (text += data.toString('latin1')));
  socket.on('error', () => {});
  const ended = new Promise<void>(resolve => socket.on('close', () => resolve()));
  await new Promise(resolve => socket.once('connect', resolve));
  return { socket, received: () => text, ended };
}

async function countOf(factory: WebSocketServerFactory, count: number): Promise<void> {
  while (factory.connectionCount !== count) await turn();
}

const UPGRADE = [
  'GET / HTTP/1.1',
  'Host: 127.0.0.1',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  '',
  '',
].join('\r\n');

describe('listenWS', () => {
  test('listens on any free port, and tells which', async () => {
    const port = await listen(echoFactory());
    expect(port.port).toBeGreaterThan(0);
    expect(port.address).toMatchObject({ address: '127.0.0.1', port: port.port });
    const connection = await agent.open(`ws://127.0.0.1:${port.port}`);
    connection.sendMessage('hello');
    expect(Buffer.from((await nextMessage(connection)).payload).toString()).toBe('hello');
    expect(connection.peer).toBe(`tcp4:127.0.0.1:${port.port}`);
  });

  test.each(['a port', 'a Unix domain socket'])('has room for hundreds that come at once to %s', async kind => {
    const folder = mkdtempSync(join(tmpdir(), 'ws-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'server.sock');
    const { port } = await listen(echoFactory(), kind === 'a port' ? {} : { path });
    const where = kind === 'a port' ? { port, host: '127.0.0.1' } : { path };
    // This process accepts nobody while it waits: those that find no room are not connected.
    const script = `let count = 0;
      for (let i = 0; i < 200; i++) {
        const socket = require('node:net').connect(${JSON.stringify(where)}, () => ++count === 200 && process.exit(0));
        socket.on('error', () => process.exit(1));
      }`;
    expect(spawnSync(process.execPath, ['-e', script], { timeout: 20_000 }).status).toBe(0);
  });

  test('takes the port of the url of the factory', async () => {
    const free = createServer().listen(0, '127.0.0.1');
    await new Promise(resolve => free.once('listening', resolve));
    const { port: number } = free.address() as { port: number };
    await new Promise(resolve => free.close(resolve));
    const port = await listenWS(echoFactory({ url: `ws://127.0.0.1:${number}` }), { host: '127.0.0.1' });
    ports.push(port);
    expect(port.port).toBe(number);
  });

  test('listens on a Unix domain socket', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ws-node-'));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    const path = join(folder, 'server.sock');
    const factory = echoFactory();
    const port = await listen(factory, { path });
    expect([port.address, port.port]).toEqual([path, null]);
    const connection = await agent.open(`ws+unix:${path}`).catch(() => agent.open(`ws://unix:${path}`));
    connection.sendMessage('by file');
    expect(Buffer.from((await nextMessage(connection)).payload).toString()).toBe('by file');
    expect([...factory.connections][0]?.peer).toBe('unix');
  });

  test('takes so many connections of one address, and more when some have left', async () => {
    const factory = echoFactory();
    const port = await listen(factory, { maxConnectionsPerAddress: 2 });
    const halfOpen = await rawClient(port.port!);
    await countOf(factory, 1);
    const open = await agent.open(`ws://127.0.0.1:${port.port}`);
    const third = await rawClient(port.port!);
    third.socket.write(UPGRADE);
    await third.ended;
    expect(third.received()).toMatch(/^HTTP\/1\.1 503 /);
    // Another address of this machine has its own.
    const other = await agent.open(`ws://127.0.0.1:${port.port}`, { localAddress: '127.0.0.2' });
    halfOpen.socket.destroy();
    await countOf(factory, 2);
    const again = await agent.open(`ws://127.0.0.1:${port.port}`);
    expect([open.state, other.state, again.state]).toEqual(['open', 'open', 'open']);
  });

  test.skipIf(noCertificates !== null)('counts those who have yet to say hello by TLS', async () => {
    const { key, cert } = createCertificate();
    const port = await listen(echoFactory(), { tls: { key, cert }, maxConnectionsPerAddress: 1 });
    const silent = await rawClient(port.port!);
    const second = await rawClient(port.port!);
    await second.ended;
    expect(silent.socket.destroyed).toBe(false);
    silent.socket.destroy();
    await silent.ended;
    // The server may hear of it a little later.
    const retry = (): ReturnType<typeof agent.open> =>
      agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } }).catch(retry);
    expect((await retry()).state).toBe('open');
  });

  test('a limit on connections of an address is an integer', async () => {
    await expect(listen(echoFactory(), { maxConnectionsPerAddress: -1 })).rejects.toThrow(RangeError);
    await expect(listen(echoFactory(), { maxConnectionsPerAddress: '2' as never })).rejects.toThrow(TypeError);
  });

  test.skipIf(noCertificates !== null)('speaks TLS, and knows its channel (RFC 9266)', async () => {
    const { key, cert } = createCertificate();
    const factory = echoFactory({ url: 'wss://localhost' });
    const port = await listen(factory, { tls: { key, cert } });
    const connection = await agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } });
    connection.sendMessage(new Uint8Array(100_000).fill(1), true);
    expect((await nextMessage(connection)).payload).toHaveLength(100_000);
    const server = [...factory.connections][0]?.transportDetails;
    const client = connection.transportDetails;
    expect(server).toMatchObject({ channelType: 'tls', isSecure: true, isServer: true, own: 'wss://localhost' });
    expect(client?.peerCert).toMatchObject({ subject: { cn: 'localhost' }, expired: false });
    expect(client?.channelId?.['tls-exporter']).toHaveLength(32);
    expect(client?.channelId).toEqual(server?.channelId);
  });

  test.skipIf(noCertificates !== null)('has the same tls-unique on both sides of TLS 1.2 (RFC 5929, 3)', async () => {
    const { key, cert } = createCertificate();
    const factory = echoFactory({ url: 'wss://localhost' });
    const port = await listen(factory, { tls: { key, cert, maxVersion: 'TLSv1.2' } });
    const connection = await agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } });
    const server = [...factory.connections][0]?.transportDetails;
    expect(connection.transportDetails?.channelId?.['tls-unique']).toHaveLength(32);
    expect(connection.transportDetails?.channelId).toEqual(server?.channelId);
  });

  test.skipIf(noCertificates !== null)('survives clients that do not speak TLS', async () => {
    const { key, cert } = createCertificate();
    const port = await listen(echoFactory({ url: 'wss://localhost' }), { tls: { key, cert } });
    const client = await rawClient(port.port ?? 0);
    client.socket.write(UPGRADE);
    await client.ended;
    const connection = await agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } });
    expect(connection.state).toBe('open');
  });

  test.skipIf(noCertificates !== null).each([
    ['10 seconds by default', {}, 10_000],
    ['as long as the settings of TLS say', { handshakeTimeout: 2000 }, 2000],
  ])('a client may take for the TLS handshake: %s', async (_name, settings, expected) => {
    const { key, cert } = createCertificate();
    const port = await listen(echoFactory(), { tls: { key, cert, ...settings } });
    // Node gives the socket that is being secured to nobody before it has failed.
    const failed = new Promise<TLSSocket>(resolve => {
      const onSocket = (message: unknown): void => {
        const { server } = (message as { socket: { server: TlsServer } }).socket;
        server.once('tlsClientError', (_error, socket) => resolve(socket));
      };
      subscribe('net.server.socket', onSocket);
      onTestFinished(() => void unsubscribe('net.server.socket', onSocket));
    });
    const client = await rawClient(port.port!);
    client.socket.write(UPGRADE);
    expect((await failed).timeout).toBe(expected);
    await client.ended;
  });

  test('answers malformed requests and goes on', async () => {
    const port = await listen(echoFactory());
    const client = await rawClient(port.port ?? 0);
    client.socket.write('GIBBERISH\r\n\r\n');
    await client.ended;
    expect(client.received()).toMatch(/^HTTP\/1\.1 400 /);
    expect(client.received()).toMatch(/\r\nConnection: close\r\n/i);
    expect((await agent.open(`ws://127.0.0.1:${port.port}`)).state).toBe('open');
  });

  test('a reset of one connection reaches no other', async () => {
    const factory = echoFactory();
    const port = await listen(factory);
    const connection = await agent.open(`ws://127.0.0.1:${port.port}`);
    const client = await rawClient(port.port ?? 0);
    client.socket.write(UPGRADE);
    while (!client.received().includes('\r\n\r\n')) await turn();
    expect(factory.connectionCount).toBe(2);
    client.socket.resetAndDestroy();
    while (factory.connectionCount > 1) await turn();
    connection.sendMessage('still here');
    expect((await nextMessage(connection)).payload).toHaveLength(10);
  });
});

describe('listenWS refuses', () => {
  test('a port that is taken, naming it', async () => {
    const port = await listen(echoFactory());
    const again = listenWS(echoFactory(), { host: '127.0.0.1', port: port.port ?? 0 });
    await expect(again).rejects.toThrow(ListenError);
    await expect(again).rejects.toMatchObject({
      code: 'ERR_PORT_TAKEN',
      message: `cannot listen on 127.0.0.1:${port.port}: it is taken`,
      cause: { code: 'EADDRINUSE' },
    });
  });

  test('an address that this machine does not have', async () => {
    const listening = listenWS(echoFactory(), { host: '192.0.2.1', port: 0 });
    await expect(listening).rejects.toMatchObject({ code: 'ERR_ADDRESS', cause: { code: 'EADDRNOTAVAIL' } });
  });

  test('a Unix domain socket in a folder that does not exist', async () => {
    const listening = listenWS(echoFactory(), { path: '/nonexistent/folder/x.sock' });
    await expect(listening).rejects.toMatchObject({
      name: 'ListenError',
      message: expect.stringContaining('/nonexistent'),
    });
  });

  test('a certificate that cannot be read', async () => {
    const listening = listenWS(echoFactory(), { port: 0, tls: { key: 'nonsense', cert: 'nonsense' } });
    await expect(listening).rejects.toMatchObject({ code: 'ERR_CERTIFICATE', cause: expect.any(Error) });
  });

  test.each([
    { name: 'a port that is none', options: { port: 65536 }, error: RangeError },
    { name: 'a port that is no number', options: { port: '80' as unknown as number }, error: TypeError },
    { name: 'a backlog of 0', options: { backlog: 0 }, error: RangeError },
    { name: 'path beside port', options: { path: '/tmp/x', port: 1 }, error: TypeError },
  ])('$name', async ({ options, error }) => {
    await expect(listenWS(echoFactory(), options)).rejects.toThrow(error);
  });

  test('a secure url without a certificate', async () => {
    await expect(listenWS(echoFactory({ url: 'wss://localhost:1' }))).rejects.toThrow(/the option tls/);
  });

  test('reusePort where Node does not have it', async context => {
    const [major = 0, minor = 0] = process.versions.node.split('.').map(Number);
    if (major > 23 || (major === 22 && minor >= 12) || (major === 23 && minor >= 1)) return context.skip('it does');
    const listening = listenWS(echoFactory(), { host: '127.0.0.1', port: 0, reusePort: true });
    await expect(listening).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });
});

describe('ListeningPort.close', () => {
  test('tells open connections 1001 and waits until they are gone (RFC 6455, 7.4.1)', async () => {
    const factory = echoFactory();
    const port = await listen(factory);
    const connection = await agent.open(`ws://127.0.0.1:${port.port}`);
    await port.close({ reason: 'maintenance' });
    expect(factory.connectionCount).toBe(0);
    expect(port.address).toBeNull();
    expect(await connection.closed).toMatchObject({ wasClean: true, code: 1001, reason: 'maintenance' });
  });

  test('delivers what was sent before', async () => {
    const port = await listen(echoFactory());
    const connection = await agent.open(`ws://127.0.0.1:${port.port}`);
    const received: number[] = [];
    connection.on('message', payload => void received.push(payload.length));
    for (let index = 0; index < 20; index++) connection.sendMessage(new Uint8Array(100_000), true);
    await connection.drained();
    while (received.length === 0) await turn();
    await Promise.all([port.close(), connection.closed]);
    expect(received.length).toBeGreaterThan(0);
    expect(await connection.closed).toMatchObject({ wasClean: true, code: 1001 });
  });

  test('answers new handshakes with 503 meanwhile, and those under way', async () => {
    const factory = echoFactory();
    factory.setProtocolOptions({ closeHandshakeTimeout: 0, serverConnectionDropTimeout: 0 });
    const port = await listen(factory);
    const lingering = await rawClient(port.port ?? 0);
    lingering.socket.write(UPGRADE);
    while (!lingering.received().includes('\r\n\r\n')) await turn();
    const half = await rawClient(port.port ?? 0);
    half.socket.write(UPGRADE.slice(0, 40));
    while (factory.connectionCount < 2) await turn();

    const closing = port.close();
    half.socket.write(UPGRADE.slice(40));
    await half.ended;
    expect(half.received()).toMatch(/^HTTP\/1\.1 503 /);
    const late = await rawClient(port.port ?? 0);
    late.socket.write(UPGRADE);
    await late.ended;
    expect(late.received()).toMatch(/^HTTP\/1\.1 503 /);

    lingering.socket.destroy();
    await closing;
  });

  test('drops those who do not answer within the grace', async () => {
    const factory = echoFactory();
    factory.setProtocolOptions({ closeHandshakeTimeout: 0, serverConnectionDropTimeout: 0 });
    const port = await listen(factory);
    const client = await rawClient(port.port ?? 0);
    client.socket.write(UPGRADE);
    while (!client.received().includes('\r\n\r\n')) await turn();
    await port.close({ grace: 20 });
    await client.ended;
    expect(factory.connectionCount).toBe(0);
  });

  test.skipIf(noCertificates !== null)('does not wait for TLS handshakes', { timeout: 20_000 }, async () => {
    const { key, cert } = createCertificate();
    const tls = { key, cert, handshakeTimeout: 2 ** 30 };
    const port = await listen(echoFactory(), { tls, maxConnectionsPerAddress: 1 });
    const silent = await rawClient(port.port!);
    // This one is over the limit: the server knows of the first, then.
    await (await rawClient(port.port!)).ended;
    await port.close({ grace: 0 });
    await silent.ended;
    expect(silent.received()).toBe('');
  });

  test('leaves the other ports of the same factory alone, and the factory fit for another', async () => {
    const factory = echoFactory();
    const [first, second] = [await listen(factory), await listen(factory)];
    const connection = await agent.open(`ws://127.0.0.1:${second.port}`);
    await first.close();
    expect(connection.state).toBe('open');
    const third = await listen(factory);
    expect((await agent.open(`ws://127.0.0.1:${third.port}`)).state).toBe('open');
  });

  test('is one stop, however often it is called', async () => {
    const port = await listen(new WebSocketServerFactory());
    expect(port.close()).toBe(port.close());
    await port[Symbol.asyncDispose]();
  });

  test.each([
    { name: 'a code that may not be sent', options: { code: 1006 }, error: RangeError },
    { name: 'a negative grace', options: { grace: -1 }, error: RangeError },
    { name: 'a reason that is no text', options: { reason: 5 as unknown as string }, error: TypeError },
  ])('refuses $name', async ({ options, error }) => {
    const port = await listen(echoFactory());
    expect(() => port.close(options)).toThrow(error);
    expect((await agent.open(`ws://127.0.0.1:${port.port}`)).state).toBe('open');
  });
});
