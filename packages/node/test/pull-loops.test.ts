// How loops and blocks end, and who reads beside whom; in both worlds.
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { join, memoryWorld, settle, socketWorld, type World } from './support/worlds.ts';

describe.each([
  ['in memory', memoryWorld],
  ['over sockets', socketWorld],
])('%s', (_name, makeWorld) => {
  let world: World;
  beforeEach(() => {
    world = makeWorld();
  });
  afterEach(() => world.cleanUp());

  test.each<[string, () => void]>([
    ['break', () => {}],
    [
      'an error',
      () => {
        throw new Error('mine');
      },
    ],
  ])('leaving a loop by %s does not close, and takes no message along', async (_how, leave) => {
    const { client, server } = await join(world);
    for (const text of ['a', 'b', 'c']) await server.sendMessage(text);
    const taken: unknown[] = [];
    for (let round = 0; round < 2; round++) {
      const looping = (async () => {
        for await (const message of client) {
          taken.push(message);
          leave();
          break;
        }
      })();
      await looping.catch(error => expect(error).toEqual(new Error('mine')));
    }
    await settle();
    expect([client.closed, server.closed]).toEqual([null, null]);
    expect([...taken, await client.getMessage()]).toEqual(['a', 'b', 'c']);
    const answered = server.getMessage();
    await client.sendMessage('still open');
    expect(await answered).toBe('still open');
  });

  test.each<[string, () => void]>([
    ['its end', () => {}],
    [
      'an error',
      () => {
        throw new Error('mine');
      },
    ],
  ])('`await using` closes with 1000 when the block is left by %s', async (_how, leave) => {
    const { client, server } = await join(world);
    const block = async (): Promise<void> => {
      await using _connection = client;
      leave();
    };
    await block().catch(error => expect(error).toEqual(new Error('mine')));
    expect(client.closed).toMatchObject({ code: 1000, reason: null });
    expect(await server.whenClosed).toMatchObject({ code: 1000 });
    await Promise.all([client[Symbol.asyncDispose](), client[Symbol.asyncDispose]()]);
  });

  test('closing inside a loop ends it', async () => {
    const { client, server } = await join(world);
    await server.sendMessage('a');
    await server.sendMessage('dropped');
    const taken: unknown[] = [];
    for await (const message of client) {
      taken.push(message);
      await client.close();
    }
    expect([taken, client.closed?.code]).toEqual([['a'], 1000]);
  });

  test('two loops share the messages', async () => {
    const { client, server } = await join(world);
    const taken: [string, unknown][] = [];
    const loop = async (name: string): Promise<void> => {
      for await (const message of client) taken.push([name, message]);
    };
    const looping = [loop('x'), loop('y')];
    for (const text of ['a', 'b', 'c', 'd']) await server.sendMessage(text);
    while (taken.length < 4) await settle();
    await server.close();
    await Promise.all(looping);
    expect(taken).toEqual([
      ['x', 'a'],
      ['y', 'b'],
      ['x', 'c'],
      ['y', 'd'],
    ]);
  });

  test('receive and getMessage side by side get a message each, in order', async () => {
    const { client, server } = await join(world);
    const inPieces = async (): Promise<string> => {
      let text = '';
      for await (const chunk of client.receive()) text += chunk;
      return `pieces of ${text}`;
    };
    const taking = Promise.all([inPieces(), client.getMessage(), inPieces(), client.getMessage()]);
    for (const text of ['a', 'b', 'c', 'd']) await server.sendMessage([text, text]);
    expect(await taking).toEqual(['pieces of aa', 'bb', 'pieces of cc', 'dd']);
  });

  test('who is told of errors, and fails later itself, ends nothing', async () => {
    const unhandled: unknown[] = [];
    const onUnhandled = (error: unknown): void => void unhandled.push(error);
    process.on('unhandledRejection', onUnhandled);
    try {
      const served = await world.serve(
        async request => {
          await request.accept();
          throw new Error('mine');
        },
        {
          async onError() {
            await null;
            throw new Error('the log is full');
          },
        },
      );
      expect(await (await served.open()).whenClosed).toMatchObject({ code: 1011 });
      await settle();
      expect(unhandled).toEqual([]);
    } finally {
      process.off('unhandledRejection', onUnhandled);
    }
  });
});
