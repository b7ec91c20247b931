// The calls of an open connection, and those that open one by TLS and through a proxy, aborted over real sockets at
// every point at which they may wait: the connection is as it was, or there is none.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import type { WebSocketConnection, WebSocketRequest } from '@ws/connection';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWebSocket } from '../src/client/open-web-socket.ts';
import {
  type ServeOptions,
  serveWebSocket,
  type WebSocketHandler,
  type WebSocketServer,
} from '../src/server/serve-web-socket.ts';
import { abortAt, everyPoint, untilTimers, watchLeftovers } from './support/abort.ts';
import { createCertificate, noCertificates } from './support/certificates.ts';

watchLeftovers();
const SIZE = 2 ** 23;
/** More than the kernel takes at once. */
const LARGE = 'x'.repeat(3_000_000);
const MEDIUM = 'x'.repeat(300_000);

const echo: WebSocketHandler = async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
};

const servers: (WebSocketServer | Server)[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    if ('endpoints' in server) await server.close({ grace: 0 });
    else await new Promise(resolve => server.close(resolve));
  }
  await untilTimers(0);
});

async function serve(handler: WebSocketHandler, options: ServeOptions = {}): Promise<WebSocketServer> {
  const server = await serveWebSocket(handler, { host: '127.0.0.1', maxMessageSize: SIZE, ...options });
  servers.push(server);
  return server;
}

/** Opens tunnels to wherever it is asked to. */
async function serveProxy(): Promise<number> {
  const proxy = createServer(socket => {
    socket.on('error', () => {});
    socket.once('data', head => {
      const [, port] = /^CONNECT \S+:(\d+) /.exec(head.toString('latin1'))!;
      const target = connect(Number(port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Ok\r\n\r\n');
        socket.pipe(target).pipe(socket);
      });
      target.on('error', () => socket.destroy());
      // What nobody takes any more is read all the same: that the client has gone is seen behind it.
      target.on('close', () => socket.resume());
      socket.on('close', () => target.destroy());
    });
  }).listen(0, '127.0.0.1');
  servers.push(proxy);
  await once(proxy, 'listening');
  return (proxy.address() as AddressInfo).port;
}

describe.skipIf(noCertificates !== null)('aborted at every point, there is a connection or there is none', () => {
  test.each([
    { way: 'by TLS', isProxied: false },
    { way: 'by TLS through a proxy', isProxied: true },
  ])('openWebSocket $way', { timeout: 60_000 }, async ({ isProxied }) => {
    const tls = createCertificate();
    const server = await serve(echo, { tls });
    const proxy = isProxied ? { host: '127.0.0.1', port: await serveProxy() } : undefined;
    const points = await everyPoint(async point => {
      const url = `wss://localhost:${server.port}`;
      const { result, wasDone } = await abortAt(point, signal =>
        openWebSocket(url, { signal, proxy, tls: { ca: tls.cert } }),
      );
      if (result !== null) expect(await result.close()).toMatchObject({ code: 1000 });
      return wasDone;
    });
    expect(points).toBeGreaterThanOrEqual(14);
    while (server.connections.size > 0) await Promise.all([...server.connections].map(each => each.whenClosed));
  });

  test('openWebSocket through a proxy', { timeout: 60_000 }, async () => {
    const server = await serve(echo);
    const proxy = { host: '127.0.0.1', port: await serveProxy() };
    await everyPoint(async point => {
      const url = `ws://127.0.0.1:${server.port}`;
      const { result, wasDone } = await abortAt(point, signal => openWebSocket(url, { signal, proxy }));
      if (result !== null) expect(await result.close()).toMatchObject({ code: 1000 });
      return wasDone;
    });
  });
});

interface Call {
  /** What is echoed, so that the call gets done. */
  readonly provoke?: string | readonly string[];
  readonly start: (connection: WebSocketConnection, signal: AbortSignal) => Promise<unknown>;
  /** A message that is had by the call, or later. */
  readonly awaited?: string;
}

