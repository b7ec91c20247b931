// What trio-websocket's own tests ask for, over real sockets; and handlers that throw, hang or return early.
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  acceptOver,
  ConnectionClosed,
  ConnectionTimeout,
  connectOver,
  DisconnectionTimeout,
  Endpoint,
  HandshakeError,
} from '@ws/connection';
import { afterEach, describe, expect, test } from 'vitest';
import { keepaliveOptions, openWebSocket } from '../src/client/open-web-socket.ts';
import { nodePlatform } from '../src/platform/platform.ts';
import {
  type ServeOptions,
  serveWebSocket,
  type WebSocketHandler,
  type WebSocketServer,
} from '../src/server/serve-web-socket.ts';
import { socketStream } from '../src/streams/socket-stream.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(handler: WebSocketHandler, options: ServeOptions = {}) {
  const server = await serveWebSocket(
    handler,
    options.server || options.path ? options : { host: '127.0.0.1', ...options },
  );
  cleanups.push(() => server.close({ grace: 0 }));
  return server;
}

const urlOf = (server: WebSocketServer) => `ws://127.0.0.1:${server.port}`;

const echo: WebSocketHandler = async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
};

/** A TCP server that does as a test says. */
async function rawServer(onSocket: (socket: Socket) => void): Promise<string> {
  const sockets = new Set<Socket>();
  const server: Server = createServer(socket => {
    sockets.add(socket.on('error', () => {}));
    onSocket(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  cleanups.push(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  return `ws://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function openRaw(server: WebSocketServer, text = ''): Promise<{ socket: Socket; read: Promise<string> }> {
  const socket = connect({ port: server.port, host: '127.0.0.1' }).on('error', () => {});
  cleanups.push(() => socket.destroy());
  let received = '';
  socket.setEncoding('latin1').on('data', data => {
    received += data;
  });
  const read = once(socket, 'close').then(() => received);
  socket.write(text);
  return { socket, read };
}

function withResolvers<Value>(): { promise: Promise<Value>; resolve: (value: Value | PromiseLike<Value>) => void } {
  let resolve: (value: Value | PromiseLike<Value>) => void = () => {};
  const promise = new Promise<Value>(settle => {
    resolve = settle;
  });
  return { promise, resolve };
}

describe('where a server listens', () => {
  test('3, 4: port 0 is a real port, and there is an endpoint', async () => {
    const server = await serve(echo);
    expect(server.port).toBeGreaterThan(0);
    expect(server.endpoints).toMatchObject([{ address: '127.0.0.1', port: server.port, isSsl: false }]);
    expect(server.endpoints[0]?.url).toBe(urlOf(server));
  });

  test('7: no listeners are refused', async () => {
    await expect(serveWebSocket(echo, { listeners: [] })).rejects.toThrow(RangeError);
  });

  test.each([5, 'x', {}])('listeners that are %j are refused', async listeners => {
    await expect(serveWebSocket(echo, { listeners: listeners as never })).rejects.toThrow(TypeError);
  });

  test.each([null, 5, 'x'])('a listener that is %j is refused, and nobody listens', async listener => {
    const path = join(tmpdir(), `ws-listener-${process.pid}.sock`);
    await expect(serveWebSocket(echo, { listeners: [{ path }, listener as never] })).rejects.toThrow(TypeError);
    // The place is free.
    await serve(echo, { path });
  });

  test('a handler that is none is refused', async () => {
    await expect(serveWebSocket(5 as unknown as WebSocketHandler)).rejects.toThrow(TypeError);
  });

  test('of two listeners, one that cannot be leaves no port behind', async () => {
    const taken = await serve(echo);
    const listeners = [
      { host: '127.0.0.1', port: 0 },
      { host: '127.0.0.1', port: taken.port },
    ];
    await expect(serveWebSocket(echo, { listeners })).rejects.toMatchObject({ name: 'ListenError' });
  });

  test('9: two listeners: both are endpoints, and there is not one port', async () => {
    const server = await serve(echo, {
      listeners: [
        { host: '127.0.0.1', port: 0 },
        { host: '127.0.0.1', port: 0 },
      ],
    });
    expect(server.endpoints).toHaveLength(2);
    expect(() => server.port).toThrow(RangeError);
    for (const { url } of server.endpoints) await (await openWebSocket(url)).close();
  });

  test('8: a Unix domain socket has an endpoint, and no port', async () => {
    const path = join(tmpdir(), `ws-serve-${process.pid}.sock`);
    const server = await serve(echo, { path });
    expect(server.endpoints).toMatchObject([{ address: path, port: null }]);
    expect(() => server.port).toThrow(RangeError);
    const connection = await openWebSocket(`ws://unix:${path}:/chat`);
    await connection.sendMessage('over a file');
    expect(await connection.getMessage()).toBe('over a file');
    await connection.close();
  });

  test('an HTTP server that serves other things too', async () => {
    const http = createHttpServer((_request, response) => response.end('page')).listen(0, '127.0.0.1');
    await once(http, 'listening');
    const { port } = http.address() as AddressInfo;
    const server = await serve(echo, { server: http, path: '/chat' });
    const connection = await openWebSocket(`ws://127.0.0.1:${port}/chat`);
    await connection.sendMessage('mounted');
    expect(await connection.getMessage()).toBe('mounted');
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('page');
    await server.close({ code: 1012 });
    expect(await connection.whenClosed).toMatchObject({ code: 1012 });
    expect(await (await fetch(`http://127.0.0.1:${port}`)).text()).toBe('page');
    http.close();
    http.closeAllConnections();
  });

  test.skipIf(noCertificates !== null)('an HTTPS server that serves other things too', async () => {
    const { key, cert } = createCertificate();
    const https = createHttpsServer({ key, cert }, (_request, response) => response.end('page')).listen(0, '127.0.0.1');
    await once(https, 'listening');
    const { port } = https.address() as AddressInfo;
    let isDone = false;
    const handler: WebSocketHandler = async request => {
      const connection = await request.accept();
      await connection.sendMessage(`${connection.local.isSsl} ${await connection.getMessage()}`);
      await connection.whenClosed;
      await new Promise(resolve => setTimeout(resolve, 20));
      isDone = true;
    };
    const server = await serve(handler, { server: https, path: '/chat' });
    const connection = await openWebSocket(`wss://localhost:${port}/chat`, { tls: { ca: cert } });
    await connection.sendMessage('mounted');
    expect(await connection.getMessage()).toBe('true mounted');
    const other = openWebSocket(`wss://localhost:${port}/other`, { tls: { ca: cert } });
    await expect(other).rejects.toMatchObject({ statusCode: 404 });
    await server.close({ code: 1012 });
    expect([isDone, connection.closed?.code]).toEqual([true, 1012]);
    https.close();
    https.closeAllConnections();
  });

  test.skipIf(noCertificates !== null)(
    '5, 15: TLS, which wss: implies: the endpoints say so, on each listener',
    async () => {
      const tls = createCertificate();
      const listeners = [
        { host: '127.0.0.1', port: 0, tls },
        { host: '127.0.0.1', port: 0 },
      ];
      const server = await serve(
        async request => {
          const connection = await request.accept();
          await connection.sendMessage(`${connection.local.isSsl} ${request.remote.isSsl}`);
        },
        { listeners },
      );
      expect(server.endpoints.map(({ isSsl }) => isSsl)).toEqual([true, false]);
      const [secure, plain] = server.endpoints;
      const one = await openWebSocket(secure!.url, { tls: { ca: tls.cert } });
      expect([await one.getMessage(), one.remote.isSsl]).toEqual(['true true', true]);
      const two = await openWebSocket({ host: '127.0.0.1', port: secure!.port!, tls: { ca: tls.cert } });
      expect(await two.getMessage()).toBe('true true');
      const three = await openWebSocket(plain!.url);
      expect(await three.getMessage()).toBe('false false');
      await expect(openWebSocket(secure!.url)).rejects.toThrow(HandshakeError);
    },
  );
});

describe('who connects', () => {
  test.each(['/', '/chat', '/a/b/c', '/chat?room=1', '/b%20c'])(
    '11, 14, 16, 17, 21: asks for %s by URL and by host, and all know it',
    async path => {
      const seen: string[] = [];
      const server = await serve(async request => {
        const connection = await request.accept();
        seen.push(request.path, connection.path);
      });
      const byUrl = await openWebSocket(`${urlOf(server)}${path}`);
      const byParts = await openWebSocket({ host: '127.0.0.1', port: server.port, path });
      await Promise.all([byUrl.whenClosed, byParts.whenClosed]);
      expect([...seen, byUrl.path, byParts.path]).toEqual(Array(6).fill(path));
    },
  );

  test('both know both ends, subprotocol and headers', async () => {
    const server = await serve(async request => {
      const connection = await request.accept({ subprotocol: 'b', headers: { 'X-Answer': 'you' } });
      const { local, remote } = request;
      await connection.sendMessage(JSON.stringify([local.port, remote.port, request.headers['x-ask']]));
    });
    const options = { subprotocols: ['a', 'b'], headers: { 'X-Ask': 'me' } };
    const connection = await openWebSocket(urlOf(server), options);
    const { local, remote, subprotocol, handshakeHeaders } = connection;
    expect(JSON.parse(String(await connection.getMessage()))).toEqual([server.port, local.port, 'me']);
    expect([remote.port, remote.address, subprotocol]).toEqual([server.port, '127.0.0.1', 'b']);
    expect(handshakeHeaders['x-answer']).toBe('you');
  });

  test.each([
    ['http://localhost', RangeError],
    ['ws://', RangeError],
    ['ftp://localhost', RangeError],
    ['nonsense', RangeError],
  ])('12: %s is refused', async (url, error) => {
    await expect(openWebSocket(url)).rejects.toThrow(error);
  });

  test.each([undefined, null, 5, true])('13: a target that is %j is a TypeError', async target => {
    await expect(openWebSocket(target as unknown as string)).rejects.toThrow(/^a target is a URL, or/);
  });

  test.each(['http://a:1', 5, { host: 'a' }])('13: a proxy that is %j is a TypeError', async proxy => {
    await expect(openWebSocket('ws://localhost', { proxy: proxy as never })).rejects.toThrow(TypeError);
  });

  test.each([5, null, 'yes'])('13: tls that is %j is a TypeError', async tls => {
    const target = { host: 'localhost', tls: tls as unknown as boolean };
    await expect(openWebSocket(target)).rejects.toThrow(TypeError);
  });

  test('13: settings for TLS and a URL without it do not go together', async () => {
    await expect(openWebSocket('ws://localhost', { tls: {} })).rejects.toThrow(RangeError);
  });

  test('15: every option has its effect, with a URL as with a host', async () => {
    const server = await serve(async request => {
      const connection = await request.accept({ subprotocol: request.proposedSubprotocols[1] ?? null });
      await connection.sendMessage(`${request.headers['x-ask']} ${request.headers.origin}`);
      await connection.sendMessage('x'.repeat(200)).catch(() => {});
      await connection.whenClosed;
    });
    const options = {
      subprotocols: ['a', 'b'],
      headers: { 'X-Ask': 'me' },
      origin: 'http://example.com',
      maxMessageSize: 100,
      messageQueueSize: 0,
      connectTimeout: 5000,
      disconnectTimeout: 5000,
      keepalive: false as const,
    };
    for (const target of [urlOf(server), { host: '127.0.0.1', port: server.port }]) {
      const connection = await openWebSocket(target, options);
      expect(connection.subprotocol).toBe('b');
      expect(await connection.getMessage()).toBe('me http://example.com');
      expect(await connection.whenClosed).toMatchObject({ code: 1009 });
    }
  });

  test('a port where nobody listens is HandshakeError, with the cause', async () => {
    const server = await serve(echo);
    const url = urlOf(server);
    await server.close();
    const error = await openWebSocket(url).catch(reason => reason);
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error.cause).toMatchObject({ name: 'ConnectError' });
  });

  test('a server that does not answer is ConnectionTimeout', async () => {
    const url = await rawServer(() => {});
    await expect(openWebSocket(url, { connectTimeout: 50 })).rejects.toThrow(ConnectionTimeout);
  });

  test('a server that hangs up before it answers is told at once', async () => {
    const url = await rawServer(socket => socket.once('data', () => socket.end()));
    await expect(openWebSocket(url)).rejects.toThrow(HandshakeError);
  });

  test('no timer and no listener outlive the opening', async () => {
    const server = await serve(echo);
    const controller = new AbortController();
    const { signal } = controller;
    const heard = new Set<unknown>();
    const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
    signal.addEventListener = ((name: string, listener: () => void) => {
      heard.add(listener);
      add(name, listener);
    }) as typeof signal.addEventListener;
    signal.removeEventListener = ((name: string, listener: () => void) => {
      heard.delete(listener);
      remove(name, listener);
    }) as typeof signal.removeEventListener;
    const connection = await openWebSocket(urlOf(server), { signal });
    expect(heard.size).toBe(0);
    controller.abort();
    await connection.sendMessage('not aborted');
    expect(await connection.getMessage()).toBe('not aborted');
    await connection.close();
  });
});

