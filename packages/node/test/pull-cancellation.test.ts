// The calls of this package that take a signal, aborted at every point at which they may wait.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocketHandler } from '@ws/connection';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { openWebSocket } from '../src/client/open-web-socket.ts';
import { serveWebSocket, type WebSocketServer } from '../src/server/serve-web-socket.ts';
import { abortAt, everyPoint, MICROTASKS, untilTimers, watchLeftovers } from './support/abort.ts';
import { settle } from './support/worlds.ts';

watchLeftovers();
let server: WebSocketServer;

const wait: WebSocketHandler = async request => {
  const connection = await request.accept();
  for await (const message of connection) await connection.sendMessage(message);
};

beforeEach(async () => {
  server = await serveWebSocket(wait, { host: '127.0.0.1', onError() {} });
});
afterEach(async () => {
  await server.close({ grace: 0 });
  await untilTimers(0);
});

describe('aborted at every point', () => {
  test('openWebSocket: there is a connection, or none on either side', async () => {
    const url = `ws://127.0.0.1:${server.port}`;
    const points = await everyPoint(async point => {
      const { result, wasDone } = await abortAt(point, signal => openWebSocket(url, { signal }));
      if (result !== null) expect(await result.close()).toMatchObject({ code: 1000 });
      return wasDone;
    });
    expect(points).toBeGreaterThanOrEqual(12);
    while (server.connections.size > 0) await Promise.all([...server.connections].map(each => each.whenClosed));
  });

  test('openWebSocket by name, through a proxy that does not answer', async () => {
    const silent = createServer(socket => void socket.on('error', () => {}).resume()).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as AddressInfo;
    // It would wait for ever: after a few turns there is no other point any more.
    for (let turns = 0; turns < 25; turns++) {
      for (const tasks of MICROTASKS) {
        const { result } = await abortAt({ turns, tasks }, signal =>
          openWebSocket('ws://example.invalid', { signal, proxy: { host: '127.0.0.1', port } }),
        );
        expect(result).toBeNull();
      }
    }
    // Ends only when every connection is gone.
    await new Promise(resolve => silent.close(resolve));
  });

  test('serveWebSocket: there is a server, or nobody listens', async () => {
    const path = join(tmpdir(), `ws-abort-${process.pid}.sock`);
    await everyPoint(async point => {
      const { result, wasDone } = await abortAt(point, signal => serveWebSocket(wait, { path, signal }));
      await result?.close();
      await settle();
      // The place is free.
      await (await serveWebSocket(wait, { path })).close();
      return wasDone;
    });
    // One that was aborted when its port was known already is closed all the same.
    const places = {
      listeners: [{ host: '127.0.0.1', port: server.port }],
      signal: AbortSignal.abort(new Error('no')),
    };
    await expect(serveWebSocket(wait, places)).rejects.toThrow('no');
  });

  test('close of a server: it stops all the same', async () => {
    await everyPoint(async point => {
      const other = await serveWebSocket(wait, { host: '127.0.0.1' });
      const { port } = other;
      const client = await openWebSocket(`ws://127.0.0.1:${port}`);
      const { wasDone } = await abortAt(point, signal => other.close({ signal }));
      expect(await client.whenClosed).toMatchObject({ code: 1001 });
      await other.close();
      const socket = connect(port, '127.0.0.1');
      const [error] = await once(socket, 'error');
      expect(error).toMatchObject({ code: 'ECONNREFUSED' });
      return wasDone;
    });
  });

  test('close of a server, with a signal that was aborted before: it goes on', async () => {
    await expect(server.close({ signal: AbortSignal.abort(new Error('no')) })).rejects.toThrow('no');
    await (await openWebSocket(`ws://127.0.0.1:${server.port}`)).close();
  });

  test('reconnecting: what was open is closed', async () => {
    const url = `ws://127.0.0.1:${server.port}`;
    await everyPoint(async point => {
      let turns = point.turns;
      let isOpen = false;
      const { wasDone } = await abortAt(point, async signal => {
        for await (const connection of openWebSocket.reconnecting(url, { signal, random: () => 0 })) {
          isOpen = true;
          await connection.sendMessage('once');
          if ((await connection.getMessage({ signal })) === 'once' && --turns < 0) break;
          return;
        }
      });
      return wasDone && isOpen;
    });
    while (server.connections.size > 0) await Promise.all([...server.connections].map(each => each.whenClosed));
  });

  test('reconnecting, to a server that is not there: attempts and delays end', async () => {
    const gone = await serveWebSocket(wait, { host: '127.0.0.1' });
    const url = `ws://127.0.0.1:${gone.port}`;
    await gone.close();
    let failures = 0;
    const onRetry = (): void => void failures++;
    for (let turns = 0; turns < 25; turns++) {
      for (const tasks of MICROTASKS) {
        const { isAborted } = await abortAt({ turns, tasks }, signal =>
          openWebSocket.reconnecting(url, { signal, minDelay: 2, onRetry }).next(),
        );
        expect(isAborted).toBe(true);
      }
    }
    // Attempts and delays of all ages were aborted.
    expect(failures).toBeGreaterThan(25);
  });
});

test('a message of many pieces, aborted at every turn, arrives whole or not at all', async () => {
  const taken: unknown[] = [];
  const other = await serveWebSocket(
    async request => {
      const connection = await request.accept();
      await connection.getMessage().then(
        message => taken.push(message.length),
        error => taken.push(error.reason.code),
      );
    },
    { host: '127.0.0.1' },
  );
  let points = 0;
  for (let turns = 0, isDone = false; !isDone; turns++, points++) {
    const client = await openWebSocket(`ws://127.0.0.1:${other.port}`);
    const pieces = (async function* () {
      for (let i = 0; i < 10; i++) {
        yield 'x'.repeat(10_000);
        await new Promise<void>(resolve => setImmediate(resolve));
      }
    })();
    const { wasDone } = await abortAt({ turns, tasks: 0 }, signal => client.sendMessage(pieces, { signal }));
    isDone = wasDone;
    await client.close().catch(() => {});
  }
  await other.close();
  await settle();
  expect(points).toBeGreaterThan(5);
  expect(new Set(taken).size).toBeLessThanOrEqual(3);
  for (const each of taken) expect([100_000, 1011, 1000]).toContain(each);
});
