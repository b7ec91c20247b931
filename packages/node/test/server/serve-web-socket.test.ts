import { ConnectionClosed, ConnectionRejected, HandshakeError } from '@ws/connection';
import { afterEach, describe, expect, test } from 'vitest';
import { openWebSocket } from '../../src/client/open-web-socket.ts';
import {
  type ServeOptions,
  serveWebSocket,
  type WebSocketHandler,
  type WebSocketServer,
} from '../../src/server/serve-web-socket.ts';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close({ grace: 0 })));
});

async function serve(handler: WebSocketHandler, options: ServeOptions = {}) {
  const server = await serveWebSocket(handler, { host: '127.0.0.1', ...options });
  servers.push(server);
  return { server, url: `ws://127.0.0.1:${server.port}` };
}

const echo: WebSocketHandler = async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
};

describe('serveWebSocket and openWebSocket', () => {
  test('echo over a real socket', async () => {
    const { url, server } = await serve(echo);
    const connection = await openWebSocket(url);
    await connection.sendMessage('hello');
    expect(await connection.getMessage()).toBe('hello');
    expect(await connection.ping()).toBeGreaterThanOrEqual(0);
    expect(server.connections.size).toBe(1);
    expect(await connection.close()).toMatchObject({ code: 1000 });
  });

  test('a handler that returns closes with 1000, one that throws with 1011', async () => {
    const errors: unknown[] = [];
    const { url } = await serve(
      async request => {
        await request.accept();
        if (request.path === '/throw') throw new Error('secret');
      },
      { onError: error => errors.push(error) },
    );
    const returned = await openWebSocket(url);
    expect(await returned.whenClosed).toMatchObject({ code: 1000 });
    const thrown = await openWebSocket(`${url}/throw`);
    expect(await thrown.whenClosed).toMatchObject({ code: 1011, reason: null });
    await expect(thrown.getMessage()).rejects.toThrow(ConnectionClosed);
    expect(errors).toEqual([new Error('secret')]);
  });

  test('a request can be rejected with a body; one without an answer gets 500', async () => {
    const { url } = await serve(async request => {
      if (request.path === '/no') await request.reject(403, { body: 'not you', headers: { 'X-Why': 'because' } });
    });
    const error = await openWebSocket(`${url}/no`).catch(reason => reason);
    expect(error).toBeInstanceOf(ConnectionRejected);
    expect(error).toMatchObject({ statusCode: 403, headers: { 'x-why': 'because' } });
    expect(new TextDecoder().decode(error.body)).toBe('not you');
    await expect(openWebSocket(url)).rejects.toMatchObject({ statusCode: 500 });
  });

  test('closing the server tells everybody, and waits for the handlers', async () => {
    const { url, server } = await serve(echo);
    const connection = await openWebSocket(url);
    await server.close({ code: 1012, grace: 5000 });
    expect(await connection.whenClosed).toMatchObject({ code: 1012 });
    await expect(openWebSocket(url)).rejects.toThrow(HandshakeError);
  });

  test('reconnecting gives one connection after the other', async () => {
    const { url } = await serve(echo);
    const seen: string[] = [];
    for await (const connection of openWebSocket.reconnecting(({ attempt }) => `${url}/${attempt}`, {
      random: () => 0,
    })) {
      await connection.sendMessage(`${seen.length}`);
      seen.push(String(await connection.getMessage()));
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['0', '1', '2']);
  });

  test('an aborted signal rejects with its reason', async () => {
    const { url } = await serve(echo);
    const reason = new Error('enough');
    await expect(openWebSocket(url, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    const connection = await openWebSocket(url);
    const controller = new AbortController();
    const waiting = connection.getMessage({ signal: controller.signal });
    controller.abort(reason);
    await expect(waiting).rejects.toBe(reason);
    await connection.sendMessage('still here');
    expect(await connection.getMessage()).toBe('still here');
    await connection.close();
  });
});
