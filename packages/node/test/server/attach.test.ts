import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { attach, createClientAgent, handleUpgrade, WebSocketServerProtocol } from '../../src/index.ts';
import * as handleProbe from '../../src/streams/handle-probe.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';
import { echoFactory, nextMessage, turn } from '../support/echo.ts';

const { probeHandles } = handleProbe;
const agent = createClientAgent();
const servers: Server[] = [];

async function listen(server: Server): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

afterEach(async () => {
  for (const server of servers.splice(0)) {
    const closed = new Promise(resolve => server.close(resolve));
    server.closeAllConnections();
    await closed;
  }
});

/** What a plain socket gets for `text`, until the server ends. */
function ask(port: number, text: string): Promise<string> {
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', data => (answer += data.toString('latin1')));
    socket.on('close', () => resolve(answer));
    socket.write(text);
  });
}

const upgradeTo = (path: string, more = ''): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  `Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n${more}\r\n`;

async function expectEcho(url: string, options = {}): Promise<void> {
  const connection = await agent.open(url, options);
  const echoed = nextMessage(connection);
  connection.sendMessage(`hello ${'x'.repeat(100_000)}`);
  expect((await echoed).payload).toHaveLength(100_006);
  connection.sendClose(1000);
  expect(await connection.closed).toMatchObject({ wasClean: true, code: 1000 });
}

