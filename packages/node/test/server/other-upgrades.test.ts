import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import { attach, createClientAgent, openWebSocket, serveWebSocket } from '../../src/index.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';
import { echoFactory } from '../support/echo.ts';

type AnyServer = Pick<Server, 'on' | 'off' | 'listen' | 'close' | 'address' | 'listenerCount'>;

const servers: AnyServer[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) await new Promise(resolve => server.close(resolve));
});

async function listen(server: AnyServer): Promise<number> {
  servers.push(server);
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', () => resolve()));
  return (server.address() as AddressInfo).port;
}

/** What comes for some bytes until the server ends. */
function ask(port: number, text: string, isSecure = false): Promise<string> {
  return new Promise(resolve => {
    const where = { port, host: '127.0.0.1' };
    const socket = isSecure
      ? connectTls({ ...where, rejectUnauthorized: false, ALPNProtocols: ['http/1.1'] })
      : connect(where);
    let answer = '';
    socket.on('data', data => (answer += data.toString('latin1')));
    socket.on('error', () => {}).on('close', () => resolve(answer.replaceAll(/^Date: .*\r\n/gm, '')));
    socket.write(text);
  });
}

/** Tells what it was asked. */
function tell(request: IncomingMessage, response: ServerResponse): void {
  let body = '';
  request.on('data', data => (body += String(data)));
  request.on('end', () => {
    const { method, url, headers } = request;
    response.end(JSON.stringify({ method, url, headers, body }));
  });
}

function greet(request: IncomingMessage, socket: Duplex, head: Buffer): void {
  socket.end(`HTTP/1.1 101 Switching Protocols\r\nUpgrade: ${request.headers.upgrade}\r\n\r\nhello ${head}`);
}

const LAST = 'GET /last HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n';
const wish = (name: string, more = '', method = 'GET'): string =>
  `${method} /ws HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: ${name}\r\n${more}\r\n`;

const WISHES = [
  { name: 'h2c', text: wish('h2c', 'HTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n') },
  { name: 'foo', text: wish('foo') },
  { name: 'h2c with a body', text: `${wish('h2c', 'Content-Length: 4\r\n', 'POST')}body` },
  {
    name: 'h2c with a body in chunks',
    text: `${wish('h2c', 'Transfer-Encoding: chunked\r\n', 'POST')}4\r\nbody\r\n0\r\n\r\n`,
  },
  { name: 'TLS/1.0', text: wish('TLS/1.0', '', 'OPTIONS') },
];

/** As they are made, and whether over TLS. */
const KINDS: readonly { readonly kind: string; readonly isSecure: boolean; readonly create: () => AnyServer }[] = [
  { kind: 'node:http', isSecure: false, create: () => createServer() },
  { kind: 'node:https', isSecure: true, create: () => createTlsServer(createCertificate()) },
  {
    kind: 'node:http2 with HTTP/1.1',
    isSecure: true,
    create: () => createSecureServer({ ...createCertificate(), allowHTTP1: true }) as unknown as AnyServer,
  },
];

