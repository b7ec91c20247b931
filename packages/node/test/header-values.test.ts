// Bytes from 0x80 on in header values (RFC 9110, 5.5), on every way in and out: characters of ISO 8859-1, as in Node.

import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2Session, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, createServer as createTcpServer, type Server, type Socket } from 'node:net';
import { type Duplex, PassThrough } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { ConnectionRequest } from '@ws/types';
import { afterEach, describe, expect, onTestFinished, test } from 'vitest';
import {
  attach,
  connectHttp2,
  connectWS,
  handleUpgrade,
  listenWS,
  openWebSocket,
  WebSocketClientFactory,
  WebSocketServerFactory,
  WebSocketServerProtocol,
} from '../src/index.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';

/** Every byte beyond ASCII, and an `à` in UTF-8: its last byte is a blank to JavaScript, and none to HTTP. */
const ALL = `${String.fromCharCode(...Array.from({ length: 128 }, (_, i) => 0x80 + i))}\xc3\xa0`;
const COOKIE = 'name=Zo\xeb';

const seen: ConnectionRequest[] = [];

/** Accepts all, with a cookie and all bytes in the answer. */
function factory(): WebSocketServerFactory {
  const made = new WebSocketServerFactory();
  made.protocol = class extends WebSocketServerProtocol {
    override onConnect(request: ConnectionRequest): [null, Record<string, string>] {
      seen.push(request);
      return [null, { 'Set-Cookie': COOKIE, 'X-All': ALL }];
    }
  };
  return made;
}

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  seen.length = 0;
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function start(server: Server): Promise<number> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket: Socket) => sockets.add(socket));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise(resolve => server.close(resolve));
  });
  return (server.address() as AddressInfo).port;
}

async function listen(options = {}): Promise<number> {
  const port = await listenWS(factory(), { host: '127.0.0.1', port: 0, ...options });
  cleanups.push(() => port.close({ grace: 0 }));
  return port.port ?? 0;
}

/** The head of what comes, each byte a character. */
function readHead(socket: Duplex): Promise<string> {
  return new Promise(resolve => {
    let text = '';
    socket.on('data', (data: Buffer) => {
      text += data.toString('latin1');
      if (text.includes('\r\n\r\n')) resolve(text);
    });
    socket.on('error', () => {});
    socket.on('close', () => resolve(text));
  });
}

async function ask(socket: Duplex, request: string): Promise<string> {
  const head = readHead(socket);
  socket.write(Buffer.from(request, 'latin1'));
  const answer = await head;
  socket.destroy();
  return answer;
}

const request = (...lines: string[]): string =>
  ['GET / HTTP/1.1', 'Host: x', 'Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13']
    .concat('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', lines, '\r\n')
    .join('\r\n');

const certificate = noCertificates === null ? createCertificate() : null;
const servers: [name: string, open: () => Promise<Duplex>, isSkipped?: boolean][] = [
  ['listenWS', async () => connect(await listen(), '127.0.0.1')],
  [
    'listenWS with TLS',
    async () => connectTls({ port: await listen({ tls: certificate }), host: '127.0.0.1', rejectUnauthorized: false }),
    certificate === null,
  ],
  [
    'attach',
    async () => {
      const server = createServer();
      attach(server, factory());
      return connect(await start(server), '127.0.0.1');
    },
  ],
  [
    'handleUpgrade',
    async () => {
      const server = createServer();
      server.on('upgrade', (message, socket, head) => handleUpgrade(factory(), message, socket, head));
      return connect(await start(server), '127.0.0.1');
    },
  ],
];

describe.each(servers)('a server by %s', (_name, open, isSkipped = false) => {
  test.skipIf(isSkipped)('accepts them in values, and sends them', async () => {
    const answer = await ask(await open(), request(`Cookie: ${COOKIE}`, `X-All: \t${ALL} `));
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(seen[0]?.headers).toMatchObject({ cookie: COOKIE, 'x-all': ALL });
    expect(answer).toContain(`\r\nSet-Cookie: ${COOKIE}\r\nX-All: ${ALL}\r\n`);
  });

  test.skipIf(isSkipped).each([
    ['a name', request('X-\xe9: 1')],
    ['a value with a control character', request('X: \xe9\x7f')],
    ['the host', request().replace('Host: x', 'Host: \xe9')],
    ['the target', request().replace('GET /', 'GET /\xe9')],
    ['a subprotocol', request('Sec-WebSocket-Protocol: \xe9')],
    ['an extension', request('Sec-WebSocket-Extensions: \xe9')],
  ])('refuses them in %s', async (_title, text) => {
    expect(await ask(await open(), text)).toMatch(/^HTTP\/1\.1 400 /);
    expect(seen).toEqual([]);
  });
});

