import { getEventListeners, once } from 'node:events';
import {
  type ClientHttp2Session,
  type ClientHttp2Stream,
  connect,
  createSecureServer,
  createServer,
  type Http2SecureServer,
  type Http2Server,
  type ServerHttp2Session,
  type ServerHttp2Stream,
} from 'node:http2';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { HandshakeError } from '@ws/core';
import { ConnectionAccept } from '@ws/types';
import { afterEach, describe, expect, test } from 'vitest';
import {
  attach,
  connectHttp2,
  createClientAgent,
  WebSocketClientFactory,
  WebSocketServerProtocol,
} from '../src/index.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';
import { echoFactory, nextMessage, turn } from './support/echo.ts';

const sessions: ClientHttp2Session[] = [];
const servers: (Http2Server | Http2SecureServer)[] = [];

afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy();
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))));
});

async function open(server: Http2Server | Http2SecureServer, options = {}): Promise<ClientHttp2Session> {
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const scheme = 'addContext' in server || 'setSecureContext' in server ? 'https' : 'http';
  const session = connect(`${scheme}://localhost:${(server.address() as AddressInfo).port}`, options);
  session.on('error', () => {});
  sessions.push(session);
  return session;
}

const client = (path = '/', session = {}): WebSocketClientFactory => {
  const factory = new WebSocketClientFactory({ url: `ws://localhost${path}`, ...session });
  factory.setProtocolOptions({ maxMessagePayloadSize: 0 });
  return factory;
};

