// Limits of a listener with TLS: they count connections from the start. The clients are sockets of the system.

import { connect, type Socket } from 'node:net';
import { type TLSSocket, connect as tlsConnect } from 'node:tls';
import { afterEach, describe, expect, test } from 'vitest';
import {
  createClientAgent,
  type ListeningPort,
  listenWS,
  nodePlatform,
  serveWebSocket,
  WebSocketServerFactory,
} from '../../src/index.ts';
import { createCertificate, noCertificates } from '../support/certificates.ts';
import { Echo, turn } from '../support/echo.ts';

const agent = createClientAgent();
const opened: { close(options: { grace: number }): Promise<void> }[] = [];
const sockets: Socket[] = [];
const { key, cert } = noCertificates === null ? createCertificate() : { key: '', cert: '' };

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  await Promise.all(opened.splice(0).map(server => server.close({ grace: 0 })));
});

function factoryOf(options: Parameters<WebSocketServerFactory['setProtocolOptions']>[0], errors: Error[] = []) {
  const log = (_level: string, event: string, details?: { readonly error?: unknown }): void => {
    if (event === 'tls-handshake-failed') errors.push(details?.error as Error);
  };
  const factory = new WebSocketServerFactory({}, { ...nodePlatform, logger: { log } });
  factory.protocol = Echo;
  factory.setProtocolOptions(options);
  return factory;
}

async function listen(
  factory: WebSocketServerFactory,
  options: { readonly maxConnectionsPerAddress?: number } = {},
): Promise<ListeningPort> {
  const port = await listenWS(factory, { host: '127.0.0.1', port: 0, tls: { key, cert }, ...options });
  opened.push(port);
  return port;
}

interface Client {
  readonly socket: Socket;
  readonly ended: Promise<void>;
  readonly isEnded: boolean;
}

function watch(socket: Socket): Client {
  sockets.push(socket);
  let isEnded = false;
  const ended = new Promise<void>(resolve => {
    socket.once('close', () => {
      isEnded = true;
      resolve();
    });
  });
  socket.on('error', () => {});
  socket.resume();
  return {
    socket,
    ended,
    get isEnded() {
      return isEnded;
    },
  };
}

async function rawClient(port: number, firstBytes: Uint8Array): Promise<Client> {
  const client = watch(connect(port, '127.0.0.1'));
  await new Promise(resolve => client.socket.once('connect', resolve));
  client.socket.write(firstBytes);
  return client;
}

/** What a TLS client says first. */
async function clientHello(): Promise<Uint8Array> {
  const { createServer } = await import('node:net');
  return new Promise(resolve => {
    const server = createServer(socket => {
      socket.once('data', hello => {
        socket.destroy();
        server.close();
        resolve(hello);
      });
    }).listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      tlsConnect({ port, host: '127.0.0.1' }).on('error', () => {});
    });
  });
}

