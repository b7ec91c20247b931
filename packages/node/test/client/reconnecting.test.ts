import { type ChildProcess, spawn } from 'node:child_process';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { getEventListeners, once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Attempt } from '@ws/connection';
import { ConnectionRejected, type WebSocketConnection } from '@ws/connection';
import { manualClock } from '@ws/testkit';
import { afterEach, describe, expect, test } from 'vitest';
import type { ReconnectOptions } from '../../src/client/open-web-socket.ts';
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

/** Time that passes as soon as somebody waits for it. */
function clockwork(): Pick<ReconnectOptions, 'wait' | 'random'> & { delays: number[]; now: () => number } {
  const clock = manualClock();
  const delays: number[] = [];
  return {
    delays,
    now: () => clock.now(),
    random: () => 1,
    wait: delay =>
      new Promise(resolve => {
        delays.push(delay);
        clock.setTimer(delay, resolve);
        clock.advance(delay);
      }),
  };
}

describe('openWebSocket.reconnecting', () => {
  test('waits longer after each failure, up to a limit, and starts anew after a success', async () => {
    let fails = 6;
    const server = await serve(async request => {
      if (fails-- > 0) await request.reject(503);
      else await (await request.accept()).sendMessage('hello');
    });
    const clock = clockwork();
    const told: [unknown, number, number][] = [];
    const options = {
      ...clock,
      minDelay: 100,
      maxDelay: 1000,
      onRetry: (...all: [unknown, number, number]) => void told.push(all),
    };
    let rounds = 0;
    for await (const connection of openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, options)) {
      expect(await connection.getMessage()).toBe('hello');
      if (++rounds === 1) fails = 1;
      else break;
    }
    expect(clock.delays).toEqual([100, 200, 400, 800, 1000, 1000, 100, 100]);
    expect(told.map(([, , attempt]) => attempt)).toEqual([1, 2, 3, 4, 5, 6, 1]);
    expect(told.every(([error]) => error instanceof ConnectionRejected && error.statusCode === 503)).toBe(true);
    expect(clock.now()).toBe(3700);
  });

  test.each([
    [0, 0],
    [0.5, 50],
    [0.999, 100],
  ])('with jitter: of a random %d, %i ms', async (random, delay) => {
    const server = await serve(request => request.reject(503));
    const delays: number[] = [];
    const options = {
      minDelay: 100,
      random: () => random,
      onRetry: (_error: unknown, next: number) => void delays.push(next),
      wait: () => Promise.reject(new Error('seen enough')),
    };
    await expect(openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, options).next()).rejects.toThrow(
      'seen enough',
    );
    expect(delays).toEqual([delay]);
  });

  test.each([400, 401, 403, 404, 410])('a %i is not tried again', async status => {
    const server = await serve(request => request.reject(status));
    const attempts = openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, clockwork());
    await expect(attempts.next()).rejects.toMatchObject({ statusCode: status });
  });

  test('shouldRetry decides', async () => {
    const server = await serve(request => request.reject(404));
    const asked: number[] = [];
    const shouldRetry = (_error: unknown, attempt: number): boolean => asked.push(attempt) < 3;
    const attempts = openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, { ...clockwork(), shouldRetry });
    await expect(attempts.next()).rejects.toThrow(ConnectionRejected);
    expect(asked).toEqual([1, 2, 3]);
  });

  test.each(['http://localhost', 'nonsense'])('%s is never tried again', async url => {
    await expect(openWebSocket.reconnecting(url, clockwork()).next()).rejects.toThrow(RangeError);
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
    for await (const connection of openWebSocket.reconnecting(url, { ...clockwork(), headers })) {
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
    for await (const connection of openWebSocket.reconnecting(`ws://127.0.0.1:${port}`, { random: () => 0.02 })) {
      await connection.sendMessage(`round ${seen.length}`);
      seen.push(String(await connection.getMessage()));
      if (seen.length === 2) break;
      await first.close({ grace: 0 });
      await expect(connection.getMessage()).rejects.toThrow();
      // It is back only after an attempt or two have failed.
      setTimeout(() => void serve(echo, port), 30);
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
        child!.kill('SIGKILL');
        await expect(connection.getMessage()).rejects.toMatchObject({ reason: { code: 1006 } });
      }
      expect(seen).toEqual(['round 0', 'round 1']);
      expect(failures.slice(0, 3)).toEqual([1, 2, 3].slice(0, failures.length));
      expect(causes.slice(0, 3)).toMatchObject([null, { code: 1006 }, { name: 'HandshakeError' }]);
    } finally {
      child?.kill('SIGKILL');
    }
  });

  test.each([
    ['minDelay', -1, RangeError],
    ['maxDelay', Number.NaN, RangeError],
    ['minDelay', '5', TypeError],
  ])('a %s of %j is refused, and nothing is tried', async (name, delay, error) => {
    const url = (): string => {
      throw new Error('it was tried');
    };
    await expect(openWebSocket.reconnecting(url, { [name]: delay }).next()).rejects.toThrow(error);
  });

  test('aborting ends it: before, during a delay, and between two connections', async () => {
    const server = await serve(echo);
    const url = `ws://127.0.0.1:${server.port}`;
    const reason = new Error('enough');
    await expect(openWebSocket.reconnecting(url, { signal: AbortSignal.abort(reason) }).next()).rejects.toBe(reason);

    const controller = new AbortController();
    const failing = openWebSocket.reconnecting(`${url}`, {
      signal: controller.signal,
      headers: () => Promise.reject(new Error('no token')),
      minDelay: 1_000_000,
      random: () => 1,
      onRetry: () => setImmediate(() => controller.abort(reason)),
    });
    await expect(failing.next()).rejects.toBe(reason);

    const between = new AbortController();
    const attempts = openWebSocket.reconnecting(url, { signal: between.signal });
    const { value } = await attempts.next();
    between.abort(reason);
    await expect(attempts.next()).rejects.toBe(reason);
    expect((value as WebSocketConnection).closed).toMatchObject({ code: 1001 });
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

  test('aborting closes the connection that is open with 1001: what reads from it ends, and so does the loop', async () => {
    const closed: unknown[] = [];
    const server = await serve(async request => {
      const connection = await request.accept();
      await connection.sendMessage('hello');
      closed.push(await connection.whenClosed);
    });
    const reason = new Error('enough');
    const signal = countingSignal();
    const seen: string[] = [];
    const looping = (async () => {
      for await (const connection of openWebSocket.reconnecting(`ws://127.0.0.1:${server.port}`, signal)) {
        for await (const message of connection) {
          seen.push(String(message));
          signal.abort(reason);
        }
        seen.push('ended');
      }
    })();
    await expect(looping).rejects.toBe(reason);
    await server.close();
    expect([seen, signal.listeners()]).toEqual([['hello', 'ended'], 0]);
    expect(closed).toMatchObject([{ code: 1001 }]);
  });

  test.each([
    ['url', (hang: () => Promise<never>) => [hang, {}] as const],
    ['headers', (hang: () => Promise<never>) => ['ws://127.0.0.1:1', { headers: hang }] as const],
  ])('aborting does not wait for a function that makes the %s and hangs', async (_name, make) => {
    const signal = countingSignal();
    let ask = (): void => {};
    const asked = new Promise<void>(resolve => {
      ask = resolve;
    });
    const [url, options] = make(() => {
      ask();
      return new Promise<never>(() => {});
    });
    const failed = openWebSocket.reconnecting(url, { ...options, signal: signal.signal }).next();
    await asked;
    signal.abort(new Error('enough'));
    await expect(failed).rejects.toThrow('enough');
    expect(signal.listeners()).toBe(0);
  });
});
