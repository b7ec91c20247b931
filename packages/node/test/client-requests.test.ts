// What clients ask for, as it is on the wire: the same whichever way the target was given.

import { once } from 'node:events';
import { connect as connectHttp2Session, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { offerDeflate } from '@ws/compress/deflate';
import { afterEach, describe, expect, test } from 'vitest';
import {
  attach,
  connectHttp2,
  connectWS,
  createClientAgent,
  listenWS,
  openWebSocket,
  serveWebSocket,
  WebSocketClientFactory,
  WebSocketServerFactory,
} from '../src/index.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** The head of the first request that comes to a port; it is answered with 404. */
async function record(): Promise<{ port: number; head: Promise<string> }> {
  const sockets = new Set<Socket>();
  let settle: (head: string) => void;
  const head = new Promise<string>(resolve => {
    settle = resolve;
  });
  const server = createServer(socket => {
    let text = '';
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('data', data => {
      text += data.toString('latin1');
      if (!text.endsWith('\r\n\r\n')) return;
      settle(text);
      socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, head };
}

const protocols = ['chat', 'talk'];
const ways: [name: string, open: (host: string, port: number, path: string) => Promise<unknown>][] = [
  [
    'connectWS',
    (host, port, path) => connectWS(new WebSocketClientFactory({ url: `ws://${host}:${port}${path}`, protocols })),
  ],
  ['createClientAgent', (host, port, path) => createClientAgent().open(`ws://${host}:${port}${path}`, { protocols })],
  [
    'openWebSocket with a URL',
    (host, port, path) => openWebSocket(new URL(`ws://${host}:${port}${path}`), { subprotocols: protocols }),
  ],
  [
    'openWebSocket with a string',
    (host, port, path) => openWebSocket(`ws://${host}:${port}${path}`, { subprotocols: protocols }),
  ],
  [
    'openWebSocket with { host, port, path }',
    (host, port, path) => openWebSocket({ host, port, path }, { subprotocols: protocols }),
  ],
];

describe.each(ways)('%s', (_name, open) => {
  test.each(['/ws;jsessionid=1?x=1', '/ws;p;q', '/a;b/ws', '/;p', '/a;b/c;d=e/?f;g'])(
    'asks for %s as it is (RFC 6455, 3)',
    async path => {
      const { port, head } = await record();
      await open('127.0.0.1', port, path).catch(() => {});
      expect((await head).split('\r\n')[0]).toBe(`GET ${path} HTTP/1.1`);
    },
  );

  test('separates subprotocols by a comma and a blank', async () => {
    const { port, head } = await record();
    await open('127.0.0.1', port, '/').catch(() => {});
    expect(await head).toContain('\r\nSec-WebSocket-Protocol: chat, talk\r\n');
  });
});

test('extensions are separated by a comma and a blank', async () => {
  const { port, head } = await record();
  const factory = new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` });
  factory.setProtocolOptions({ perMessageCompressionOffers: [...offerDeflate(), ...offerDeflate()] });
  await connectWS(factory).catch(() => {});
  expect(await head).toMatch(/\r\nSec-WebSocket-Extensions: permessage-deflate[^,]*, permessage-deflate[^,]*\r\n/);
});

test('the same over HTTP/2: parameters of the path, and blanks in lists', async () => {
  const server = createHttp2Server();
  const factory = new WebSocketServerFactory({ protocols: ['talk'] });
  attach(server, factory);
  const asked: Record<string, unknown>[] = [];
  server.on('stream', (_stream, headers) => asked.push(headers));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const session = connectHttp2Session(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  cleanups.push(() => {
    session.destroy();
    server.close();
  });
  const client = new WebSocketClientFactory({ url: 'ws://127.0.0.1/ws;jsessionid=1?x=1', protocols });
  const connection = await connectHttp2(client, session);
  expect(asked).toMatchObject([{ ':path': '/ws;jsessionid=1?x=1', 'sec-websocket-protocol': 'chat, talk' }]);
  expect(connection.subprotocol).toBe('talk');
  expect([...factory.connections].map(({ resource }) => resource)).toEqual(['/ws;jsessionid=1?x=1']);
});

test('a server has parameters of the path in its resource, and not in the path of the request', async () => {
  const factory = new WebSocketServerFactory();
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0 });
  cleanups.push(() => port.close({ grace: 0 }));
  await createClientAgent().open(`ws://127.0.0.1:${port.port}/ws;jsessionid=1?x=1`);
  const [connection] = factory.connections;
  expect(connection?.resource).toBe('/ws;jsessionid=1?x=1');
  expect(connection?.request).toMatchObject({ path: '/ws', params: { x: ['1'] } });
});

test('both ends of the pull API have them in their path', async () => {
  let path = '';
  const server = await serveWebSocket(
    async request => {
      path = request.path;
      await request.accept();
    },
    { host: '127.0.0.1' },
  );
  cleanups.push(() => server.close({ grace: 0 }));
  const connection = await openWebSocket({ host: '127.0.0.1', port: server.port, path: '/ws;jsessionid=1?x=1' });
  expect([path, connection.path]).toEqual(['/ws;jsessionid=1?x=1', '/ws;jsessionid=1?x=1']);
});