const CALLS: Record<string, Call> = {
  getMessage: {
    provoke: 'for you',
    start: (connection, signal) => connection.getMessage({ signal }),
    awaited: 'for you',
  },
  'messages, the next of them': {
    provoke: 'for you',
    start: async (connection, signal) => (await connection.messages({ signal }).next()).value,
    awaited: 'for you',
  },
  'receive, its first chunk': {
    provoke: 'for you',
    start: async (connection, signal) => (await connection.receive({ signal }).next()).value,
    awaited: 'for you',
  },
  'receive, all of it': {
    provoke: MEDIUM,
    async start(connection, signal) {
      let length = 0;
      for await (const chunk of connection.receive({ signal })) length += chunk.length;
      expect(length).toBe(MEDIUM.length);
    },
  },
  ping: { start: (connection, signal) => connection.ping('same', { signal }) },
  pong: { start: (connection, signal) => connection.pong('pong', { signal }) },
  'sendMessage, while the transport takes it': {
    start: (connection, signal) => connection.sendMessage(LARGE, { signal }),
  },
  'sendMessage behind another': {
    start(connection, signal) {
      connection.sendMessage(['a', 'b', 'c']).catch(() => {});
      return connection.sendMessage('behind', { signal });
    },
  },
};

describe.each(Object.entries(CALLS))('aborting %s', (_name, { provoke, start, awaited }) => {
  test('at every point leaves nothing behind, and the connection as it was', { timeout: 60_000 }, async () => {
    const server = await serve(echo);
    await everyPoint(async point => {
      const client = await openWebSocket(`ws://127.0.0.1:${server.port}`, { maxMessageSize: SIZE });
      if (provoke !== undefined) client.sendMessage(provoke).catch(() => {});
      const { result, isAborted, wasDone } = await abortAt(point, signal => start(client, signal));
      if (awaited !== undefined) expect(isAborted ? await client.getMessage() : result).toBe(awaited);
      await client.sendMessage('still here');
      for (let message = await client.getMessage(); message !== 'still here'; message = await client.getMessage()) {
        // Whole, or not at all.
        expect([LARGE, MEDIUM, 'abc', 'behind'].some(each => each === message)).toBe(true);
      }
      await client.ping('same');
      expect(await client.close()).toMatchObject({ code: 1000 });
      return wasDone;
    });
  });
});

test('aborting close at every point: it closes all the same', { timeout: 60_000 }, async () => {
  const closed: unknown[] = [];
  const server = await serve(async request => void closed.push((await (await request.accept()).whenClosed).code));
  let opened = 0;
  await everyPoint(async point => {
    const client = await openWebSocket(`ws://127.0.0.1:${server.port}`);
    opened++;
    const { wasDone } = await abortAt(point, signal => client.close(4000, 'bye', { signal }));
    expect(await client.whenClosed).toMatchObject({ code: 4000 });
    return wasDone;
  });
  await server.close();
  expect(closed).toEqual(Array(opened).fill(4000));
});

describe('a handler that aborts its answer at every point', () => {
  let answer: (request: WebSocketRequest) => Promise<boolean>;
  let wasDone: boolean;
  let server: WebSocketServer;
  beforeEach(async () => {
    server = await serve(async request => {
      wasDone = await answer(request);
    });
  });

  test('accept: there is a connection, or the client is told', { timeout: 60_000 }, async () => {
    await everyPoint(async point => {
      answer = async request => {
        const { result, ...outcome } = await abortAt(point, signal => request.accept({ signal }));
        expect(request.connection).toBe(result);
        return outcome.wasDone;
      };
      const client = await openWebSocket(`ws://127.0.0.1:${server.port}`).catch(error => error);
      if (client instanceof Error) expect(client).toMatchObject({ name: 'HandshakeError' });
      else expect([1000, 1006]).toContain((await client.whenClosed).code);
      return wasDone;
    });
  });

  test('reject: the client is told all the same', { timeout: 60_000 }, async () => {
    await everyPoint(async point => {
      answer = async request =>
        (await abortAt(point, signal => request.reject(403, { signal, body: 'not you' }))).wasDone;
      const opening = openWebSocket(`ws://127.0.0.1:${server.port}`);
      await expect(opening).rejects.toMatchObject({ statusCode: 403 });
      return wasDone;
    });
  });
});

test('a pipe that is aborted at every point closes the connection', { timeout: 60_000 }, async () => {
  const server = await serve(echo);
  for (let turns = 0; turns < 12; turns++) {
    for (let tasks = 0; tasks < 7; tasks++) {
      const [from, to] = await Promise.all([
        openWebSocket(`ws://127.0.0.1:${server.port}`),
        openWebSocket(`ws://127.0.0.1:${server.port}`),
      ]);
      const sending = from.sendMessage('round and round').catch(() => {});
      await abortAt({ turns, tasks }, signal => from.streams().readable.pipeTo(to.streams().writable, { signal }));
      const closed = await Promise.all([from.whenClosed, to.whenClosed]);
      expect(closed.map(({ code }) => code)).toEqual([1011, 1011]);
      await sending;
    }
  }
});
