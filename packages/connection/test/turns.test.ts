// Messages behind one in pieces: in what order they go, and what becomes of them when it never ends.
import { describe, expect, test } from 'vitest';
import type { WebSocketConnection } from '../src/connection.ts';
import { ConnectionClosed } from '../src/errors.ts';
import { failureOf, openPair, settle } from './support/pair.ts';

/** A message in pieces that goes on when the test says so. */
function heldBack() {
  let goOn = (): void => {};
  const gate = new Promise<void>(resolve => {
    goOn = resolve;
  });
  const pieces = (async function* () {
    yield 'pi';
    await gate;
    yield 'eces';
  })();
  return { pieces, goOn };
}

/** A source that gives one piece, and then nothing. */
function idleSource() {
  const calls: string[] = [];
  const source = {
    [Symbol.asyncIterator]: () => ({
      next: () => {
        calls.push('next');
        return calls.length > 1 ? new Promise<never>(() => {}) : Promise.resolve({ done: false, value: 'piece' });
      },
      return: () => {
        calls.push('return');
        return new Promise<never>(() => {});
      },
    }),
  };
  return { source, calls };
}

async function take(connection: WebSocketConnection, count: number): Promise<string> {
  const taken: unknown[] = [];
  while (taken.length < count) taken.push(await connection.getMessage());
  return taken.join();
}

describe('messages behind one in pieces', () => {
  test('go before one that comes when it is done', async () => {
    const { client, server } = await openPair();
    const { pieces, goOn } = heldBack();
    const first = client.sendMessage(pieces);
    const second = client.sendMessage('second');
    goOn();
    await first;
    await Promise.all([second, client.sendMessage('third')]);
    expect(await take(server, 3)).toBe('pieces,second,third');
  });

  test('are told behind it', async () => {
    const { client } = await openPair();
    const told: string[] = [];
    const sent = [
      client.sendMessage(['pie', 'ces']).then(() => told.push('first')),
      client.sendMessage('behind').then(() => told.push('second')),
    ];
    await Promise.all(sent);
    expect(told).toEqual(['first', 'second']);
  });

  test('go in order, with a signal or without, in pieces or whole', async () => {
    const { client, server } = await openPair();
    const { signal } = new AbortController();
    const { pieces, goOn } = heldBack();
    const first = client.sendMessage(pieces);
    const sent = [
      client.sendMessage('second', { signal }),
      client.sendMessage('third'),
      client.sendMessage(['fo', 'urth'], { signal }),
      client.sendMessage('fifth'),
      client.sendMessage(['six', 'th']),
      client.sendMessage('seventh', { signal }),
    ];
    goOn();
    await first;
    sent.push(client.sendMessage('last'));
    expect(await take(server, 8)).toBe('pieces,second,third,fourth,fifth,sixth,seventh,last');
    await Promise.all(sent);
  });

  test('wait for one that sends another by itself', async () => {
    const { client, server } = await openPair();
    const sent: Promise<void>[] = [];
    const pieces = (function* () {
      sent.push(client.sendMessage('from within'));
      yield 'pieces';
    })();
    await client.sendMessage(pieces);
    await Promise.all(sent);
    expect(await take(server, 2)).toBe('pieces,from within');
  });

  test('one that is aborted takes no other along', async () => {
    const { client, server } = await openPair();
    const controller = new AbortController();
    const { signal } = controller;
    const { pieces, goOn } = heldBack();
    const first = client.sendMessage(pieces);
    const aborted = [client.sendMessage('not me', { signal }), client.sendMessage(['nor', 'me'], { signal })];
    const behind = client.sendMessage('behind');
    controller.abort('enough');
    expect(await Promise.all(aborted.map(failureOf))).toEqual(['enough', 'enough']);
    goOn();
    await Promise.all([first, behind]);
    expect(await take(server, 2)).toBe('pieces,behind');
    expect(client.closed).toBeNull();
  });
});

describe('a message in pieces whose source is idle', () => {
  test.each<[string, (connection: WebSocketConnection) => void]>([
    ['the peer is gone', peer => peer.terminate()],
    ['the peer closes', peer => void peer.close().catch(() => {})],
  ])('is given up when %s, and those behind it are', async (_name, end) => {
    const { client, server } = await openPair();
    const { source, calls } = idleSource();
    const sent = [source, 'behind', ['in', 'pieces'], 'the last'].map(message =>
      failureOf(client.sendMessage(message as string)),
    );
    await settle();
    end(server);
    for (const error of await Promise.all(sent)) expect(error).toBeInstanceOf(ConnectionClosed);
    expect(calls).toEqual(['next', 'next', 'return']);
  });

  test('is given up when the connection closed while its last piece was on its way', async () => {
    const { client, serverStream } = await openPair({ memory: { capacity: 1000 } });
    serverStream.pause();
    const calls: string[] = [];
    const sending = failureOf(
      client.sendMessage({
        [Symbol.asyncIterator]: () => ({
          next: () => {
            calls.push('next');
            return calls.length > 1
              ? new Promise<never>(() => {})
              : Promise.resolve({ done: false as const, value: 'x'.repeat(5000) });
          },
        }),
      }),
    );
    await settle();
    void client.close().catch(() => {});
    serverStream.resume();
    expect(await sending).toBeInstanceOf(ConnectionClosed);
    expect(calls).toEqual(['next']);
  });
});

test('a source that throws, and again when it is left: the first error counts', async () => {
  const { client, server } = await openPair();
  const source = {
    [Symbol.iterator]: () => ({
      next: () => {
        throw new Error('next');
      },
      return: () => {
        throw new Error('return');
      },
    }),
  };
  await expect(client.sendMessage(source)).rejects.toThrow('next');
  await client.sendMessage('fine');
  expect(await server.getMessage()).toBe('fine');
});
