// What reconnecting needs of Node: sockets, processes, timers. All else is tested in @ws/connection, where it is.

import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Attempt, WebSocketConnection } from '@ws/connection';
import { afterEach, describe, expect, test } from 'vitest';
import { openWebSocket } from '../../src/client/open-web-socket.ts';
import { serveWebSocket, type WebSocketHandler, type WebSocketServer } from '../../src/server/serve-web-socket.ts';

const servers: WebSocketServer[] = [];
afterEach(async () => {
  await Promise.all(servers.splice(0).map(server => server.close({ grace: 0 })));
});

async function serve(handler: WebSocketHandler, port = 0): Promise<WebSocketServer> {
  const server = await serveWebSocket(handler, { host: '127.0.0.1', port });
  servers.push(server);
  return server;
}

const echo: WebSocketHandler = async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
};

/** A signal that knows how many listen to it. */
function countingSignal(): { signal: AbortSignal; abort: (reason: Error) => void; listeners: () => number } {
  const controller = new AbortController();
  const { signal } = controller;
  return {
    signal,
    abort: reason => controller.abort(reason),
    listeners: () => getEventListeners(signal, 'abort').length,
  };
}

describe('openWebSocket.reconnecting', () => {
  test.each(['http://localhost', 'nonsense'])('%s is never tried again', async url => {
    await expect(openWebSocket.reconnecting(url).next()).rejects.toThrow(RangeError);
  });

  test('url and headers are made anew, and told of attempt and cause', async () => {
    let fails = 2;
    const server = await serve(async request => {
      if (fails-- > 0) await request.reject(503);
      else await (await request.accept()).sendMessage(`${request.path} ${request.headers['x-token']}`);
    });
    const told: Attempt[] = [];
    const url = (attempt: Attempt): string => {
      told.push(attempt);
      return `ws://127.0.0.1:${server.port}/${told.length}`;
    };
    const headers = async ({ attempt }: Attempt) => ({ 'X-Token': `token ${attempt}` });
    for await (const connection of openWebSocket.reconnecting(url, { minDelay: 0, headers })) {
      expect(await connection.getMessage()).toBe('/3 token 3');
      break;
    }
    expect(told.map(({ attempt }) => attempt)).toEqual([1, 2, 3]);
    expect(told.map(({ cause }) => cause !== null)).toEqual([false, true, true]);
  });

  test('a server that is killed and comes back', async () => {
    const first = await serve(echo);
    const { port } = first;
    const seen: string[] = [];
    let failures = 0;
    // It is back only after two attempts have failed.
    const onRetry = (): void => {
      if (++failures === 2) void serve(echo, port);
    };
    const options = { random: () => 0.02, onRetry };
    for await (const connection of openWebSocket.reconnecting(`ws://127.0.0.1:${port}`, options)) {
      await connection.sendMessage(`round ${seen.length}`);
      seen.push(String(await connection.getMessage()));
      if (seen.length === 2) break;
      await first.close({ grace: 0 });
      await expect(connection.getMessage()).rejects.toThrow();
    }
    expect(seen).toEqual(['round 0', 'round 1']);
  });

  test('a server whose process is killed, and started again', { timeout: 30_000 }, async () => {
    const file = fileURLToPath(new URL('../../examples/echo-server.mjs', import.meta.url));
    const start = async (port: number): Promise<number> => {
      child = spawn(process.execPath, [file], { env: { ...process.env, PORT: String(port) } });
      const [said] = await once(child.stdout!, 'data');
      return Number(/listening on port (\d+)/.exec(String(said))?.[1]);
    };
    let child: ChildProcess | undefined;
    try {
      const port = await start(0);
      const seen: unknown[] = [];
      const failures: number[] = [];
      const causes: unknown[] = [];
      const url = ({ cause }: Attempt): string => {
        causes.push(cause);
        return `ws://127.0.0.1:${port}`;
      };
      const onRetry = (error: unknown, _delay: number, attempt: number): void => {
        expect(error).toMatchObject({ name: 'HandshakeError', cause: { code: 'ERR_REFUSED' } });
        // It is started again only when this has been seen.
        if (failures.push(attempt) === 2) void start(port);
      };
      for await (const connection of openWebSocket.reconnecting(url, { minDelay: 20, maxDelay: 100, onRetry })) {
        await connection.sendMessage(`round ${seen.length}`);
        seen.push(await connection.getMessage());
        if (seen.length === 2) break;
        const exited = once(child!, 'exit');
        child!.kill('SIGKILL');
        await expect(connection.getMessage()).rejects.toMatchObject({ reason: { code: 1006 } });
        // Until it is gone, its listener may still take a connection, and reset it.
        await exited;
      }
      expect(seen).toEqual(['round 0', 'round 1']);
      expect(failures.slice(0, 3)).toEqual([1, 2, 3].slice(0, failures.length));
      expect(causes.slice(0, 3)).toMatchObject([null, { code: 1006 }, { name: 'HandshakeError' }]);
    } finally {
      child?.kill('SIGKILL');
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 8])('aborting %i microtasks after the opening leaves nothing open', async ticks => {
    const server = await serve(echo);
    const reason = new Error('enough');
    const signal = countingSignal();
    const onOpen = async (message: unknown): Promise<void> => {
      if (!(message as { connection: WebSocketConnection }).connection.isClient) return;
      for (let i = 0; i < ticks; i++) await null;
      signal.abort(reason);
    };
    subscribe('ws:open', onOpen);
    try {
      const looping = (async () => {
        for await (const connection of openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, signal)) {
          await connection.getMessage().catch(() => {});
        }
      })();
      await expect(looping).rejects.toBe(reason);
    } finally {
      unsubscribe('ws:open', onOpen);
    }
    while (server.connections.size > 0) await new Promise(resolve => setImmediate(resolve));
    expect(signal.listeners()).toBe(0);
  });

  test('a delay that no timer can take is a long one', async () => {
    const controller = new AbortController();
    const reason = new Error('enough');
    let failures = 0;
    const failing = openWebSocket.reconnecting('ws://127.0.0.1:1', {
      signal: controller.signal,
      headers: () => Promise.reject(new Error('no token')),
      minDelay: 2 ** 32,
      maxDelay: Infinity,
      random: () => 1,
      onRetry: () => failures++,
    });
    setTimeout(() => controller.abort(reason), 50);
    await expect(failing.next()).rejects.toBe(reason);
    expect(failures).toBe(1);
  });
});