describe('attach to node:http', () => {
  test('serves upgrades, and leaves requests to the server', async () => {
    const server = createServer((_request, response) => response.end('plain'));
    const factory = echoFactory();
    attach(server, factory);
    const port = await listen(server);
    await expectEcho(`ws://127.0.0.1:${port}/any?q=1`);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe('plain');
  });

  test('takes sockets over before and after it is known how they can be read', async () => {
    const server = createServer();
    attach(server, echoFactory());
    const port = await listen(server);
    await expectEcho(`ws://127.0.0.1:${port}`);
    await probeHandles();
    await expectEcho(`ws://127.0.0.1:${port}`);
  });

  test('has several factories on one server, each on its path', async () => {
    const server = createServer();
    class One extends WebSocketServerProtocol {
      override onOpen(): void {
        this.sendMessage('one');
      }
    }
    const one = echoFactory();
    one.protocol = One;
    attach(server, one, { path: '/one' });
    attach(server, echoFactory(), { path: '/two' });
    const port = await listen(server);
    const connection = await agent.open(`ws://127.0.0.1:${port}/one?x=%2F`);
    expect(Buffer.from((await nextMessage(connection)).payload).toString()).toBe('one');
    await expectEcho(`ws://127.0.0.1:${port}/two`);
    expect(one.connectionCount).toBe(1);
    connection.dropConnection(true);
  });

  test('leaves other paths to others who listen', async () => {
    const server = createServer();
    attach(server, echoFactory(), { path: '/ours' });
    const theirs = new WebSocketServer({ noServer: true });
    server.on('upgrade', (request, socket, head) => {
      if (request.url === '/theirs') theirs.handleUpgrade(request, socket, head, client => client.send('theirs'));
    });
    const port = await listen(server);
    await expectEcho(`ws://127.0.0.1:${port}/ours`);
    const client = new WebSocket(`ws://127.0.0.1:${port}/theirs`);
    expect(await new Promise(resolve => client.once('message', data => resolve(String(data))))).toBe('theirs');
    client.terminate();
  });

  test('answers 404 where nobody else would answer', async () => {
    const server = createServer();
    attach(server, echoFactory(), { path: '/ours' });
    const port = await listen(server);
    expect(await ask(port, upgradeTo('/other'))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await ask(port, upgradeTo('//ours'))).toMatch(/^HTTP\/1\.1 404 /);
    expect(await ask(port, upgradeTo('/ours').replace('websocket', 'h2c'))).toMatch(/^HTTP\/1\.1 404 /);
  });

  test('a refused upgrade leaves no socket behind, whatever the client does', async () => {
    const server = createServer();
    attach(server, echoFactory(), { path: '/ours' });
    const port = await listen(server);
    const closed: Promise<unknown>[] = [];
    server.on('connection', socket => closed.push(new Promise(resolve => socket.once('close', resolve))));
    const clients: Socket[] = [];
    for (const after of ['', 'x', 'end']) {
      const socket = connect({ port, host: '127.0.0.1', allowHalfOpen: true });
      clients.push(socket);
      socket.on('error', () => {});
      socket.write(upgradeTo('/other'));
      const [answer] = await once(socket, 'data');
      expect(String(answer)).toMatch(/^HTTP\/1\.1 404 /);
      if (after === 'x') socket.write(after);
      if (after === 'end') socket.end('x');
    }
    await Promise.all(closed);
    await new Promise(resolve => server.close(resolve));
    servers.length = 0;
    for (const socket of clients) socket.destroy();
  });

  test('a refusal that does not leave is given up', () => {
    vi.useFakeTimers();
    try {
      const server = createServer();
      attach(server, echoFactory(), { path: '/ours' });
      const socket = new Duplex({ read() {}, write() {} });
      server.emit('upgrade', { url: '/other', headers: { upgrade: 'websocket' } }, socket, Buffer.alloc(0));
      expect(socket.destroyed).toBe(false);
      vi.advanceTimersByTime(5000);
      expect(socket.destroyed).toBe(true);
    } finally {
      vi.useRealTimers();
    }
  });

  test('detaches', async () => {
    const server = createServer((_request, response) => response.end('plain'));
    const detach = attach(server, echoFactory());
    attach(server, echoFactory(), { path: '/stays' })();
    detach();
    detach();
    expect(server.listenerCount('upgrade')).toBe(0);
    attach(server, echoFactory());
    const port = await listen(server);
    await expectEcho(`ws://127.0.0.1:${port}`);
  });

  test('refuses malformed handshakes with the right status', async () => {
    const server = createServer();
    const factory = echoFactory();
    factory.setProtocolOptions({ allowedOrigins: ['https://good.example'] });
    attach(server, factory);
    const port = await listen(server);
    expect(await ask(port, upgradeTo('/', 'Origin: https://evil.example\r\n'))).toMatch(/^HTTP\/1\.1 403 /);
    expect(await ask(port, upgradeTo('/').replace('dGhl', 'x'))).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask(port, upgradeTo('/', 'Content-Length: 5\r\n'))).toMatch(/^HTTP\/1\.1 400 /);
    while (factory.connectionCount > 0) await turn();
  });

  test('delivers frames that came with the request, once', async () => {
    await probeHandles();
    const server = createServer();
    const factory = echoFactory();
    attach(server, factory);
    const port = await listen(server);
    const socket = connect(port, '127.0.0.1');
    const frame = Buffer.from('818537fa213d7f9f4d5158', 'hex');
    socket.write(Buffer.concat([Buffer.from(upgradeTo('/')), frame, frame.subarray(0, 4)]));
    let received = Buffer.alloc(0);
    socket.on('data', data => (received = Buffer.concat([received, data])));
    while (!received.includes('Hello')) await turn();
    socket.write(frame.subarray(4));
    const frames = (): string => received.subarray(received.indexOf('\r\n\r\n') + 4).toString('hex');
    while (frames().length < 28) await turn();
    expect(frames()).toBe('810548656c6c6f810548656c6c6f');
    socket.destroy();
  });

  test('lets the server close, and count, when its connections are gone', async () => {
    await probeHandles();
    const server = createServer();
    const factory = echoFactory();
    let first: Socket | undefined;
    server.on('connection', socket => (first = socket));
    attach(server, factory);
    const port = await listen(server);
    const connection = await agent.open(`ws://127.0.0.1:${port}`);
    const count = (): Promise<number> =>
      new Promise((resolve, reject) => server.getConnections((error, n) => (error ? reject(error) : resolve(n))));
    expect(await count()).toBe(1);
    const { remotePort } = first ?? {};
    expect(factory.connections.values().next().value?.peer).toBe(`tcp4:127.0.0.1:${remotePort}`);
    const closed = new Promise(resolve => first?.once('close', resolve));
    connection.sendClose(1000);
    await closed;
    expect(await count()).toBe(0);
    await new Promise(resolve => server.close(resolve));
    servers.length = 0;
  });

  test('a connection ends with the socket that it came by', async () => {
    await probeHandles();
    const server = createServer();
    const factory = echoFactory();
    let first: Socket | undefined;
    server.on('connection', socket => (first = socket));
    attach(server, factory);
    const port = await listen(server);
    const connection = await agent.open(`ws://127.0.0.1:${port}`);
    first?.destroy();
    expect(await connection.closed).toMatchObject({ wasClean: false, code: 1006 });
    while (factory.connectionCount > 0) await turn();
  });

  test.each([
    { path: 'chat', error: RangeError },
    { path: 5 as unknown as string, error: TypeError },
  ])('refuses the path $path', ({ path, error }) => {
    expect(() => attach(createServer(), echoFactory(), { path })).toThrow(error);
  });
});

