import { getEventListeners } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { HandshakeError } from '@ws/core';
import { afterEach, describe, expect, test } from 'vitest';
import {
  ConnectError,
  connectWS,
  createClientAgent,
  createDialer,
  type ListeningPort,
  listenWS,
  ProxyError,
  WebSocketClientFactory,
  WebSocketClientProtocol,
  WebSocketServerFactory,
} from '../../src/index.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';
import { echoFactory, Greeter, nextMessage } from '../support/echo.ts';

const ports: ListeningPort[] = [];
const servers: Server[] = [];
const sockets: Socket[] = [];

afterEach(async () => {
  await Promise.all(ports.splice(0).map(port => port.close({ grace: 0 })));
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(servers.splice(0).map(server => new Promise(resolve => server.close(resolve))));
});

async function listen(...[factory, options]: Parameters<typeof listenWS>): Promise<number> {
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0, ...options });
  ports.push(port);
  return port.port ?? 0;
}

/** A server of plain sockets. */
async function serve(onSocket: (socket: Socket) => void): Promise<number> {
  const server = createServer(socket => {
    sockets.push(socket);
    socket.on('error', () => {});
    onSocket(socket);
  });
  servers.push(server);
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

/** A proxy that opens tunnels, to those who know the password if there is one. */
function serveProxy(password: string | null = null): Promise<number> {
  return serve(socket => {
    let head = '';
    const onData = (data: Buffer): void => {
      head += data.toString('latin1');
      if (!head.includes('\r\n\r\n')) return;
      socket.off('data', onData);
      const [, host = '', port = ''] = /^CONNECT ([^:]+):(\d+) HTTP\/1\.1\r\n/.exec(head) ?? [];
      const credentials = /\r\nproxy-authorization: basic (.*)\r\n/i.exec(head)?.[1] ?? '';
      if (password !== null && Buffer.from(credentials, 'base64').toString() !== password) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const target = connect(Number(port), host, () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
        socket.pipe(target);
        target.pipe(socket);
      });
      sockets.push(target);
      target.on('error', () => socket.destroy());
    };
    socket.on('data', onData);
  });
}

describe('connectWS', () => {
  test('resolves when the connection is open', async () => {
    const port = await listen(echoFactory());
    const connection = await connectWS(new WebSocketClientFactory({ url: `ws://localhost:${port}` }));
    expect(connection.state).toBe('open');
    connection.sendMessage(Buffer.from([1, 2, 3]), true);
    expect(await nextMessage(connection)).toMatchObject({ isBinary: true, payload: { length: 3 } });
    expect(connection.transportDetails).toMatchObject({
      channelType: 'tcp',
      isServer: false,
      isSecure: false,
      channelId: {},
      ownPid: process.pid,
      own: expect.stringMatching(/^tcp4:127\.0\.0\.1:\d+$/),
    });
  });

  test('loses no message that came with the handshake, however late the listener is', async () => {
    const factory = new WebSocketServerFactory();
    factory.protocol = Greeter;
    const port = await listen(factory);
    const connection = await connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await null;
    expect(Buffer.from((await nextMessage(connection)).payload).toString()).toBe('welcome');
  });

  test('delivers at once to classes that override onMessage', async () => {
    const factory = new WebSocketServerFactory();
    factory.protocol = Greeter;
    const port = await listen(factory);
    const events: string[] = [];
    const client = new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` });
    const done = new Promise<void>(resolve => {
      client.protocol = class extends WebSocketClientProtocol {
        override onOpen(): void {
          events.push('open');
        }
        override onMessage(payload: Uint8Array): void {
          events.push(Buffer.from(payload).toString());
          resolve();
        }
      };
    });
    await Promise.all([connectWS(client), done]);
    expect(events).toEqual(['open', 'welcome']);
  });

  test('comes from the local address and port that were asked for', async () => {
    const factory = echoFactory();
    const port = await listen(factory);
    const client = new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` });
    await connectWS(client, { localAddress: '127.0.0.2' });
    expect([...factory.connections][0]?.peer).toMatch(/^tcp4:127\.0\.0\.2:\d+$/);
  });
});

