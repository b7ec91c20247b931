import { describe, expect, test } from 'vitest';
import { ConnectionClosed } from '../src/errors.ts';
import { failureOf, openPair, settle } from './support/pair.ts';

async function collect(chunks: AsyncIterable<string | Uint8Array>): Promise<(string | Uint8Array)[]> {
  const all: (string | Uint8Array)[] = [];
  for await (const chunk of chunks) all.push(chunk);
  return all;
}

describe('sendMessage with pieces', () => {
  test.each([
    [
      'an async generator',
      async function* () {
        yield 'one ';
        yield 'two';
      },
      'one two',
    ],
    ['an array', () => ['one ', 'two'], 'one two'],
    ['bytes', () => [Uint8Array.of(1), Uint8Array.of(2, 3)], Uint8Array.of(1, 2, 3)],
    ['one piece', () => ['alone'], 'alone'],
    ['none', () => [], new Uint8Array(0)],
    ['empty pieces', () => ['', 'a', ''], 'a'],
    [
      'a ReadableStream',
      () => new Blob(['abc']).stream() as unknown as AsyncIterable<Uint8Array>,
      Uint8Array.of(97, 98, 99),
    ],
  ])('sends one message: %s', async (_name, make, expected) => {
    const { server, client } = await openPair();
    const taken = server.getMessage();
    await client.sendMessage((make as () => AsyncIterable<string>)());
    expect(await taken).toEqual(expected);
  });

  test.each([
    ['bytes after text', ['a', Uint8Array.of(1)]],
    ['a number', ['a', 5]],
  ])('%s fails the connection: half a message is out', async (_name, pieces) => {
    const { server, client } = await openPair();
    await expect(client.sendMessage(pieces as string[])).rejects.toThrow(TypeError);
    expect(await client.whenClosed).toMatchObject({ code: 1011 });
    expect(await server.whenClosed).toMatchObject({ code: 1011 });
  });

  test('a first piece of a wrong type sends nothing', async () => {
    const { server, client } = await openPair();
    await expect(client.sendMessage([5] as unknown as string[])).rejects.toThrow(TypeError);
    await client.sendMessage('fine');
    expect(await server.getMessage()).toBe('fine');
  });

  test('closing while a message is being sent ends it, and its source, and is still clean', async () => {
    const { client } = await openPair();
    let isReturned = false;
    const source = {
      [Symbol.asyncIterator]: () => ({
        next: async () => {
          await settle();
          return { done: false as const, value: 'x' };
        },
        return: async () => {
          isReturned = true;
          return { done: true as const, value: undefined };
        },
      }),
    };
    const sending = failureOf(client.sendMessage(source));
    await settle();
    const closed = client.close();
    expect(await sending).toBeInstanceOf(ConnectionClosed);
    expect(await closed).toMatchObject({ code: 1000 });
    expect(isReturned).toBe(true);
  });
});