describe.each(['handles', 'sockets'] as const)('an upgrade behind a request that is being answered, by %s', kind => {
  /** Asks for both in one packet, and has the request answered late. @returns what came back, and the ends */
  async function pipeline(path: string): Promise<{ answer: string; opened: number; closed: unknown[] }> {
    await probeHandles();
    let response: ServerResponse | undefined;
    const server = createServer((_request, given) => (response = given));
    const closed: unknown[] = [];
    let opened = 0;
    const factory = echoFactory();
    factory.protocol = class extends WebSocketServerProtocol {
      override onConnect(): null {
        opened++;
        return null;
      }
      override onClose(...info: unknown[]): void {
        closed.push(info);
      }
    };
    attach(server, factory, { path: '/ours' });
    if (kind === 'sockets') vi.spyOn(handleProbe, 'canUseHandles').mockReturnValue(false);
    const asked = ask(await listen(server), `GET /slow HTTP/1.1\r\nHost: x\r\n\r\n${upgradeTo(path)}`);
    // Both came in one packet.
    while (response === undefined) await turn();
    response.end('slow');
    const answer = await asked;
    while (factory.connectionCount > 0) await turn();
    return { answer, opened, closed };
  }

  afterEach(() => void vi.restoreAllMocks());

  test('ends the connection: nobody is asked, and the late answer goes nowhere', async () => {
    const { answer, opened, closed } = await pipeline('/ours');
    expect([answer, opened]).toEqual(['', 0]);
    expect(closed).toMatchObject([[false, 1006, expect.any(String)]]);
  });

  test('is served once it was answered', async () => {
    await probeHandles();
    const server = createServer((_request, response) => response.end('x'.repeat(300_000)));
    if (kind === 'sockets') vi.spyOn(handleProbe, 'canUseHandles').mockReturnValue(false);
    attach(server, echoFactory());
    const socket = connect(await listen(server), '127.0.0.1');
    let received = 0;
    let isUpgraded = false;
    socket.on('data', data => {
      received += data.length;
      isUpgraded ||= data.includes('101 Switching');
    });
    socket.write('GET /plain HTTP/1.1\r\nHost: x\r\n\r\n');
    while (received < 300_000) await turn();
    socket.write(upgradeTo('/'));
    while (!isUpgraded) await turn();
    socket.destroy();
  });

  test('to a path that nobody serves does so too', async () => {
    expect(await pipeline('/other')).toEqual({ answer: '', opened: 0, closed: [] });
  });
});

test('what somebody else writes to a socket that was taken over harms only its connection', async () => {
  await probeHandles();
  const server = createServer();
  const factory = echoFactory();
  let socket: Socket | undefined;
  server.on('connection', given => (socket = given));
  attach(server, factory);
  const connection = await agent.open(`ws://127.0.0.1:${await listen(server)}`);
  socket?.write('nobody reads this');
  expect(await connection.closed).toMatchObject({ wasClean: false, code: 1006 });
});

describe('handleUpgrade', () => {
  test('serves what a listener of its own hands over', async () => {
    const server = createServer();
    const factory = echoFactory();
    const seen: unknown[] = [];
    server.on('upgrade', (request, socket, head) => {
      seen.push(handleUpgrade(factory, request, socket, head));
      expect(() => handleUpgrade(factory, request, socket, head)).toThrow(TypeError);
    });
    const port = await listen(server);
    await expectEcho(`ws://127.0.0.1:${port}`);
    expect(seen[0]).toBeInstanceOf(WebSocketServerProtocol);
  });
});

describe.skipIf(noCertificates !== null)('attach to node:https', () => {
  test('serves upgrades over TLS', async () => {
    const { key, cert } = createCertificate();
    const server = createTlsServer({ key, cert });
    const factory = echoFactory({ url: 'wss://localhost' });
    attach(server, factory);
    const port = await listen(server as unknown as Server);
    await expectEcho(`wss://localhost:${port}`, { tls: { ca: cert } });
  });
});