describe('a handler', () => {
  test('is not called for who says nothing: the client is dropped after connectTimeout', async () => {
    let calls = 0;
    const server = await serve(() => void calls++, { connectTimeout: 30 });
    const { read } = await openRaw(server);
    expect(await read).toBe('');
    expect(calls).toBe(0);
  });

  test('may take longer than connectTimeout to answer', async () => {
    const server = await serve(
      async request => {
        await new Promise(resolve => setTimeout(resolve, 120));
        await request.accept();
      },
      { connectTimeout: 40 },
    );
    const connection = await openWebSocket(urlOf(server));
    expect(await connection.whenClosed).toMatchObject({ code: 1000 });
  });

  test('that throws does not stop the server (improvement 6), nor does plain HTTP', async () => {
    const errors: unknown[] = [];
    const server = await serve(
      async request => {
        if (request.path === '/sync') throw new Error('early');
        const connection = await request.accept();
        if (request.path === '/late') throw new Error('late');
        await connection.sendMessage('fine');
      },
      {
        onError: error => {
          errors.push(error);
          throw new Error('and the listener too');
        },
      },
    );
    await expect(openWebSocket(`${urlOf(server)}/sync`)).rejects.toMatchObject({ statusCode: 500 });
    expect(await (await openWebSocket(`${urlOf(server)}/late`)).whenClosed).toMatchObject({ code: 1011 });
    expect((await fetch(`http://127.0.0.1:${server.port}/`)).status).toBeGreaterThanOrEqual(400);
    expect(await (await openWebSocket(urlOf(server))).getMessage()).toBe('fine');
    expect(errors).toEqual([new Error('early'), new Error('late')]);
  });

  test('that returns before its connection is there leaves none open', async () => {
    const server = await serve(request => {
      void request.accept();
    });
    const connection = await openWebSocket(urlOf(server));
    expect(await connection.whenClosed).toMatchObject({ code: 1000 });
  });

  test('whose client does not answer the Close frame ends, by disconnectTimeout', async () => {
    const closed = withResolvers<unknown>();
    const server = await serve(
      async request => {
        const connection = await request.accept();
        closed.resolve(connection.close().catch(error => error));
      },
      { disconnectTimeout: 30 },
    );
    const lines = ['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'];
    lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', '');
    const { read } = await openRaw(server, lines.join('\r\n'));
    expect(await closed.promise).toBeInstanceOf(DisconnectionTimeout);
    expect(await read).toMatch(/^HTTP\/1\.1 101 /);
    expect((await read).endsWith('\x88\x02\x03\xe8')).toBe(true);
    expect(server.connections.size).toBe(0);
  });

  test('hears of a client that is gone', async () => {
    const ended = withResolvers<unknown>();
    const server = await serve(async request => {
      const connection = await request.accept();
      ended.resolve(await connection.getMessage().catch(error => error));
      await connection.sendMessage('x').catch(() => {});
    });
    const connection = await openWebSocket(urlOf(server));
    connection.terminate();
    expect(await ended.promise).toBeInstanceOf(ConnectionClosed);
    expect(await ended.promise).toMatchObject({ reason: { code: 1006 } });
  });
});

