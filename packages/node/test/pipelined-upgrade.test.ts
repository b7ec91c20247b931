import { createServer, type RequestListener, type Server, ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test, vi } from 'vitest';
import {
  attach,
  createClientAgent,
  handleUpgrade,
  type WebSocketServerFactory,
  WebSocketServerProtocol,
} from '../src/index.ts';
import * as handleProbe from '../src/streams/handle-probe.ts';
import * as tlsProbe from '../src/tls/tls-probe.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';
import { echoFactory, nextMessage, turn } from './support/echo.ts';

const GET = 'GET /first HTTP/1.1\r\nHost: x\r\n\r\n';

const upgradeTo = (path: string): string =>
  `GET ${path} HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Version: 13\r\n\r\n';

const cleanups: (() => unknown)[] = [];

afterEach(async () => {
  vi.restoreAllMocks();
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen(server: Server): Promise<number> {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => {
    server.closeAllConnections();
    return new Promise(resolve => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

/** What a socket receives, until a text has come, or the end. */
async function receive(socket: Socket, until: string): Promise<string> {
  cleanups.push(() => socket.destroy());
  let text = '';
  socket.on('data', data => (text += data.toString('latin1')));
  socket.on('error', () => {});
  while (!text.includes(until) && !socket.closed) await turn();
  return text;
}

/** A factory that tells what became of its connections. */
function watched(): { factory: WebSocketServerFactory; asked: unknown[]; closed: unknown[] } {
  const factory = echoFactory();
  const asked: unknown[] = [];
  const closed: unknown[] = [];
  factory.protocol = class extends WebSocketServerProtocol {
    override onConnect(): null {
      asked.push(this);
      return null;
    }
    override onClose(...info: unknown[]): void {
      closed.push(info);
    }
  };
  return { factory, asked, closed };
}

describe.each(['handles', 'sockets'] as const)('an upgrade behind a response that has been ended, by %s', kind => {
  async function serve(onRequest: RequestListener): Promise<Server> {
    await Promise.all([handleProbe.probeHandles(), tlsProbe.probeTlsHandles()]);
    if (kind === 'sockets') {
      vi.spyOn(handleProbe, 'canUseHandles').mockReturnValue(false);
      vi.spyOn(tlsProbe, 'canUseTlsHandles').mockReturnValue(false);
    }
    return createServer(onRequest);
  }

  test.each([1, 2, 3])('is served behind %i in one packet', async count => {
    const server = await serve((_request, response) => response.end('hello'));
    attach(server, echoFactory());
    const socket = connect(await listen(server), '127.0.0.1');
    socket.write(GET.repeat(count) + upgradeTo('/'));
    const text = await receive(socket, '101 Switching');
    expect(text.match(/HTTP\/1\.1 \d+|hello/g)).toEqual([
      ...Array.from({ length: count }, () => ['HTTP/1.1 200', 'hello']).flat(),
      'HTTP/1.1 101',
    ]);
  });

  test('is served by a listener that hands it over, once', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    const factory = echoFactory();
    const failures: unknown[] = [];
    server.on('upgrade', (request, socket, head) => {
      handleUpgrade(factory, request, socket, head);
      expect(() => handleUpgrade(factory, request, socket, head)).toThrow(TypeError);
      failures.push('thrown');
    });
    attach(server, echoFactory());
    const socket = connect(await listen(server), '127.0.0.1');
    socket.write(GET + upgradeTo('/'));
    await receive(socket, '101 Switching');
    expect(failures).toEqual(['thrown']);
    expect(factory.connectionCount).toBe(1);
  });

  test('is refused behind it where nobody serves its path', async () => {
    const server = await serve((_request, response) => response.end('hello'));
    attach(server, echoFactory(), { path: '/ours' });
    const socket = connect(await listen(server), '127.0.0.1');
    socket.write(GET + upgradeTo('/other'));
    const text = await receive(socket, 'nothing of this kind');
    expect(text.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 200', 'HTTP/1.1 404']);
  });

  test.each(['/ours', '/other'])('to %s ends with a response that is the last', async path => {
    const server = await serve((_request, response) => response.setHeader('Connection', 'close').end('hello'));
    const { factory, asked, closed } = watched();
    attach(server, factory, { path: '/ours' });
    const socket = connect(await listen(server), '127.0.0.1');
    socket.write(GET + upgradeTo(path));
    const text = await receive(socket, 'nothing of this kind');
    expect(text.match(/HTTP\/1\.1 \d+|hello/g)).toEqual(['HTTP/1.1 200', 'hello']);
    while (path === '/ours' && closed.length === 0) await turn();
    expect(asked).toEqual([]);
    if (path === '/ours') expect(closed).toMatchObject([[false, 1006, expect.any(String)]]);
  });

  test.each(['/ours', '/other'])('to %s ends when the client goes without having read it', async path => {
    const server = await serve((_request, response) => response.end(Buffer.alloc(50_000_000)));
    const { factory, asked, closed } = watched();
    attach(server, factory, { path: '/ours' });
    const upgraded = new Promise<Duplex>(resolve => {
      server.prependOnceListener('upgrade', (_request, given) => resolve(given));
    });
    const socket = connect(await listen(server), '127.0.0.1');
    socket.write(GET + upgradeTo(path));
    const served = await upgraded;
    expect(served.destroyed).toBe(false);
    socket.resetAndDestroy();
    while (!served.closed || (path === '/ours' && closed.length === 0)) await turn();
    expect(asked).toEqual([]);
    if (path === '/ours') expect(closed).toMatchObject([[false, 1006, expect.any(String)]]);
  });

  test.skipIf(noCertificates !== null)('is served over TLS when the client has received it', async () => {
    await serve(() => {});
    const { key, cert } = createCertificate();
    const server = createTlsServer({ key, cert }, (_request, response) => response.end('hello'));
    attach(server, echoFactory({ url: 'wss://localhost' }));
    const port = await listen(server as unknown as Server);
    for (let round = 0; round < 10; round++) {
      const socket = connectTls({ port, host: '127.0.0.1', ca: cert, servername: 'localhost' });
      socket.once('data', () => socket.write(upgradeTo('/')));
      socket.write(GET);
      expect(await receive(socket, '101 Switching')).toMatch(/^HTTP\/1\.1 200 .*hello.*HTTP\/1\.1 101 /s);
    }
  });

  test('is served though its own response has the socket', async () => {
    const server = await serve(() => {});
    const factory = echoFactory();
    server.on('upgrade', (request, socket, head) => {
      new ServerResponse(request).assignSocket(socket as Socket);
      setImmediate(() => handleUpgrade(factory, request, socket, head));
    });
    const connection = await createClientAgent().open(`ws://127.0.0.1:${await listen(server)}`);
    const echoed = nextMessage(connection);
    connection.sendMessage('hello');
    expect(Buffer.from((await echoed).payload).toString()).toBe('hello');
    connection.sendClose(1000);
    expect(await connection.closed).toMatchObject({ wasClean: true, code: 1000 });
    while (factory.connectionCount > 0) await turn();
  });
});