describe('connectWS rejects', () => {
  test('when the connection is refused, naming host and port', async () => {
    const server = createServer();
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise(resolve => server.close(resolve));
    const connecting = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await expect(connecting).rejects.toThrow(ConnectError);
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_REFUSED',
      message: `cannot connect to 127.0.0.1:${port}: the connection was refused`,
      cause: { code: 'ECONNREFUSED' },
    });
  });

  test('when the name cannot be resolved', async () => {
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://no-such-host.invalid:81' }));
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_DNS',
      message: expect.stringContaining('no-such-host.invalid:81'),
      cause: { syscall: 'getaddrinfo' },
    });
  });

  test('when there is no such Unix domain socket', async () => {
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://unix:/nonexistent.sock' }));
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_REFUSED', cause: { code: 'ENOENT' } });
  });

  test('when connecting takes too long', async () => {
    const port = await serve(() => {}); // never answers the TLS handshake
    const connecting = connectWS(new WebSocketClientFactory({ url: `wss://127.0.0.1:${port}` }), { timeout: 20 });
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_TIMEOUT',
      message: `no connection to 127.0.0.1:${port} within 20 ms`,
    });
  });

  test('with the reason of the signal: before, while connecting, and during the handshake', async () => {
    const port = await serve(() => {}); // never answers
    const reason = new Error('changed my mind');
    const before = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }), {
      signal: AbortSignal.abort(reason),
    });
    await expect(before).rejects.toBe(reason);

    const controller = new AbortController();
    const { signal } = controller;
    const tls = connectWS(new WebSocketClientFactory({ url: `wss://127.0.0.1:${port}` }), { signal });
    const handshake = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }), { signal });
    while (sockets.length < 2) await new Promise(resolve => setImmediate(resolve));
    controller.abort(reason);
    await expect(tls).rejects.toBe(reason);
    await expect(handshake).rejects.toBe(reason);
  });

  test.each(['onConnecting', 'onConnect', 'onOpen'])('with the reason of a signal that comes in %s', async hook => {
    const port = await listen(new WebSocketServerFactory());
    const reason = new Error('changed my mind');
    const controller = new AbortController();
    const { signal } = controller;
    const factory = new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` });
    let connection: WebSocketClientProtocol | undefined;
    factory.protocol = class extends WebSocketClientProtocol {
      constructor() {
        super();
        connection = this;
        Object.assign(this, { [hook]: () => controller.abort(reason) });
      }
    };
    await expect(connectWS(factory, { signal })).rejects.toBe(reason);
    expect(getEventListeners(signal, 'abort')).toEqual([]);
    expect(await connection?.closed).toMatchObject({ wasClean: false });
  });

  test('when the server is no WebSocket server, with its answer', async () => {
    const port = await serve(socket => {
      socket.once('data', () => socket.end('HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\ngone'));
    });
    const connecting = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await expect(connecting).rejects.toThrow(HandshakeError);
    await expect(connecting).rejects.toMatchObject({ code: 'ERR_STATUS', status: 404 });
  });

  test('when the server hangs up', async () => {
    const port = await serve(socket => socket.destroy());
    const connecting = connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }));
    await expect(connecting).rejects.toThrow(HandshakeError);
  });

  test.each([
    { name: 'timeout', options: { timeout: '1' as unknown as number }, error: TypeError },
    { name: 'timeout', options: { timeout: -1 }, error: RangeError },
    { name: 'signal', options: { signal: {} as AbortSignal }, error: TypeError },
    { name: 'tls', options: { tls: null as never }, error: TypeError },
  ])('options that make no sense: $name', async ({ options, error }) => {
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://127.0.0.1:1' }), options);
    await expect(connecting).rejects.toThrow(error);
  });
});

if (noCertificates !== null) console.warn(noCertificates);

describe.skipIf(noCertificates !== null)('over TLS, connectWS', () => {
  const { key, cert } = noCertificates === null ? createCertificate('DNS:localhost') : { key: '', cert: '' };
  const secure = (port: number, host = 'localhost'): WebSocketClientFactory =>
    new WebSocketClientFactory({ url: `wss://${host}:${port}` });
  const listenTls = (): Promise<number> => listen(echoFactory({ url: 'wss://localhost' }), { tls: { key, cert } });

  test('verifies the certificate', async () => {
    const port = await listenTls();
    await expect(connectWS(secure(port))).rejects.toMatchObject({
      code: 'ERR_CERTIFICATE',
      message: expect.stringContaining(`cannot connect to localhost:${port}: the certificate is not trusted`),
      cause: { code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    });
    expect((await connectWS(secure(port), { tls: { ca: cert } })).state).toBe('open');
    expect((await connectWS(secure(port), { tls: { rejectUnauthorized: false } })).state).toBe('open');
  });

  test('verifies the name', async () => {
    const port = await listenTls();
    await expect(connectWS(secure(port, '127.0.0.1'), { tls: { ca: cert } })).rejects.toMatchObject({
      code: 'ERR_CERTIFICATE',
      cause: { code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
    });
    const named = await connectWS(secure(port, '127.0.0.1'), { tls: { ca: cert, servername: 'localhost' } });
    expect(named.state).toBe('open');
  });

  test('says when the other side does not speak TLS', async () => {
    const port = await serve(socket => socket.on('data', () => socket.write('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const error = await connectWS(secure(port)).catch(reason => reason);
    expect(error).toMatchObject({ name: 'ConnectError', code: 'ERR_TLS' });
    expect(error.message).toMatch(/: the TLS handshake failed: wrong version number \(does the server speak TLS\?\)$/);
  });

  test.each(['without', 'through'])(
    'garbage behind the TLS handshake, in one packet, rejects, %s a proxy',
    async way => {
      const port = await listenTls();
      const spoilt = await serve(socket => {
        const server = connect(port, '127.0.0.1');
        sockets.push(server.on('error', () => {}));
        socket.pipe(server);
        server.on('data', data => void socket.write(Buffer.concat([data, Buffer.from('no record of TLS')])));
      });
      const proxy = way === 'without' ? null : { host: '127.0.0.1', port: await serveProxy() };
      const factory = new WebSocketClientFactory({ url: `wss://localhost:${spoilt}`, proxy });
      await expect(connectWS(factory, { tls: { ca: cert } })).rejects.toMatchObject({
        code: 'ERR_HANDSHAKE_ENDED',
        cause: { code: expect.stringMatching(/^ERR_SSL_/) },
      });
    },
  );

  test('goes through a proxy, TLS all the way to the server (RFC 9110, 9.3.6)', async () => {
    const port = await listenTls();
    const proxy = { host: '127.0.0.1', port: await serveProxy() };
    const factory = new WebSocketClientFactory({ url: `wss://localhost:${port}`, proxy });
    await expect(connectWS(factory)).rejects.toMatchObject({ code: 'ERR_CERTIFICATE' });
    const connection = await connectWS(factory, { tls: { ca: cert } });
    connection.sendMessage('x'.repeat(100_000));
    expect((await nextMessage(connection)).payload).toHaveLength(100_000);
    expect(connection.transportDetails).toMatchObject({ isSecure: true, channelType: 'tls' });
  });
});

describe('through a proxy, connectWS', () => {
  test('reaches the server, with credentials', async () => {
    const port = await listen(echoFactory());
    const proxy = { host: '127.0.0.1', port: await serveProxy('me:secret'), username: 'me', password: 'secret' };
    const connection = await connectWS(new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}`, proxy }));
    connection.sendMessage('through');
    expect(Buffer.from((await nextMessage(connection)).payload).toString()).toBe('through');
  });

  test('reports 407, naming server and proxy', async () => {
    const proxy = { host: '127.0.0.1', port: await serveProxy('me:secret') };
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://example.com:81', proxy }));
    await expect(connecting).rejects.toThrow(ProxyError);
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_PROXY_AUTHENTICATION',
      status: 407,
      message: expect.stringContaining(`example.com:81 through the proxy 127.0.0.1:${proxy.port}`),
      cause: expect.any(HandshakeError),
    });
  });

  test('reports a proxy that is not there', async () => {
    const proxy = { host: '127.0.0.1', port: 1 };
    const connecting = connectWS(new WebSocketClientFactory({ url: 'ws://example.com', proxy }));
    await expect(connecting).rejects.toMatchObject({
      code: 'ERR_REFUSED',
      message: expect.stringContaining('127.0.0.1:1'),
    });
  });
});

describe('createClientAgent', () => {
  const agent = createClientAgent();

  test('opens with all that a factory could be given', async () => {
    const factory = echoFactory({ protocols: ['two'] });
    const port = await listen(factory);
    class Mine extends WebSocketClientProtocol {}
    const options = { origin: 'http://example.com', protocols: ['one', 'two'], headers: { 'X-More': 'yes' } };
    const connection = await agent.open(`ws://127.0.0.1:${port}/path?q=1`, { ...options, useragent: 'test/1' }, Mine);
    expect(connection).toBeInstanceOf(Mine);
    expect(connection.subprotocol).toBe('two');
    expect([...factory.connections][0]?.request).toMatchObject({
      path: '/path',
      params: { q: ['1'] },
      origin: 'http://example.com',
      headers: { 'x-more': 'yes', 'user-agent': 'test/1' },
    });
  });

  test('rejects what is no url of a WebSocket', async () => {
    await expect(agent.open('http://example.com')).rejects.toThrow(RangeError);
    await expect(agent.open(5 as unknown as string)).rejects.toThrow(TypeError);
  });

  test('rejects options that it does not know, and says which was meant', async () => {
    const options = { userAgent: 'x' } as object;
    await expect(agent.open('ws://127.0.0.1:1', options)).rejects.toThrow(
      'unknown option userAgent: did you mean useragent?',
    );
  });
});

test('createDialer gives the port Dialer to those who need one', async () => {
  const port = await listen(echoFactory());
  const stream = await createDialer().dial({ hostname: '127.0.0.1', port, isSecure: false, udsPath: null });
  const connection = new WebSocketClientFactory({ url: `ws://127.0.0.1:${port}` }).buildProtocol();
  connection.attach(stream);
  await connection.opened;
  expect(connection.state).toBe('open');
});
