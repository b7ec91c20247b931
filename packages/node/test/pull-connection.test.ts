// Open connections and their end: what trio-websocket's own tests ask for (the number in front is that of the test in
// its tests/test_connection.py, in order), the gaps they leave, and where we are better on purpose. All in both worlds.
import { ConnectionClosed, DisconnectionTimeout, type WebSocketConnection } from '@ws/connection';
import { hex } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { join, memoryWorld, type ServeOptions, settle, socketWorld, type World } from './support/worlds.ts';

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('it was expected to fail')),
    (error: unknown) => error,
  );

const closedWith = (code: number) =>
  expect.objectContaining({ name: 'ConnectionClosed', reason: expect.objectContaining({ code }) });

/** A server's connection whose client the test plays. */
async function playClient(world: World, options: ServeOptions = {}) {
  let onAccepted: (connection: WebSocketConnection) => void = () => {};
  const accepted = new Promise<WebSocketConnection>(resolve => {
    onAccepted = resolve;
  });
  const served = await world.serve(async request => {
    const connection = await request.accept();
    onAccepted(connection);
    await connection.whenClosed;
  }, options);
  const peer = await (await served.play()).open();
  return { served, peer, connection: await accepted };
}

/** A client's connection whose server the test plays. */
async function playServer(world: World, options: Parameters<World['play']>[0] = {}) {
  const { opening, peer } = await world.play(options);
  await peer.accept();
  return { peer, connection: await opening };
}