test('40: a client over a TCP connection that somebody else opened', async () => {
  const server = await serve(echo);
  const socket = connect(server.port, '127.0.0.1');
  await once(socket, 'connect');
  const connection = await connectOver(socketStream(socket), { platform: nodePlatform });
  // Nobody said where the stream goes to.
  expect(connection.local).toEqual(new Endpoint('unknown', null, false));
  await connection.sendMessage('over any stream');
  expect(await connection.getMessage()).toBe('over any stream');
  expect(await connection.close()).toMatchObject({ code: 1000 });
});

test('41: a server over a TCP connection that somebody else accepted', async () => {
  const url = await rawServer(async socket => {
    const request = await acceptOver(socketStream(socket), { platform: nodePlatform });
    const connection = await request.accept();
    await connection.sendMessage(`${request.path} ${await connection.getMessage()}`);
  });
  const connection = await openWebSocket(`${url}/raw`);
  await connection.sendMessage('hello');
  expect(await connection.getMessage()).toBe('/raw hello');
  connection.terminate();
});

const hasIpv6 = Object.values(networkInterfaces()).some(list => list?.some(({ address }) => address === '::1'));

test.skipIf(!hasIpv6)(
  '2, improvement 10: over IPv6, addresses are in brackets in URLs and in the Host header',
  async () => {
    const server = await serve(
      async request => {
        const connection = await request.accept();
        await connection.sendMessage(`${request.headers.host}`);
      },
      { host: '::1' },
    );
    const [endpoint] = server.endpoints;
    expect(endpoint!.url).toBe(`ws://[::1]:${server.port}`);
    const connection = await openWebSocket(endpoint!.url);
    expect(await connection.getMessage()).toBe(`[::1]:${server.port}`);
    expect(connection.remote).toMatchObject({ address: '::1', url: endpoint!.url });
    await connection.whenClosed;
  },
);