describe('receive', () => {
  test('gives the pieces as they come', async () => {
    const { server, client } = await openPair();
    let push = (_piece: string): void => {};
    const pieces = (async function* () {
      yield await new Promise<string>(resolve => {
        push = resolve;
      });
      yield await new Promise<string>(resolve => {
        push = resolve;
      });
    })();
    const chunks = server.receive();
    const sent = client.sendMessage(pieces);
    const first = chunks.next();
    await settle();
    push('one');
    expect(await first).toEqual({ done: false, value: 'one' });
    const second = chunks.next();
    await settle();
    push('two');
    expect(await second).toEqual({ done: false, value: 'two' });
    await sent;
    expect(await chunks.next()).toEqual({ done: true, value: undefined });
  });

  test('a letter whose bytes come in two frames is whole (RFC 6455, 5.6)', async () => {
    const { server, client } = await openPair({ memory: { chunkSize: 1 } });
    const taken = collect(server.receive());
    await client.sendMessage('a🎉b');
    expect((await taken).join('')).toBe('a🎉b');
  });

  test('one message after the other', async () => {
    const { server, client } = await openPair();
    const sending = (async () => {
      for (const text of ['a', '', 'c']) await client.sendMessage(text);
    })();
    const texts = [];
    for (let i = 0; i < 3; i++) texts.push((await collect(server.receive())).join(''));
    await sending;
    expect(texts).toEqual(['a', '', 'c']);
  });

  test('leaving it early skips the rest, and no more', async () => {
    const { server, client } = await openPair();
    const sent = client.sendMessage(Array.from({ length: 100 }, () => 'x'.repeat(1000)));
    for await (const _chunk of server.receive()) break;
    const next = server.getMessage();
    await sent;
    await client.sendMessage('next');
    expect(await next).toBe('next');
    expect(server.closed).toBeNull();
  });

  test('a message that is cut off by the end is ConnectionClosed', async () => {
    const { server, client } = await openPair();
    const pieces = (async function* () {
      yield 'one';
      await new Promise(() => {});
    })();
    client.sendMessage(pieces).catch(() => {});
    const chunks = server.receive();
    expect((await chunks.next()).value).toBe('one');
    const next = failureOf(chunks.next());
    client.terminate();
    expect(await next).toBeInstanceOf(ConnectionClosed);
  });

  test('a message larger than maxMessageSize is 1009 on both sides', async () => {
    const { server, client } = await openPair({ server: { maxMessageSize: 1000 } });
    const taken = failureOf(collect(server.receive()));
    await client.sendMessage(Array.from({ length: 3 }, () => 'x'.repeat(500))).catch(() => {});
    expect(await taken).toMatchObject({ reason: { code: 1009 } });
    expect(await client.whenClosed).toMatchObject({ code: 1009 });
  });
});

describe('backpressure', () => {
  const KIB_64 = 'x'.repeat(65_536);

  test('a writer waits for a slow reader: memory has a bound, nothing is lost', async () => {
    const { server, client, serverStream } = await openPair({ memory: { capacity: 16_384 } });
    let sent = 0;
    const writing = (async () => {
      for (; sent < 50; sent++) await client.sendMessage(KIB_64);
    })();
    await settle();
    expect(serverStream.isPaused).toBe(true);
    // One in the queue, the look-ahead, one on its way.
    expect(sent).toBeLessThanOrEqual(5);
    let taken = 0;
    for (; taken < 50; taken++) {
      expect((await server.getMessage()).length).toBe(65_536);
      await settle();
      expect(sent - taken).toBeLessThanOrEqual(6);
    }
    await writing;
  });

  test('a chunk that nobody takes stops a message on its way', async () => {
    const { server, client, serverStream } = await openPair({ memory: { capacity: 16_384 } });
    let pieces = 0;
    const source = (function* () {
      for (; pieces < 200; pieces++) yield 'x'.repeat(16_384);
    })();
    const sent = client.sendMessage(source).catch(error => error);
    const chunks = server.receive();
    expect((await chunks.next()).done).toBe(false);
    await settle();
    expect(serverStream.isPaused).toBe(true);
    expect(pieces).toBeLessThanOrEqual(10);
    await chunks.return();
    server.terminate();
    await sent;
  });

  test('sendMessage resolves when the transport took the message, not before', async () => {
    const { client, serverStream, server } = await openPair({ memory: { capacity: 1024 } });
    serverStream.pause();
    let isSent = false;
    const sending = client.sendMessage('x'.repeat(5000)).then(() => {
      isSent = true;
    });
    await settle();
    expect([isSent, client.bufferedAmount > 0]).toEqual([false, true]);
    serverStream.resume();
    await sending;
    expect(client.bufferedAmount).toBe(0);
    expect((await server.getMessage()).length).toBe(5000);
  });

  test('an answer resolves at once when the transport took it, and otherwise when it has', async () => {
    const { client, serverStream, server } = await openPair({ memory: { capacity: 1024 } });
    for (const length of [500, 5000]) {
      const question = client.getMessage();
      await server.sendMessage('question');
      await question;
      if (length > 1024) serverStream.pause();
      let isSent = false;
      const sending = client.sendMessage('x'.repeat(length)).then(() => {
        isSent = true;
      });
      expect(client.bufferedAmount > 0).toBe(length > 1024);
      await settle();
      expect(isSent).toBe(length <= 1024);
      serverStream.resume();
      await sending;
      expect((await server.getMessage()).length).toBe(length);
    }
  });
});
