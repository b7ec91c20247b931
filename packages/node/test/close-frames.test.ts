// Close frames that break the rules, over real transports. Nothing is ever waited for here but the end: no timeouts.

import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect as connectHttp2Session, createServer as createHttp2Server } from 'node:http2';
import { type AddressInfo, connect, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { CloseInfo } from '@ws/core';
import { hex } from '@ws/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import {
  attach,
  connectWS,
  listenWS,
  socketStream,
  WebSocketClientFactory,
  WebSocketServerFactory,
  type WebSocketServerProtocol,
} from '../src/index.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';
import { turn } from './support/echo.ts';
import { RawPeer, REQUEST } from './support/raw-peer.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

const options = { closeHandshakeTimeout: 0, serverConnectionDropTimeout: 0 };

async function start(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

async function listen(factory: WebSocketServerFactory, more = {}): Promise<number> {
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0, ...more });
  cleanups.push(() => port.close({ grace: 0 }));
  return port.port ?? 0;
}

const certificate = noCertificates === null ? createCertificate() : null;
const overTcp = async (socket: Duplex): Promise<RawPeer> => new RawPeer(socketStream(socket)).open(REQUEST);
const transports: [name: string, open: (factory: WebSocketServerFactory) => Promise<RawPeer>, isSkipped?: boolean][] = [
  ['TCP', async factory => overTcp(connect({ port: await listen(factory), host: '127.0.0.1', allowHalfOpen: true }))],
  [
    'TLS',
    async factory => {
      const port = await listen(factory, { tls: certificate });
      return overTcp(connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false }));
    },
    certificate === null,
  ],
  [
    'node:http',
    async factory => {
      const server = createServer();
      attach(server, factory);
      return overTcp(connect({ port: await start(server), host: '127.0.0.1', allowHalfOpen: true }));
    },
  ],
  [
    'HTTP/2',
    async factory => {
      const server = createHttp2Server();
      attach(server, factory);
      const session = connectHttp2Session(`http://127.0.0.1:${await start(server)}`);
      session.on('error', () => {});
      cleanups.push(() => session.destroy());
      await once(session, 'remoteSettings');
      const fields = { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/', 'sec-websocket-version': '13' };
      const stream = session.request(fields, { endStream: false });
      await once(stream, 'response');
      return new RawPeer(socketStream(stream));
    },
  ],
];

const frames: [name: string, wire: string][] = [
  ['126 bytes', '88 fe 00 7e 00 00 00 00'],
  ['65,536 bytes', '88 ff 00 00 00 00 00 01 00 00 00 00 00 00'],
  ['2^63 bytes', '88 ff 80 00 00 00 00 00 00 00'],
  ['one byte', '88 81 00 00 00 00 03'],
  ['a fragment', '08 82 00 00 00 00 03 e8'],
  ['a reserved bit', 'a8 82 00 00 00 00 03 e8'],
  ['not masked', '88 02 03 e8'],
];

describe.each(transports)('a server over %s', (_name, open, isSkipped = false) => {
  test.skipIf(isSkipped).each(frames)('ends at once over a Close frame of %s', async (_title, wire) => {
    const factory = new WebSocketServerFactory();
    factory.setProtocolOptions(options);
    const peer = await open(factory);
    const [connection] = factory.connections as Iterable<WebSocketServerProtocol>;
    peer.write(hex(wire));
    await peer.left();
    // A Close frame with 1002, and then the end.
    expect(Buffer.from(peer.received, 'latin1').toString('hex')).toMatch(/^88..03ea/);
    const info = (await connection?.closed) as CloseInfo;
    expect(info).toMatchObject({ localCode: 1002, timeout: null });
    while (factory.connectionCount > 0) await turn();
  });
});

describe('a client', () => {
  test.each([
    ['126 bytes', '88 7e 00 7e'],
    ['2^63 bytes', '88 7f 80 00 00 00 00 00 00 00'],
    ['126 bytes, masked', '88 fe 00 7e 00 00 00 00'],
    ['one byte', '88 01 03'],
  ])('ends its side at once over a Close frame of %s', async (_title, wire) => {
    const server = createServer();
    const peers: RawPeer[] = [];
    server.removeAllListeners('connection');
    server.on('connection', socket => peers.push(new RawPeer(socketStream(socket))));
    const factory = new WebSocketClientFactory({ url: `ws://127.0.0.1:${await start(server)}` });
    factory.setProtocolOptions(options);
    const connecting = connectWS(factory);
    while (peers.length === 0) await turn();
    const [peer] = peers as [RawPeer];
    await peer.accept();
    const connection = await connecting;
    peer.write(hex(wire));
    await peer.ended;
    peer.end();
    expect(await connection.closed).toMatchObject({ wasClean: false, localCode: 1002, timeout: null });
  });
});