describe('keepalive', () => {
  test.each([
    ['nothing', undefined, { autoPingInterval: 20_000, autoPingTimeout: 20_000 }],
    ['an interval', { interval: 5 }, { autoPingInterval: 5, autoPingTimeout: 20_000 }],
    ['both', { interval: 5, timeout: 7 }, { autoPingInterval: 5, autoPingTimeout: 7 }],
    ['false', false as const, { autoPingInterval: 0, autoPingTimeout: 0 }],
  ])('by %s', (_name, keepalive, expected) => {
    expect(keepaliveOptions(keepalive)).toEqual(expected);
  });

  test('tells the latency, on both sides', async () => {
    const keepalive = { interval: 5 };
    const latencies = withResolvers<number[]>();
    const server = await serve(
      async request => {
        const connection = await request.accept();
        while (connection.latency === null) await connection.ping();
        await connection.sendMessage('known');
        await connection.getMessage();
        latencies.resolve([connection.latency]);
      },
      { keepalive },
    );
    const connection = await openWebSocket(urlOf(server), { keepalive });
    expect(await connection.getMessage()).toBe('known');
    while (connection.latency === null) await connection.ping();
    await connection.sendMessage('known');
    for (const latency of [...(await latencies.promise), connection.latency]) expect(latency).toBeGreaterThanOrEqual(0);
    await connection.whenClosed;
  });

  test('drops a peer that does not answer', async () => {
    const server = await serve(async request => void (await (await request.accept()).whenClosed), {
      keepalive: { interval: 5, timeout: 20 },
    });
    const lines = ['GET / HTTP/1.1', 'Host: a', 'Upgrade: websocket', 'Connection: Upgrade'];
    lines.push('Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version: 13', '', '');
    const { read } = await openRaw(server, lines.join('\r\n'));
    // A ping, and then the end: no second ping, no Close frame.
    const [, frames = ''] = (await read).split('\r\n\r\n');
    expect(frames.charCodeAt(0)).toBe(0x89);
    expect(frames).toHaveLength(2 + frames.charCodeAt(1));
  });
});