describe.each(KINDS)('other upgrades on $kind', ({ isSecure, create }) => {
  const attached = (): AnyServer => {
    const server = create();
    attach(server as Server, echoFactory(), { path: '/ws' });
    return server;
  };

  describe.skipIf(isSecure && noCertificates !== null).each(WISHES)('$name', ({ text }) => {
    test('is answered by the request listeners, as without us (RFC 9110, 7.8)', async () => {
      const answers: string[] = [];
      for (const server of [create(), attached()]) {
        server.on('request', tell);
        const port = await listen(server);
        answers.push(await ask(port, text.replace('Upgrade, ', 'close, Upgrade, '), isSecure));
      }
      expect(answers[1]).toBe(answers[0]);
      expect(answers[1]).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
      expect(answers[1]).toContain(text.includes('body') ? '"body":"body"' : '"body":""');
    });

    test('goes to other listeners of upgrades, as without us', async () => {
      const answers: string[] = [];
      for (const server of [create(), attached()]) {
        server.on('request', tell);
        server.on('upgrade', greet);
        answers.push(await ask(await listen(server), text, isSecure));
      }
      expect(answers[1]).toBe(answers[0]);
      expect(answers[1]).toMatch(/^HTTP\/1\.1 101 Switching Protocols\r\n/);
    });

    test('gets 404 where nobody would answer', async () => {
      expect(await ask(await listen(attached()), text, isSecure)).toMatch(/^HTTP\/1\.1 404 /);
    });
  });

  test.skipIf(isSecure && noCertificates !== null)('WebSockets are ours beside them', async () => {
    const server = attached();
    server.on('request', tell);
    const port = await listen(server);
    expect(await ask(port, wish('foo').replace('Upgrade, ', 'close, Upgrade, '), isSecure)).toMatch(/ 200 OK/);
    const scheme = isSecure ? 'wss' : 'ws';
    const tls = isSecure ? { tls: { rejectUnauthorized: false } } : {};
    const connection = await createClientAgent().open(`${scheme}://127.0.0.1:${port}/ws`, tls);
    connection.sendClose(1000);
    expect(await connection.closed).toMatchObject({ wasClean: true });
    expect(await ask(port, wish('h2c, websocket'), isSecure)).toMatch(/^HTTP\/1\.1 400 /);
    expect(await ask(port, wish('websocket').replace('/ws', '/other'), isSecure)).toMatch(/^HTTP\/1\.1 404 /);
  });
});

test('the connection goes on behind an upgrade that was not made', async () => {
  const server = createServer(tell);
  attach(server, echoFactory());
  const port = await listen(server);
  const text = await new Promise<string>(resolve => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.on('data', data => {
      if (answer === '') socket.write(LAST);
      answer += data.toString('latin1');
    });
    socket.on('close', () => resolve(answer));
    socket.write(wish('h2c'));
  });
  expect(text.match(/HTTP\/1\.1 200 OK/g)).toHaveLength(2);
});

test('the same with serveWebSocket', async () => {
  const server = createServer(tell);
  await using _ours = await serveWebSocket(
    async request => {
      const connection = await request.accept();
      await connection.close();
    },
    { server },
  );
  const port = await listen(server);
  expect(await ask(port, wish('h2c').replace('Upgrade, ', 'close, Upgrade, '))).toMatch(/ 200 OK/);
  const connection = await openWebSocket(`ws://127.0.0.1:${port}/`);
  expect((await connection.whenClosed).code).toBe(1000);
});

test.skipIf(!('shouldUpgradeCallback' in createServer()))(
  'what the server itself says of upgrades is heard',
  async () => {
    const shouldUpgradeCallback = ({ headers }: IncomingMessage): boolean => headers.upgrade !== 'bar';
    const server = createServer({ shouldUpgradeCallback } as object, tell);
    attach(server, echoFactory());
    server.on('upgrade', greet);
    const port = await listen(server);
    expect(await ask(port, wish('foo'))).toMatch(/ 101 Switching Protocols\r\nUpgrade: foo\r\n/);
    expect(await ask(port, wish('bar').replace('Upgrade, ', 'close, Upgrade, '))).toMatch(/ 200 OK/);
  },
);

test('who is attached no more changes nothing', async () => {
  const server = createServer(tell);
  const own = Object.getOwnPropertyDescriptor(server, 'shouldUpgradeCallback');
  const connections = server.listenerCount('connection');
  const detach = attach(server, echoFactory());
  const detachMore = attach(server, echoFactory(), { path: '/more' });
  detach();
  detachMore();
  expect(server.listenerCount('connection')).toBe(connections);
  expect(Object.getOwnPropertyDescriptor(server, 'shouldUpgradeCallback')).toEqual(own);
  expect(server.listenerCount('upgrade')).toBe(0);
});