describe.each([
  ['in memory', memoryWorld],
  ['over sockets', socketWorld],
])('%s', (_name, makeWorld) => {
  let world: World;
  beforeEach(() => {
    world = makeWorld();
  });
  afterEach(() => world.cleanUp());

  describe('messages', () => {
    test('32: text and binary are echoed', async () => {
      const served = await world.serve(async request => {
        const connection = await request.accept();
        for await (const message of connection) await connection.sendMessage(message);
      });
      const client = await served.open();
      for (const message of ['a text', '', 'grüße 🎉', Uint8Array.of(0, 255, 1), new Uint8Array(70_000).fill(7)]) {
        const echoed = client.getMessage();
        await client.sendMessage(message);
        expect(await echoed).toEqual(message);
      }
      await client.close();
    });

    test.each([42, null, {}, [5]])('33: %j is refused with a TypeError', async message => {
      const { client, server } = await join(world);
      await expect(client.sendMessage(message as unknown as string)).rejects.toThrow(TypeError);
      const taken = server.getMessage();
      await client.sendMessage('fine');
      expect(await taken).toBe('fine');
    });

    test.each([
      ['54: 100 bytes pass a limit of 100', 'x'.repeat(100), null],
      ['54: 101 are 1009 on both sides', 'x'.repeat(101), 1009],
      ['improvement 8: bytes count, not letters', '🎉'.repeat(26), 1009],
    ])('%s', async (_what, text, code) => {
      const { client, server } = await join(world, { server: { maxMessageSize: 100 } });
      const taken = code === null ? server.getMessage() : failureOf(server.getMessage());
      await client.sendMessage(text).catch(() => {});
      expect(await taken).toEqual(code === null ? text : closedWith(code));
      if (code !== null) expect(await client.whenClosed).toMatchObject({ code: 1009 });
    });

    test('several who wait get one message each, in order', async () => {
      const { client, server } = await join(world);
      const waiting = Promise.all([server.getMessage(), server.getMessage(), server.getMessage()]);
      for (const text of ['a', 'b', 'c']) await client.sendMessage(text);
      expect(await waiting).toEqual(['a', 'b', 'c']);
    });

    test('fragments are put together, and control frames between them answered', async () => {
      const { connection, peer } = await playClient(world);
      const taken = connection.getMessage();
      peer.write(hex('01 82 00000000 4865'));
      peer.write(hex('89 81 00000000 21'));
      await peer.untilBytes('8a 01 21');
      peer.write(hex('8a 80 00000000'));
      peer.write(hex('80 83 00000000 6c6c6f'));
      expect(await taken).toBe('Hello');
    });
  });

  describe('pings', () => {
    test('34: are answered; after the close they are ConnectionClosed', async () => {
      const { client, server } = await join(world);
      expect(await client.ping(Uint8Array.of(1))).toBeGreaterThanOrEqual(0);
      expect(await server.ping('b')).toBeGreaterThanOrEqual(0);
      await client.close();
      expect(await failureOf(client.ping())).toEqual(closedWith(1000));
    });

    test('35: two at once are both answered', async () => {
      const { client } = await join(world);
      expect(await Promise.all([client.ping(), client.ping()])).toHaveLength(2);
    });

    test('36: of two with the same payload one is refused', async () => {
      const { client } = await join(world);
      const results = await Promise.allSettled([client.ping('a'), client.ping('a')]);
      expect(results).toMatchObject([{ status: 'fulfilled' }, { status: 'rejected', reason: expect.any(TypeError) }]);
    });

    test('37: pongs can be sent; after the close they are ConnectionClosed', async () => {
      const { client } = await join(world);
      await client.pong('nobody asked');
      await client.pong();
      await client.close();
      expect(await failureOf(client.pong())).toEqual(closedWith(1000));
    });

    test('a pong answers those before it too, and no other', async () => {
      const { connection, peer } = await playClient(world);
      const settled: string[] = [];
      const pings = ['a', 'b', 'c'].map(payload => connection.ping(payload).then(() => settled.push(payload)));
      await peer.untilBytes('89 01 63');
      peer.write(hex('8a 81 00000000 7a'));
      peer.write(hex('8a 81 00000000 62'));
      await Promise.all(pings.slice(0, 2));
      expect(settled).toEqual(['a', 'b']);
      peer.write(hex('8a 81 00000000 63'));
      await Promise.all(pings);
    });

    test.each(['local', 'remote', 'transport'])('improvement 3: one under way settles on a %s close', async how => {
      const { connection, peer } = await playClient(world);
      const pinged = failureOf(connection.ping('a'));
      await peer.untilBytes('89 01 61');
      if (how === 'local') void connection.close().catch(() => {});
      else if (how === 'remote') peer.write(hex('88 82 00000000 03e8'));
      else peer.stream.destroy();
      expect(await pinged).toEqual(closedWith(how === 'transport' ? 1006 : 1000));
      peer.stream.destroy();
    });

    test('improvement 7: they are answered while the queue is full, and so is a Close frame', async () => {
      const { connection, peer } = await playClient(world);
      for (let i = 0; i < 5; i++) peer.write(hex('81 81 00000000 61'));
      peer.write(hex('89 81 00000000 62'));
      await peer.untilBytes('8a 01 62');
      peer.write(hex('88 82 00000000 0fa0'));
      await peer.untilBytes('88 02 0f a0');
      const taken: unknown[] = [];
      for (let i = 0; i < 5; i++) taken.push(await connection.getMessage());
      expect(taken.join('')).toBe('aaaaa');
      expect(await failureOf(connection.getMessage())).toEqual(closedWith(4000));
      peer.end();
    });

    test('improvement 11: one that is too long is refused, and its payload not registered', async () => {
      const { client } = await join(world);
      const payload = new Uint8Array(126);
      await expect(client.ping(payload)).rejects.toThrow(RangeError);
      await expect(client.ping(payload)).rejects.toThrow(RangeError);
      await client.ping(payload.subarray(1));
    });
  });

  describe('closing', () => {
    test('38: is 1000 without a reason by default', async () => {
      const { client, server } = await join(world);
      expect(String(await client.close())).toBe('CloseReason<code=1000, name=NORMAL_CLOSURE, reason=null>');
      expect(await server.whenClosed).toMatchObject({ code: 1000, reason: null });
    });

    test('39: code and reason are known at once here, and then on the other side', async () => {
      const { client, server } = await join(world);
      const closing = client.close(1001, 'test reason');
      expect(client.closed).toMatchObject({ code: 1001, name: 'GOING_AWAY', reason: 'test reason' });
      await closing;
      expect(await server.whenClosed).toMatchObject({ code: 1001, reason: 'test reason' });
    });

    test.each([0, 999, 1004, 1005, 1006, 1015, 2000, 5000, 65_536, Number.NaN])(
      'improvement 12: the code %d is refused before anything changes',
      async code => {
        const { client, server } = await join(world);
        await expect(client.close(code)).rejects.toThrow(RangeError);
        await expect(client.close(1000, 'ü'.repeat(62))).rejects.toThrow(RangeError);
        expect(client.closed).toBeNull();
        const taken = server.getMessage();
        await client.sendMessage('still open');
        expect(await taken).toBe('still open');
      },
    );

    test('43: a peer that does not answer is DisconnectionTimeout', async () => {
      const { connection, peer } = await playServer(world, { disconnectTimeout: world.timeout });
      const failed = failureOf(connection.close());
      await world.expire();
      expect(await failed).toBeInstanceOf(DisconnectionTimeout);
      await peer.left();
      expect(world.timers() ?? 0).toBe(0);
    });

    test('43: a peer that answers, and only keeps the transport open, is dropped, and `close` does not throw', async () => {
      const { connection, peer } = await playServer(world, { disconnectTimeout: world.timeout });
      const closing = connection.close(1000, 'bye');
      peer.write(hex('88 02 03e8'));
      await settle();
      await world.expire();
      expect(await closing).toBe(await connection.whenClosed);
      await peer.left();
      expect(world.timers() ?? 0).toBe(0);
    });

    test('43: which `await using` keeps to itself, so that the error of the block is the one that is thrown', async () => {
      const { connection } = await playServer(world, { disconnectTimeout: world.timeout });
      const mine = new Error('mine');
      const failed = failureOf(
        (async () => {
          await using _connection = connection;
          throw mine;
        })(),
      );
      await world.expire();
      expect(await failed).toBe(mine);
    });

    test('47: a client whose transport is gone cannot send', async () => {
      const { connection, peer } = await playServer(world);
      peer.stream.destroy();
      await connection.whenClosed;
      expect(await failureOf(connection.sendMessage('x'))).toEqual(closedWith(1006));
    });

    test('48: a server that sends to a peer that is gone hears of it in the end', async () => {
      const { connection, peer } = await playClient(world);
      peer.stream.destroy();
      const sending = async (): Promise<never> => {
        for (;;) {
          await connection.sendMessage('x'.repeat(1000));
          await settle();
        }
      };
      expect(await failureOf(sending())).toEqual(closedWith(1006));
    });

    test('49: a server whose transport is gone cannot send, and who waits for a message hears of it', async () => {
      const { connection, peer } = await playClient(world);
      const waiting = failureOf(connection.getMessage());
      peer.stream.destroy();
      expect(await waiting).toEqual(closedWith(1006));
      expect(await failureOf(connection.sendMessage('x'))).toEqual(closedWith(1006));
    });

    test('51: with a queue of 2, two messages can be read after the peer closed, and no third', async () => {
      const { client, server } = await join(world, { client: { messageQueueSize: 2 } });
      await server.sendMessage('1');
      await server.sendMessage('2');
      await server.close();
      expect([await client.getMessage(), await client.getMessage()]).toEqual(['1', '2']);
      expect(await failureOf(client.getMessage())).toEqual(closedWith(1000));
    });

    test('52: after a local close nothing can be read, and the queue is dropped', async () => {
      const { client, server } = await join(world);
      await server.sendMessage('1');
      await settle();
      await client.close();
      expect(await failureOf(client.getMessage())).toEqual(closedWith(1000));
    });

    test('53: unread messages keep no block from ending', async () => {
      const { client, server } = await join(world);
      for (let i = 0; i < 10; i++) await server.sendMessage('unread');
      {
        await using _connection = client;
      }
      expect(client.closed).toMatchObject({ code: 1000 });
      expect(await server.whenClosed).toMatchObject({ code: 1000 });
    });

    test('24, 26, 59: what a block throws while it is being aborted is what is thrown, also from its finally', async () => {
      const { client } = await join(world);
      const [first, second, own] = [new Error('first'), new Error('second'), new Error('own')];
      const controller = new AbortController();
      const block = (async () => {
        await using connection = client;
        try {
          await connection.getMessage({ signal: controller.signal });
        } finally {
          // biome-ignore lint/correctness/noUnsafeFinally: that is what is tested
          throw own;
        }
      })();
      controller.abort(first);
      controller.abort(second);
      expect(await failureOf(block)).toBe(own);
      const plain = failureOf(client.getMessage({ signal: controller.signal }));
      expect(await plain).toBe(first);
    });

    test('55: a close that meets the end of the transport is no error of ours', async () => {
      const { connection, peer } = await playClient(world);
      peer.write(hex('88 82 00000000 03e8'));
      peer.stream.destroy();
      const outcome = await connection.close().catch(error => error);
      expect([1000, 1006]).toContain(outcome.code);
    });

    test('56: sending while the peer closes is ConnectionClosed', async () => {
      const { connection, peer } = await playServer(world);
      peer.write(hex('88 02 03e8'));
      await peer.until(/^\x88/);
      expect(await failureOf(connection.sendMessage('x'))).toEqual(closedWith(1000));
      peer.end();
    });

    test('57: sending while we close is ConnectionClosed, and `closed` is set already', async () => {
      const { client } = await join(world);
      const closing = client.close();
      expect(client.closed).toMatchObject({ code: 1000 });
      expect(await failureOf(client.sendMessage('x'))).toEqual(closedWith(1000));
      await closing;
    });

    test('58: a server ends the transport as soon as it has answered (RFC 6455, 7.1.1)', async () => {
      const { peer } = await playClient(world);
      peer.write(hex('88 82 00000000 03e8'));
      await peer.untilBytes('88 02 03 e8');
      await peer.ended;
      await peer.left();
    });

    test('60: a Close frame and the end of the transport that come together', async () => {
      const { connection, peer } = await playServer(world);
      const waiting = failureOf(connection.getMessage());
      peer.write(hex('88 02 03e9'));
      peer.end();
      expect(await waiting).toEqual(closedWith(1001));
      expect(await connection.whenClosed).toMatchObject({ code: 1001 });
    });

    test('an empty Close frame is 1005, and ends an iteration', async () => {
      const { connection, peer } = await playServer(world);
      const next = connection[Symbol.asyncIterator]().next();
      peer.write(hex('88 00'));
      expect(await next).toEqual({ done: true, value: undefined });
      expect(connection.closed).toMatchObject({ code: 1005, name: 'NO_STATUS_RCVD', reason: null });
      peer.end();
    });

    test('who waits hears of a Close frame when it comes, not when the transport is gone', async () => {
      // The peer never ends its direction: only a timer would.
      const { connection, peer } = await playServer(world);
      const waiting = [failureOf(connection.getMessage()), failureOf(connection.receive().next())];
      const iterating = connection[Symbol.asyncIterator]().next();
      peer.write(hex('88 02 03e9'));
      expect(await Promise.all(waiting)).toEqual([closedWith(1001), closedWith(1001)]);
      expect((await iterating).done).toBe(true);
      peer.end();
      await connection.whenClosed;
    });

    test('what came before the Close frame is still read, however little room there was', async () => {
      const { connection, peer } = await playServer(world, { messageQueueSize: 0 });
      peer.write(hex('81 01 61 01 01 62 80 01 63 82 00 88 02 03e8'));
      await peer.until(/^\x88/);
      const taken: unknown[] = [];
      for await (const message of connection) taken.push(message);
      expect(taken).toEqual(['a', 'bc', new Uint8Array(0)]);
      peer.end();
    });
  });

  test.each([
    ['a reserved opcode', '83 80 00000000', 1002],
    ['RSV1', 'c1 80 00000000', 1002],
    ['no mask', '81 00', 1002],
    ['a ping of 126 bytes', '89 fe 007e 00000000', 1002],
    ['a close of one byte', '88 81 00000000 03', 1002],
    ['a close code that may not be sent', '88 82 00000000 03ed', 1002],
    ['text that is not UTF-8', '81 81 00000000 ff', 1007],
    ['a reason that is not UTF-8', '88 83 00000000 03e8ff', 1007],
  ])('improvement 4: %s is answered by a Close frame, and then the end', async (_what, frame, code) => {
    const { connection, peer } = await playClient(world, { disconnectTimeout: world.timeout });
    const waiting = failureOf(connection.getMessage());
    peer.write(hex(frame));
    expect(await waiting).toEqual(closedWith(code));
    const [, high, low] = await peer.until(/^\x88[\s\S]([\s\S])([\s\S])/);
    expect((high!.charCodeAt(0) << 8) | low!.charCodeAt(0)).toBe(code);
    await world.expire();
    await peer.left();
    expect(await connection.whenClosed).toMatchObject({ code });
  });

  test('61: errors can be copied', async () => {
    const { client } = await join(world);
    await client.close(1001, 'bye');
    const error = (await failureOf(client.getMessage())) as ConnectionClosed;
    expect(error).toBeInstanceOf(ConnectionClosed);
    expect(structuredClone(error)).toMatchObject({ message: error.message });
    expect(structuredClone({ ...error.reason })).toMatchObject({ code: 1001, reason: 'bye' });
  });
});