describe('closing a server', () => {
  test.each([
    [{ code: 1005 }, RangeError],
    [{ code: '1001' }, TypeError],
    [{ reason: 5 }, TypeError],
    [{ grace: -1 }, RangeError],
    [{ grace: 'long' }, TypeError],
  ])('refuses %j, and goes on', async (options, error) => {
    const server = await serve(echo);
    await expect(server.close(options as object)).rejects.toThrow(error);
    await (await openWebSocket(urlOf(server))).close();
  });

  test('waits for handlers that are busy, not for ever for those that hang', async () => {
    let isDone = false;
    const server = await serve(async request => {
      const connection = await request.accept();
      await connection.whenClosed;
      await new Promise(resolve => setImmediate(resolve));
      isDone = true;
      if (request.path === '/hang') await new Promise(() => {});
    });
    const connection = await openWebSocket(urlOf(server));
    await server.close();
    expect([isDone, connection.closed?.code, server.connections.size]).toEqual([true, 1001, 0]);
    const other = await serve(async request => {
      await request.accept();
      await new Promise(() => {});
    });
    const hanging = await openWebSocket(urlOf(other));
    await other.close({ grace: 50 });
    expect(await hanging.whenClosed).toMatchObject({ code: 1001 });
  });

  test('keeps the process until its grace has passed', async () => {
    const timers = (): number => process.getActiveResourcesInfo().filter(name => name === 'Timeout').length;
    const server = await serve(async request => {
      await (await request.accept()).whenClosed;
      await new Promise(() => {});
    });
    await (await openWebSocket(urlOf(server))).close();
    while (server.connections.size > 0) await new Promise(resolve => setImmediate(resolve));
    const before = timers();
    const closing = server.close({ grace: 50 });
    await new Promise(resolve => setImmediate(resolve));
    expect(timers()).toBe(before + 1);
    await closing;
  });

  test('await using closes it, and a handler that has not answered is no hindrance', async () => {
    const asked = withResolvers<void>();
    const server = await serve(
      async request => {
        asked.resolve();
        await new Promise(resolve => setTimeout(resolve, 20));
        await request.accept();
      },
      { onError: () => {} },
    );
    const opening = openWebSocket(urlOf(server)).catch(error => error);
    await asked.promise;
    await server[Symbol.asyncDispose]();
    expect(await opening).toBeInstanceOf(HandshakeError);
  });
});