describe.skipIf(noCertificates !== null)('maxConnections with TLS', () => {
  test.each([
    { name: 'send nothing', part: (_hello: Uint8Array) => new Uint8Array(0) },
    { name: 'send half a ClientHello', part: (hello: Uint8Array) => hello.subarray(0, hello.length >> 1) },
    { name: 'send a whole ClientHello and read no answer', part: (hello: Uint8Array) => hello },
  ])('counts those who $name; beyond it connections end at once', async ({ part }) => {
    const first = part(await clientHello());
    const factory = factoryOf({ maxConnections: 3, openHandshakeTimeout: 0 });
    const port = await listen(factory);
    const clients: Client[] = [];
    for (let i = 0; i < 10; i++) clients.push(await rawClient(port.port!, first));
    await Promise.all(clients.slice(3).map(({ ended }) => ended));
    expect(clients.map(({ isEnded }) => isEnded)).toEqual([false, false, false, ...new Array(7).fill(true)]);
    // A plain port of the same factory has the same limit.
    const plain = await listenWS(factory, { host: '127.0.0.1', port: 0 });
    opened.push(plain);
    await expect(agent.open(`ws://127.0.0.1:${plain.port}`)).rejects.toThrow(/503/);
    clients[0]!.socket.destroy();
    const retry = (): ReturnType<typeof agent.open> =>
      agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } }).catch(() => turn().then(retry));
    expect((await retry()).state).toBe('open');
  });

  test('counts a connection once, before and after its TLS handshake', async () => {
    const factory = factoryOf({ maxConnections: 2 });
    const port = await listen(factory);
    const open = (): ReturnType<typeof agent.open> => agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } });
    for (let round = 0; round < 3; round++) {
      const [a, b] = [await open(), await open()];
      expect([a.state, b.state]).toEqual(['open', 'open']);
      await expect(open()).rejects.toThrow();
      a.dropConnection(true);
      b.dropConnection(true);
      while (factory.connectionCount > 0) await turn();
    }
  });

  test('tells nothing of those that find no room, and reports TLS handshakes that fail', async () => {
    const errors: Error[] = [];
    const factory = factoryOf({ maxConnections: 1, openHandshakeTimeout: 0 }, errors);
    const port = await listen(factory);
    const silent = await rawClient(port.port!, new Uint8Array(0));
    await (await rawClient(port.port!, new Uint8Array(0))).ended;
    expect(errors).toEqual([]);
    silent.socket.write('GET / HTTP/1.1\r\n\r\n');
    await silent.ended;
    expect(errors.map(({ message }) => message)).toEqual([expect.stringMatching(/http request/i)]);
  });
});

describe.skipIf(noCertificates !== null)('openHandshakeTimeout with TLS', () => {
  test('runs from acceptance on: who trickles a ClientHello is dropped, and reported', async () => {
    const hello = await clientHello();
    const errors: Error[] = [];
    const factory = factoryOf({ openHandshakeTimeout: 50 }, errors);
    const port = await listen(factory);
    const client = await rawClient(port.port!, hello.subarray(0, 1));
    for (let i = 1; i < 20 && !client.isEnded; i++) {
      client.socket.write(hello.subarray(i, i + 1));
      await turn();
    }
    await client.ended;
    expect(errors.map(({ message }) => message)).toEqual(['the TLS handshake was not done after 50 ms']);
    expect(factory.connectionCount).toBe(0);
  });

  test('is one: what TLS took is not given again', async () => {
    const timers: (() => void)[] = [];
    const clock = {
      ...nodePlatform.clock,
      setTimer(_delay: number, onExpiry: () => void) {
        timers.push(onExpiry);
        return { cancel() {} };
      },
    };
    const factory = new WebSocketServerFactory({}, { ...nodePlatform, clock });
    const port = await listen(factory);
    const socket = tlsConnect({ port: port.port!, host: '127.0.0.1', ca: cert, servername: 'localhost' });
    const client = watch(socket);
    socket.write('GET / HTTP/1.1\r\n');
    while (factory.connectionCount === 0) await turn();
    // The first timer was started when the connection was accepted.
    timers[0]!();
    await client.ended;
    expect(factory.connectionCount).toBe(0);
  });

  test('covers what comes after TLS too, in both APIs', async () => {
    const factory = factoryOf({ openHandshakeTimeout: 50 });
    const port = await listen(factory);
    const server = await serveWebSocket(() => {}, { host: '127.0.0.1', tls: { key, cert }, connectTimeout: 50 });
    opened.push(server);
    for (const { port: number } of [port, server]) {
      const socket: TLSSocket = tlsConnect({ port: number!, host: '127.0.0.1', ca: cert, servername: 'localhost' });
      const client = watch(socket);
      socket.write('GET / HTTP/1.1\r\n');
      await client.ended;
    }
  });

  test('an open connection outlives it', async () => {
    const factory = factoryOf({ openHandshakeTimeout: 200 });
    const port = await listen(factory);
    const connection = await agent.open(`wss://localhost:${port.port}`, { tls: { ca: cert } });
    const late = await rawClient(port.port!, new Uint8Array(0));
    // Accepted after the open one, so its time is over later.
    await late.ended;
    expect(connection.state).toBe('open');
  });
});