describe('over HTTP/2 (RFC 8441)', () => {
  test('many connections share one session, beside ordinary requests', async () => {
    const server = createServer((_request, response) => response.end('plain'));
    attach(server, echoFactory({ protocols: ['chat'] }), { path: '/ws' });
    const session = await open(server);
    const options = { protocols: ['other', 'chat'], headers: { 'x-more': ['1', '2'] } };
    const connections = await Promise.all([1, 2, 3].map(() => connectHttp2(client('/ws?a=b', options), session)));
    for (const [index, connection] of connections.entries()) {
      const echoed = nextMessage(connection);
      connection.sendMessage(new Uint8Array(1 + index * 300_000).fill(index), true);
      expect((await echoed).payload).toHaveLength(1 + index * 300_000);
      expect(connection.subprotocol).toBe('chat');
    }
    const request = session.request({ ':path': '/' });
    let body = '';
    request.on('data', data => (body += String(data)));
    await new Promise(resolve => request.once('end', resolve));
    expect(body).toBe('plain');
    for (const connection of connections) {
      connection.sendClose(1000, 'bye');
      expect(await connection.closed).toMatchObject({ wasClean: true, code: 1000 });
    }
  });

  test('the server sees request and peer as over HTTP/1.1', async () => {
    const server = createServer();
    const factory = echoFactory();
    attach(server, factory);
    const session = await open(server);
    await connectHttp2(client('/path?q=1', { origin: 'http://localhost' }), session);
    const [connection] = factory.connections;
    expect(connection?.request).toMatchObject({ path: '/path', params: { q: ['1'] }, origin: 'http://localhost' });
    expect(connection?.peer).toMatch(/^tcp4:127\.0\.0\.1:\d+$/);
  });

  test('a session that ends takes its connections with it', async () => {
    const server = createServer();
    const factory = echoFactory();
    attach(server, factory);
    const session = await open(server);
    const connection = await connectHttp2(client(), session);
    session.destroy();
    expect(await connection.closed).toMatchObject({ wasClean: false, code: 1006 });
    while (factory.connectionCount > 0) await turn();
    await expect(connectHttp2(client(), session)).rejects.toMatchObject({ code: 'ERR_RESET' });
  });

  test('a refusal has its status', async () => {
    const server = createServer();
    const factory = echoFactory();
    factory.setProtocolOptions({ allowedOrigins: ['https://good.example'] });
    attach(server, factory, { path: '/ws' });
    const session = await open(server);
    const refused = connectHttp2(client('/ws', { origin: 'https://evil.example' }), session);
    await expect(refused).rejects.toThrow(HandshakeError);
    await expect(refused).rejects.toMatchObject({ status: 403 });
    await expect(connectHttp2(client('/other'), session)).rejects.toMatchObject({ status: 404 });
    expect((await connectHttp2(client('/ws', { origin: 'https://good.example' }), session)).state).toBe('open');
  });

  test('a server that does not announce it is not asked (RFC 8441, 3)', async () => {
    const session = await open(createServer());
    await expect(connectHttp2(client(), session)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  test('more than ten at once share one ping of a fresh session', async () => {
    const server = createServer();
    attach(server, echoFactory());
    const session = await open(server);
    const listeners = (): number[] => ['close', 'error', 'connect'].map(name => session.listenerCount(name));
    const before = listeners();
    const connections = await Promise.all(Array.from({ length: 20 }, () => connectHttp2(client(), session)));
    expect(connections.map(({ state }) => state)).toEqual(Array(20).fill('open'));
    expect(listeners()).toEqual(before);
  });

  test.each(['close', 'destroy'] as const)('a session may %s while it connects', async how => {
    const server = createServer();
    attach(server, echoFactory());
    const session = await open(server);
    const connecting = connectHttp2(client(), session);
    session[how]();
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_RESET' });
    if (!session.destroyed) await once(session, 'close');
  });

  test.each(['fresh', 'known'])("needs no ping of its own where the application's fill a %s session", async how => {
    const server = createServer();
    if (how === 'fresh') attach(server, echoFactory());
    const session = await open(server);
    await once(session, how === 'fresh' ? 'connect' : 'remoteSettings');
    for (let count = 0; count < 10; count++) session.ping(() => {});
    const connecting = connectHttp2(client(), session);
    if (how === 'fresh') expect((await connecting).state).toBe('open');
    else await expect(connecting).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
  });

  test('aborting does not wait for a server that says nothing', async () => {
    const silent = createTcpServer(socket => socket.on('error', () => {}).resume());
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const session = connect(`http://127.0.0.1:${(silent.address() as AddressInfo).port}`);
    session.on('error', () => {});
    const controller = new AbortController();
    const { signal } = controller;
    const reason = new Error('changed my mind');
    const whileConnecting = connectHttp2(client(), session, { signal });
    await once(session, 'connect');
    const connected = connectHttp2(client(), session, { signal });
    const patient = connectHttp2(client(), session);
    controller.abort(reason);
    await expect(whileConnecting).rejects.toBe(reason);
    await expect(connected).rejects.toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    session.destroy();
    await expect(patient).rejects.toMatchObject({ code: 'ERR_RESET' });
    await expect(connectHttp2(client(), session)).rejects.toMatchObject({ code: 'ERR_RESET' });
    await new Promise(resolve => silent.close(resolve));
  });

  test('a server that does not announce it may do so later', async () => {
    const server = createServer();
    const other = new Promise<ServerHttp2Session>(resolve => server.once('session', resolve));
    const session = await open(server);
    await expect(connectHttp2(client(), session)).rejects.toMatchObject({ code: 'ERR_UNSUPPORTED' });
    attach(server, echoFactory());
    (await other).settings({ enableConnectProtocol: true });
    await once(session, 'remoteSettings');
    expect((await connectHttp2(client(), session)).state).toBe('open');
  });

  test.each([
    { name: 'at once', delay: false, headers: { 'Proxy-Connection': 'keep-alive' } },
    { name: 'later', delay: true, headers: { 'Proxy-Connection': 'keep-alive' } },
    { name: 'at once, twice what may stand once', delay: false, headers: { 'Content-Type': ['a/b', 'c/d'] } },
  ])('a header that HTTP/2 does not allow ends the connection with 500, $name', async ({ delay, headers }) => {
    const server = createServer();
    const factory = echoFactory();
    const closed: unknown[] = [];
    factory.protocol = class extends WebSocketServerProtocol {
      override async onConnect(): Promise<ConnectionAccept> {
        if (delay) await turn();
        return new ConnectionAccept(null, headers);
      }
      override onClose(...info: unknown[]): void {
        closed.push(info);
      }
    };
    attach(server, factory);
    const session = await open(server);
    await expect(connectHttp2(client(), session)).rejects.toMatchObject({ code: 'ERR_STATUS', status: 500 });
    while (factory.connectionCount > 0) await turn();
    expect(closed).toMatchObject([[false, 1006, expect.stringContaining('transport failed')]]);
  });

  test('a CONNECT for other things gets what it got before', async () => {
    const server = createServer((_request, response) => response.end());
    attach(server, echoFactory());
    const session = await open(server);
    const request = session.request({ ':method': 'CONNECT', ':authority': 'example.com:80' });
    const status = await new Promise(resolve => request.once('response', headers => resolve(headers[':status'])));
    expect(status).toBe(405);
  });

  test('a protocol that nobody knows gets 501, unless somebody else may answer (RFC 9220, 3)', async () => {
    const server = createServer();
    attach(server, echoFactory());
    const session = await open(server);
    await new Promise(resolve => session.once('remoteSettings', resolve));
    const ask = async (): Promise<unknown> => {
      const request = session.request({ ':method': 'CONNECT', ':protocol': 'other', ':path': '/', ':authority': 'x' });
      return new Promise(resolve => request.once('response', headers => resolve(headers[':status'])));
    };
    expect(await ask()).toBe(501);
    server.on('stream', stream => stream.respond({ ':status': 299 }, { endStream: true }));
    expect(await ask()).toBe(299);
  });

  /** A client that speaks frames, and never ends its half of the stream. */
  async function openHalf(session: ClientHttp2Session, protocol: string): Promise<ClientHttp2Stream> {
    if (!session.remoteSettings?.enableConnectProtocol) await once(session, 'remoteSettings');
    const stream = session.request(
      { ':method': 'CONNECT', ':protocol': protocol, ':path': '/', ':authority': 'x', 'sec-websocket-version': '13' },
      { endStream: false },
    );
    const [headers] = await once(stream, 'response');
    expect(headers[':status']).toBe(200);
    return stream;
  }

  test.each(['websocket', 'WebSocket', 'WEBSOCKET'])('the protocol %s is ours (RFC 9110, 7.8)', async protocol => {
    const server = createServer();
    attach(server, echoFactory());
    const stream = await openHalf(await open(server), protocol);
    stream.write(Buffer.from('818537fa213d7f9f4d5158', 'hex'));
    const [frame] = await once(stream, 'data');
    expect(frame.toString('hex')).toBe('810548656c6c6f');
  });

  test.each(['client', 'server'])(
    'the stream of a peer that does not end its half ends, closed by the %s',
    async side => {
      const server = createServer();
      const factory = echoFactory();
      // It would be waited for for ever.
      factory.setProtocolOptions({ serverConnectionDropTimeout: 0, closeHandshakeTimeout: 0 });
      attach(server, factory);
      const stream = await openHalf(await open(server), 'websocket');
      const [connection] = factory.connections;
      const received: Buffer[] = [];
      stream.on('data', data => received.push(data));
      const ended = once(stream, 'end');
      if (side === 'server') {
        connection?.sendMessage(new Uint8Array(100_000), true);
        connection?.sendClose(1000);
        while (!Buffer.concat(received).toString('hex').endsWith('880203e8')) await turn();
      }
      stream.write(Buffer.from('888237fa213d3412', 'hex'));
      expect(await connection?.closed).toMatchObject({ wasClean: true, code: 1000 });
      await ended;
      expect(Buffer.concat(received)).toHaveLength(side === 'server' ? 100_014 : 4);
      if (!stream.closed) await once(stream, 'close');
      expect(stream.rstCode).toBe(0);
    },
  );

  test.each([
    { name: 'a plain request', fields: { ':method': 'GET' } },
    {
      name: 'a path that nobody serves',
      fields: { ':method': 'CONNECT', ':protocol': 'websocket', ':path': '/other' },
    },
    { name: 'a protocol that nobody knows', fields: { ':method': 'CONNECT', ':protocol': 'foo', ':path': '/' } },
  ])('an error of the stream of $name stays with it', async ({ fields }) => {
    const server = createServer();
    attach(server, echoFactory(), { path: '/ws' });
    const streams: ServerHttp2Stream[] = [];
    // Listeners of sessions are no listeners of the server: nobody else answers.
    server.on('session', session => session.on('stream', stream => streams.push(stream)));
    const session = await open(server);
    await once(session, 'remoteSettings');
    const request = session.request({ ':authority': 'x', ...fields }, { endStream: false });
    request.on('error', () => {});
    while (streams.length === 0) await turn();
    const [stream] = streams;
    stream?.destroy(new Error('it breaks'));
    await new Promise(resolve => request.once('close', resolve));
    expect((await connectHttp2(client('/ws'), session)).state).toBe('open');
  });

  test.skipIf(noCertificates !== null)('a secure server speaks both versions of HTTP', async () => {
    const { key, cert } = createCertificate();
    const server = createSecureServer({ key, cert, allowHTTP1: true });
    attach(server, echoFactory({ url: 'wss://localhost' }));
    const session = await open(server, { ca: cert });
    const factory = new WebSocketClientFactory({ url: 'wss://localhost' });
    const connection = await connectHttp2(factory, session);
    connection.sendMessage('two');
    expect((await nextMessage(connection)).payload).toHaveLength(3);
    expect(connection.transportDetails).toMatchObject({ isSecure: true });

    const { port } = server.address() as AddressInfo;
    const old = await createClientAgent().open(`wss://localhost:${port}`, { tls: { ca: cert } });
    old.sendMessage('one');
    expect((await nextMessage(old)).payload).toHaveLength(3);
    old.dropConnection(true);
  });
});