describe('over HTTP/2', () => {
  async function session() {
    const server = createHttp2Server();
    attach(server, factory());
    const client = connectHttp2Session(`http://127.0.0.1:${await start(server)}`);
    client.on('error', () => {});
    cleanups.push(() => client.destroy());
    await once(client, 'remoteSettings');
    return client;
  }
  const fields = {
    ':method': 'CONNECT',
    ':protocol': 'websocket',
    ':authority': 'x',
    ':path': '/',
    'sec-websocket-version': '13',
  };

  test('a server accepts them in values, and sends them', async () => {
    const stream = (await session()).request({ ...fields, cookie: COOKIE, 'x-all': ALL }, { endStream: false });
    const [headers] = await once(stream, 'response');
    expect(headers).toMatchObject({ ':status': 200, 'set-cookie': [COOKIE], 'x-all': ALL });
    expect(seen[0]?.headers).toMatchObject({ cookie: COOKIE, 'x-all': ALL });
  });

  test.each([
    ['the authority', { ':authority': '\xe9' }],
    ['the path', { ':path': '/\xe9' }],
    ['a subprotocol', { 'sec-websocket-protocol': '\xe9' }],
    ['an extension', { 'sec-websocket-extensions': '\xe9' }],
  ])('a server refuses them in %s', async (_title, more) => {
    const stream = (await session()).request({ ...fields, ...more }, { endStream: false });
    // By a status, or, where Node sees it first, by a reset.
    const status = new Promise(resolve => {
      stream.on('response', headers => resolve(headers[':status']));
      stream.on('error', () => resolve(400));
      stream.on('close', () => resolve(400));
    });
    expect(await status).toBe(400);
    expect(seen).toEqual([]);
  });

  test('a client accepts them in values, and sends them', async () => {
    const client = new WebSocketClientFactory({ headers: { Cookie: COOKIE, 'X-All': ALL } });
    const connection = await connectHttp2(client, await session());
    expect(seen[0]?.headers).toMatchObject({ cookie: COOKIE, 'x-all': ALL });
    expect(connection.response?.headers).toMatchObject({ 'set-cookie': COOKIE, 'x-all': ALL });
  });
});

describe('a client', () => {
  /** Plays a server: answers the first head by `answer`, which may need the key. Gives the heads that came. */
  async function serve(...answers: ((accept: string) => string)[]): Promise<{ port: number; heads: string[] }> {
    const heads: string[] = [];
    const server = createTcpServer(async socket => {
      const data = new PassThrough();
      socket.pipe(data);
      socket.on('error', () => {});
      for (const answer of answers) {
        const head = await readHead(data);
        heads.push(head);
        const key = /^sec-websocket-key: (.*)\r$/im.exec(head)?.[1] ?? '';
        const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
        socket.write(Buffer.from(answer(accept), 'latin1'));
      }
    });
    return { port: await start(server), heads };
  }
  const switching = (...lines: string[]) => {
    const head = ['HTTP/1.1 101 Switching', 'Upgrade: websocket', 'Connection: Upgrade', ...lines];
    return (accept: string): string => [...head, `Sec-WebSocket-Accept: ${accept}`, '\r\n'].join('\r\n');
  };

  test('accepts them in the values of a 101, and sends them', async () => {
    const { port, heads } = await serve(switching(`Set-Cookie: ${COOKIE}`, `X-All: ${ALL} `));
    const url = `ws://127.0.0.1:${port}`;
    const connection = await connectWS(new WebSocketClientFactory({ url, headers: { Cookie: COOKIE, 'X-All': ALL } }));
    onTestFinished(() => connection.dropConnection(true));
    expect(connection.response?.headers).toMatchObject({ 'set-cookie': COOKIE, 'x-all': ALL });
    expect(heads[0]).toContain(`\r\nCookie: ${COOKIE}\r\nX-All: ${ALL}\r\n`);
  });

  test('has them in the headers of the pull API', async () => {
    const { port, heads } = await serve(switching(`Set-Cookie: ${COOKIE}`));
    const connection = await openWebSocket(`ws://127.0.0.1:${port}`, { headers: { Cookie: COOKIE } });
    expect(connection.handshakeHeaders['set-cookie']).toBe(COOKIE);
    expect(heads[0]).toContain(`\r\nCookie: ${COOKIE}\r\n`);
  });

  test('has them in a refusal', async () => {
    const { port } = await serve(() => `HTTP/1.1 403 Non\xe9\r\nX-All: ${ALL}\r\nContent-Length: 0\r\n\r\n`);
    const refused = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await expect(refused).rejects.toMatchObject({ status: 403, reason: 'Non\xe9', headers: { 'x-all': ALL } });
  });

  test.each([
    ['tunnel', '200 \xc9tabli', null],
    ['refusal', '407 Non\xe9', 'ERR_PROXY_AUTHENTICATION'],
  ])('accepts them in the %s of a proxy, and sends them to it', async (_title, status, code) => {
    const answer = `HTTP/1.1 ${status}\r\nVia: ${ALL}\r\n\r\n`;
    const { port, heads } = await serve(() => answer, switching());
    const proxy = { host: '127.0.0.1', port, headers: { 'X-All': ALL } };
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://a.example', proxy }));
    if (code === null) (await connecting).dropConnection(true);
    else await expect(connecting).rejects.toMatchObject({ cause: { code, headers: { via: ALL } } });
    expect(heads[0]).toContain(`\r\nX-All: ${ALL}\r\n`);
  });

  test.each([
    ['a name', 'X-\xe9: 1'],
    ['a value with a control character', 'X: \xe9\x7f'],
    ['the subprotocol', 'Sec-WebSocket-Protocol: \xe9'],
    ['an extension', 'Sec-WebSocket-Extensions: \xe9'],
  ])('refuses them in %s', async (_title, line) => {
    const { port } = await serve(switching(line));
    const refused = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await expect(refused).rejects.toMatchObject({ code: 'ERR_HTTP_SYNTAX' });
  });

  test('sends nothing that no byte stands for', async () => {
    const { port, heads } = await serve(switching());
    const headers = { Cookie: 'price=5\u20ac' };
    expect(() => new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}`, headers })).toThrow(RangeError);
    await expect(openWebSocket(`ws://127.0.0.1:${port}`, { headers })).rejects.toThrow(RangeError);
    expect(heads).toEqual([]);
  });
});
