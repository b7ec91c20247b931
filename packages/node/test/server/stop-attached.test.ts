// A server of the pull API that is stopped on the application's own HTTP server, which goes on.

import { createServer, type Server } from 'node:http';
import { connect, createServer as createHttp2Server } from 'node:http2';
import type { AddressInfo } from 'node:net';
import type { WebSocketConnection } from '@ws/connection';
import { afterEach, describe, expect, test } from 'vitest';
import { connectHttp2, openWebSocket, serveWebSocket, WebSocketClientFactory } from '../../src/index.ts';
import type { AttachableServer } from '../../src/server/attach.ts';
import type { WebSocketHandler } from '../../src/server/serve-web-socket.ts';

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function listen<Kind extends AttachableServer>(server: Kind): Promise<string> {
  await new Promise<void>(resolve => void server.listen(0, '127.0.0.1', resolve));
  cleanups.push(() => new Promise(resolve => server.close(resolve)));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A handler that ends when it is let go, with connections that do not close before. */
function holding(): { handler: WebSocketHandler; letGo: () => void; accepted: WebSocketConnection[] } {
  let letGo = (): void => {};
  const gate = new Promise<void>(resolve => {
    letGo = resolve;
  });
  const accepted: WebSocketConnection[] = [];
  const handler: WebSocketHandler = async request => {
    accepted.push(await request.accept());
    await gate;
  };
  return { handler, letGo, accepted };
}

const failure = (promise: Promise<unknown>): Promise<unknown> => promise.then(() => 'opened').catch(error => error);

describe('a server that is attached and is being stopped', () => {
  test('answers upgrades with 503 during the grace; other paths, and what follows, are not its own', async () => {
    const http: Server = createServer((_request, response) => response.end('plain'));
    const { handler, letGo } = holding();
    const server = await serveWebSocket(handler, { server: http, path: '/ws' });
    const url = `ws://${await listen(http)}`;
    await openWebSocket(`${url}/ws`);
    const closing = server.close({ grace: 2 ** 30 });
    expect(await failure(openWebSocket(`${url}/ws`))).toMatchObject({ name: 'ConnectionRejected', statusCode: 503 });
    expect(await failure(openWebSocket(`${url}/other`))).toMatchObject({ statusCode: 404 });
    // A new server takes the path over while the old one still waits for its handlers.
    const next = await serveWebSocket(async request => void (await request.accept()), { server: http, path: '/ws' });
    expect((await (await openWebSocket(`${url}/ws`)).whenClosed).code).toBe(1000);
    letGo();
    await closing;
    await next.close();
    expect(await failure(openWebSocket(`${url}/ws`))).toMatchObject({ statusCode: 200 });
  });

  test('has no connections left when it is stopped, also when they had to be dropped', async () => {
    const http: Server = createServer();
    const { handler, accepted, letGo } = holding();
    cleanups.push(letGo);
    const server = await serveWebSocket(handler, { server: http });
    const url = `ws://${await listen(http)}`;
    await Promise.all([openWebSocket(url), openWebSocket(url)]);
    expect(server.connections.size).toBe(2);
    await server.close({ grace: 0 });
    expect(server.connections.size).toBe(0);
    expect(accepted.map(({ closed }) => closed?.code)).toEqual([1001, 1001]);
  });

  test('does the same over HTTP/2', async () => {
    const http2 = createHttp2Server();
    const { handler, letGo } = holding();
    const server = await serveWebSocket(handler, { server: http2, path: '/ws' });
    const host = await listen(http2);
    const session = connect(`http://${host}`);
    cleanups.push(() => session.destroy());
    const factory = new WebSocketClientFactory({ url: `ws://${host}/ws` });
    await connectHttp2(factory, session);
    const closing = server.close({ grace: 2 ** 30 });
    expect(await failure(connectHttp2(factory, session))).toMatchObject({ status: 503 });
    letGo();
    await closing;
    expect(server.connections.size).toBe(0);
  });
});
