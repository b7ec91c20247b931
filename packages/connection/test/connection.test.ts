import { EngineRequest } from '@ws/core';
import type { Diagnostics } from '@ws/types';
import { describe, expect, test, vi } from 'vitest';
import { ConnectionClosed, DisconnectionTimeout } from '../src/errors.ts';
import { failureOf, openPair, settle, testPlatform, textCodec } from './support/pair.ts';

const closedWith = (code: number) =>
  expect.objectContaining({ name: 'ConnectionClosed', reason: expect.objectContaining({ code }) });

describe('a connection', () => {
  test('echoes text and binary', async () => {
    const { server, client } = await openPair();
    const echoing = (async () => {
      for await (const message of server) await server.sendMessage(message);
    })();
    await client.sendMessage('hello');
    expect(await client.getMessage()).toBe('hello');
    await client.sendMessage(Uint8Array.of(1, 2, 3));
    expect(await client.getMessage()).toEqual(Uint8Array.of(1, 2, 3));
    expect(await client.close(1000, 'bye')).toMatchObject({ code: 1000 });
    await echoing;
    expect(server.closed).toMatchObject({ code: 1000, reason: 'bye', name: 'NORMAL_CLOSURE' });
    await expect(server.getMessage()).rejects.toThrow(ConnectionClosed);
  });

  test('says which side it is, and what the handshake said', async () => {
    const { server, client, request } = await openPair({
      client: { subprotocols: ['chat', 'superchat'], headers: { 'X-Ask': 'me' } },
      accept: { subprotocol: 'superchat', headers: { 'X-Answer': 'you' } },
    });
    expect([client.isClient, client.isServer, server.isClient, server.isServer]).toEqual([true, false, false, true]);
    expect([request.path, server.path, client.path]).toEqual(Array(3).fill('/chat?room=1'));
    expect([server.subprotocol, client.subprotocol]).toEqual(['superchat', 'superchat']);
    expect(request.proposedSubprotocols).toEqual(['chat', 'superchat']);
    expect([request.headers['x-ask'], server.handshakeHeaders['x-ask']]).toEqual(['me', 'me']);
    expect(client.handshakeHeaders['x-answer']).toBe('you');
    expect([client.closed, client.latency, client.bufferedAmount]).toEqual([null, null, 0]);
  });

  test.each(['', 'a', 'grüße 🎉', 'x'.repeat(70_000)])('keeps a text as it is (%#)', async text => {
    const { server, client } = await openPair();
    const taken = server.getMessage();
    await client.sendMessage(text);
    expect(await taken).toBe(text);
  });

  test.each([5, null, undefined, {}, true, [5]])('does not send %j', async message => {
    const { client, server } = await openPair();
    await expect(client.sendMessage(message as unknown as string)).rejects.toThrow(TypeError);
    await client.sendMessage('fine');
    expect(await server.getMessage()).toBe('fine');
  });

  test('no message is lost before somebody reads', async () => {
    const { server, client } = await openPair();
    for (let i = 0; i < 10; i++) await client.sendMessage(`${i}`);
    await settle();
    const taken: unknown[] = [];
    for (let i = 0; i < 10; i++) taken.push(await server.getMessage());
    expect(taken.join()).toBe('0,1,2,3,4,5,6,7,8,9');
  });

  test('several who wait get one message each, in order', async () => {
    const { server, client } = await openPair();
    const waiting = Promise.all([server.getMessage(), server.getMessage(), server.getMessage()]);
    for (const text of ['a', 'b', 'c']) await client.sendMessage(text);
    expect(await waiting).toEqual(['a', 'b', 'c']);
  });

  test('a queue of 0 hands over to who waits', async () => {
    const { server, client } = await openPair({ server: { messageQueueSize: 0 } });
    await client.sendMessage('one');
    await client.sendMessage('two');
    await settle();
    expect([await server.getMessage(), await server.getMessage()]).toEqual(['one', 'two']);
  });

  test.each(['a text', Uint8Array.of(1, 2)])('a queue of 0 lets nothing come that nobody waits for: %j', async sent => {
    const accept = vi.spyOn(EngineRequest.prototype, 'accept');
    const { server, client } = await openPair({ server: { messageQueueSize: 0 } });
    const pause = vi.spyOn((await accept.mock.results[0]!.value)!, 'pause');
    accept.mockRestore();
    const waiting = server.getMessage();
    await client.sendMessage(sent);
    expect([await waiting, pause.mock.calls.length]).toEqual([sent, 1]);
  });

  test('concurrent messages never mix with one that is sent in pieces', async () => {
    const { server, client } = await openPair();
    let release = (): void => {};
    const gate = new Promise<void>(resolve => {
      release = resolve;
    });
    const pieces = (async function* () {
      yield 'slow ';
      await gate;
      yield 'message';
    })();
    const sent = [client.sendMessage(pieces), client.sendMessage('whole'), client.sendMessage(['in', 'pieces'])];
    await settle();
    release();
    const taken = [await server.getMessage(), await server.getMessage(), await server.getMessage()];
    await Promise.all(sent);
    expect(taken).toEqual(['slow message', 'whole', 'inpieces']);
  });
});

describe('iterating', () => {
  test.each([1000, 1001])('ends when the peer closes with %i', async code => {
    const { server, client } = await openPair();
    await client.sendMessage('last');
    void client.close(code);
    const taken: unknown[] = [];
    for await (const message of server) taken.push(message);
    expect(taken).toEqual(['last']);
  });

  test('throws when the peer closes with another code', async () => {
    const { server, client } = await openPair();
    void client.close(4001, 'why');
    const error = await failureOf(server[Symbol.asyncIterator]().next());
    expect(error).toMatchObject({ reason: { code: 4001, reason: 'why' } });
  });

  test('throws when the transport is lost', async () => {
    const { server, clientStream } = await openPair();
    const next = server[Symbol.asyncIterator]().next();
    clientStream.destroy();
    expect(await failureOf(next)).toEqual(closedWith(1006));
  });

  test('break does not close', async () => {
    const { server, client } = await openPair();
    await client.sendMessage('one');
    for await (const _message of server) break;
    await settle();
    expect(server.closed).toBeNull();
    await client.sendMessage('two');
    expect(await server.getMessage()).toBe('two');
  });
});

describe('an iterator', () => {
  test('that is left while it waits ends, and takes no message along', async () => {
    const { server, client } = await openPair();
    const iterator = server[Symbol.asyncIterator]();
    const waiting = [iterator.next(), iterator.next()];
    expect(await iterator.return?.()).toEqual({ done: true, value: undefined });
    expect(await Promise.all(waiting)).toEqual(Array(2).fill({ done: true, value: undefined }));
    await client.sendMessage('not lost');
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
    expect(await server.getMessage()).toBe('not lost');
  });

  test('has ended for good after the end', async () => {
    const { server, client } = await openPair();
    const iterator = server.messages();
    await client.close();
    expect([(await iterator.next()).done, (await iterator.next()).done]).toEqual([true, true]);
  });
});

describe('closing', () => {
  test('is 1000 by default, and says so', async () => {
    const { server, client } = await openPair();
    expect(String(await client.close())).toBe('CloseReason<code=1000, name=NORMAL_CLOSURE, reason=null>');
    expect(String(await server.whenClosed)).toBe('CloseReason<code=1000, name=NORMAL_CLOSURE, reason=null>');
  });

  test.each([1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 4999])(
    'both sides see %i and the reason',
    async code => {
      const { server, client } = await openPair();
      const closed = server.close(code, 'därum');
      expect(server.closed).toMatchObject({ code, reason: 'därum' });
      expect(await closed).toMatchObject({ code, reason: 'därum' });
      expect(await client.whenClosed).toMatchObject({ code, reason: 'därum' });
    },
  );

  test.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_536, 1000.5, Number.NaN, -1])(
    'refuses the code %d, and nothing has changed (improvement 12)',
    async code => {
      const { server, client } = await openPair();
      await expect(client.close(code)).rejects.toThrow(RangeError);
      expect(client.closed).toBeNull();
      await client.sendMessage('still open');
      expect(await server.getMessage()).toBe('still open');
    },
  );

  test.each([
    ['a reason of 124 bytes', 1000, 'x'.repeat(124), RangeError],
    ['62 letters of 2 bytes', 1000, 'ü'.repeat(62), RangeError],
    ['a reason that is no string', 1000, 5, TypeError],
    ['a code that is no number', '1000', '', TypeError],
    ['null', null, '', TypeError],
  ])('refuses %s', async (_name, code, reason, error) => {
    const { client } = await openPair();
    await expect(client.close(code as number, reason as string)).rejects.toThrow(error);
    expect(client.closed).toBeNull();
  });

  test('a reason may have 123 bytes', async () => {
    const { server, client } = await openPair();
    await client.close(1000, 'x'.repeat(123));
    expect(server.closed?.reason).toHaveLength(123);
  });

  test('called again it is the same close', async () => {
    const { client, server } = await openPair();
    const both = Promise.all([client.close(4000, 'first'), client.close(4001, 'second'), server.close(4002)]);
    const [first, second] = await both;
    expect(second).toBe(first);
    expect(await client.close()).toBe(first);
  });

  test('what came before the peer closed can still be read, in a queue of 2', async () => {
    const { server, client } = await openPair({ server: { messageQueueSize: 2 } });
    await client.sendMessage('one');
    await client.sendMessage('two');
    await client.close();
    expect([await server.getMessage(), await server.getMessage()]).toEqual(['one', 'two']);
    await expect(server.getMessage()).rejects.toThrow(ConnectionClosed);
  });

  test('after close nothing can be read, and unread messages do not hold it up', async () => {
    const { server, client } = await openPair();
    for (let i = 0; i < 5; i++) await client.sendMessage('unread');
    await settle();
    const closed = server.close();
    await expect(server.getMessage()).rejects.toThrow(ConnectionClosed);
    expect(await closed).toMatchObject({ code: 1000 });
    await expect(server.getMessage()).rejects.toEqual(closedWith(1000));
  });

  test('what the peer sends after we closed is not kept', async () => {
    const { server, client } = await openPair();
    const waiting = failureOf(server.getMessage());
    const sent = client.sendMessage('crossing');
    const closed = server.close();
    expect(await waiting).toBeInstanceOf(ConnectionClosed);
    await Promise.allSettled([sent, closed]);
    await expect(server.getMessage()).rejects.toThrow(ConnectionClosed);
  });

  test('sending while closing is ConnectionClosed, and closed is set already', async () => {
    const { server, client } = await openPair();
    const closed = client.close(1001);
    const error = await failureOf(client.sendMessage('late'));
    expect(error).toEqual(closedWith(1001));
    expect(client.closed?.code).toBe(1001);
    await closed;
    expect(await failureOf(server.sendMessage('later'))).toEqual(closedWith(1001));
    expect(await failureOf(server.ping())).toEqual(closedWith(1001));
    expect(await failureOf(server.pong())).toEqual(closedWith(1001));
  });

  test('a peer that does not answer is dropped after disconnectTimeout', async () => {
    const { client, clock, clientStream, serverStream } = await openPair({ client: { disconnectTimeout: 500 } });
    serverStream.pause();
    const closing = failureOf(client.close());
    await settle();
    clock.advance(499);
    await settle();
    expect(clientStream.isClosed).toBe(false);
    clock.advance(1);
    expect(await closing).toBeInstanceOf(DisconnectionTimeout);
    expect(await closing).toMatchObject({ code: 'ERR_DISCONNECTION_TIMEOUT' });
    expect(clientStream.isClosed).toBe(true);
    expect(await client.whenClosed).toMatchObject({ code: 1006 });
  });

  test('await using closes, and never throws', async () => {
    const { server, client, clock, serverStream } = await openPair({ client: { disconnectTimeout: 500 } });
    {
      await using _connection = server;
    }
    expect(await client.whenClosed).toMatchObject({ code: 1000 });
    const other = await openPair({ client: { disconnectTimeout: 500 } });
    other.serverStream.pause();
    const disposed = other.client[Symbol.asyncDispose]();
    await settle();
    other.clock.advance(500);
    await disposed;
    expect([clock.pendingTimers, serverStream.isClosed]).toEqual([0, true]);
  });

  test('terminate drops at once', async () => {
    const { server, client } = await openPair();
    client.terminate();
    expect(await client.whenClosed).toMatchObject({ code: 1006 });
    expect(await server.whenClosed).toMatchObject({ code: 1006 });
    expect(await failureOf(client.sendMessage('x'))).toBeInstanceOf(ConnectionClosed);
  });

  test('sending into a transport that is gone is ConnectionClosed', async () => {
    const { server, client, serverStream } = await openPair();
    serverStream.breakWith(new Error('cable'));
    await server.whenClosed;
    expect(await failureOf(server.sendMessage('x'))).toEqual(closedWith(1006));
    await client.whenClosed;
    expect(await failureOf(client.sendMessage('x'))).toEqual(closedWith(1006));
    expect(await failureOf(client.getMessage())).toEqual(closedWith(1006));
  });

  test.each([
    { name: 'a text that waited', question: 'question', isAwaited: false },
    { name: 'a text', question: 'question', isAwaited: true },
    { name: 'bytes', question: Uint8Array.of(1, 2), isAwaited: true },
  ])('an answer to $name goes at once, and what follows in the turn goes together', async setup => {
    const { server, client, serverStream } = await openPair();
    const write = vi.spyOn(serverStream, 'write');
    const awaited = setup.isAwaited ? server.getMessage() : null;
    await client.sendMessage(setup.question);
    expect(await (awaited ?? server.getMessage())).toEqual(setup.question);
    const sent = ['answer', 'more', 'and more'].map((text, i) => {
      const taken = server.sendMessage(text);
      expect([i, write.mock.calls.length]).toEqual([i, 1]);
      return taken;
    });
    await Promise.all(sent);
    expect(write).toHaveBeenCalledTimes(2);
    expect([await client.getMessage(), await client.getMessage(), await client.getMessage()]).toEqual([
      'answer',
      'more',
      'and more',
    ]);
    // Nobody has asked for these.
    const unasked = [server.sendMessage('one'), server.sendMessage('two')];
    expect(write).toHaveBeenCalledTimes(2);
    await Promise.all(unasked);
    expect(write).toHaveBeenCalledTimes(3);
  });

  test('all who wait for a transport that is lost are told', async () => {
    const { server, serverStream } = await openPair({ memory: { capacity: 1000 } });
    const long = 'x'.repeat(200_000);
    const sent = [server.sendMessage(long), server.sendMessage(long), server.sendMessage('y')].map(failureOf);
    await settle();
    serverStream.breakWith(new Error('cable'));
    expect(await Promise.all(sent)).toEqual(Array(3).fill(closedWith(1006)));
  });

  test('a Close frame and the end of the transport that come together', async () => {
    const { server, client, serverStream } = await openPair();
    const waiting = failureOf(client.getMessage());
    void server.close(1001).catch(() => {});
    serverStream.end();
    expect(await waiting).toEqual(closedWith(1001));
    expect(await client.whenClosed).toMatchObject({ code: 1001 });
  });
});

describe('pings', () => {
  test('two at once are both answered', async () => {
    const { client } = await openPair();
    expect(await Promise.all([client.ping(), client.ping()])).toEqual([0, 0]);
  });

  test('tell how long the pong took', async () => {
    const { client, clock, serverStream } = await openPair();
    serverStream.pause();
    const pinged = client.ping('hello');
    await settle();
    clock.advance(25);
    serverStream.resume();
    expect(await pinged).toBe(25);
  });

  test('the same payload twice is refused, once', async () => {
    const { client } = await openPair();
    const results = await Promise.allSettled([client.ping('a'), client.ping('a')]);
    expect(results.map(({ status }) => status)).toEqual(['fulfilled', 'rejected']);
    expect(results[1]).toMatchObject({ reason: expect.any(TypeError) });
    expect(await client.ping('a')).toBe(0);
  });

  test('one that is too long is refused and not registered (improvement 11)', async () => {
    const { client } = await openPair();
    const payload = new Uint8Array(126);
    await expect(client.ping(payload)).rejects.toThrow(RangeError);
    await expect(client.ping(payload)).rejects.toThrow(RangeError);
    expect(await client.ping(payload.subarray(1))).toBe(0);
  });

  test('a pong answers those before it, one that nobody asked for none (RFC 6455, 5.5.3)', async () => {
    const { client, server, serverStream } = await openPair();
    await server.pong('nobody asked');
    await server.pong();
    serverStream.pause();
    const settled: string[] = [];
    const pings = ['a', 'b', 'c'].map(payload => client.ping(payload).then(() => settled.push(payload)));
    await server.pong('b');
    await settle();
    expect(settled).toEqual(['a', 'b']);
    serverStream.resume();
    await Promise.all(pings);
  });

  test.each(['close', 'peer', 'lost'])('under way settle when the connection ends by %s (improvement 3)', async how => {
    const { client, server, serverStream } = await openPair();
    serverStream.pause();
    const pinged = failureOf(client.ping());
    const closing = how === 'close' ? client.close() : how === 'peer' ? server.close() : null;
    if (how === 'lost') serverStream.destroy();
    expect(await pinged).toBeInstanceOf(ConnectionClosed);
    serverStream.resume();
    await closing;
  });

  test('are answered while the queue is full, and so is a close (improvement 7)', async () => {
    const { client, server } = await openPair();
    for (let i = 0; i < 5; i++) await client.sendMessage('unread');
    expect(await client.ping()).toBe(0);
    expect(await client.close(4000)).toMatchObject({ code: 4000 });
    expect(await server.getMessage()).toBe('unread');
  });
});

test('a text is made a string where it lies, where somebody waits for a whole one', async () => {
  const lent: string[] = [];
  const spying = {
    ...textCodec,
    decodeValid(bytes: Uint8Array, start: number, end: number): string {
      const text = textCodec.decodeValid(bytes, start, end);
      lent.push(text);
      return text;
    },
  };
  const platform = { ...testPlatform(), textCodec: spying };
  const { server, client } = await openPair({ server: { platform, messageQueueSize: 2 } });
  const taken: unknown[] = [];
  for (const text of ['queued 1', 'queued 2']) await client.sendMessage(text);
  taken.push(await server.getMessage(), await server.getMessage());
  const chunk = server.receive().next();
  const waiting = [server.getMessage(), server.getMessage(), server.getMessage()];
  for (const text of ['as chunks', 'waited for', 'in €']) await client.sendMessage(text);
  await client.sendMessage(Uint8Array.of(1, 2));
  taken.push((await chunk).value, ...(await Promise.all(waiting)));
  expect(taken).toEqual(['queued 1', 'queued 2', 'as chunks', 'waited for', 'in €', Uint8Array.of(1, 2)]);
  expect(lent).toEqual(['waited for', 'in €']);
});

test('tracing hears of every whole message, and of none that is taken chunk by chunk', async () => {
  const heard: unknown[] = [];
  const diagnostics: Diagnostics = {
    hasSubscribers: event => event === 'message',
    publish: (_event, { payload, isBinary }) => void heard.push(`${Buffer.from(payload as Uint8Array)} ${isBinary}`),
  };
  const { server, client } = await openPair({ server: { platform: { ...testPlatform(), diagnostics } } });
  const taken = [server.getMessage(), server.getMessage(), server.getMessage()];
  await client.sendMessage('whole');
  await client.sendMessage(['in ', 'pieces']);
  await client.sendMessage([Uint8Array.of(97), Uint8Array.of(98)]);
  await Promise.all(taken);
  const chunks = server.receive();
  const first = chunks.next();
  await client.sendMessage(['chunk ', 'by chunk']);
  expect((await first).value).toBe('chunk ');
  expect(heard).toEqual(['whole false', 'in pieces false', 'ab true']);
});

test('a message that is longer than maxMessageSize is not sent', async () => {
  const { server, client } = await openPair({ client: { maxMessageSize: 10 } });
  await expect(client.sendMessage('x'.repeat(11))).rejects.toMatchObject({ code: 'ERR_TOO_BIG_TO_SEND' });
  await client.sendMessage('x'.repeat(10));
  expect(await server.getMessage()).toHaveLength(10);
});

describe('keepalive', () => {
  const protocolOptions = { autoPingInterval: 20_000, autoPingTimeout: 5000 };

  test('latency is how long the last pong took', async () => {
    const { client, clock, serverStream } = await openPair({ client: { protocolOptions } });
    clock.advance(20_000);
    serverStream.pause();
    await settle();
    clock.advance(25);
    expect(client.latency).toBeNull();
    serverStream.resume();
    await settle();
    expect(client.latency).toBe(25);
    clock.advance(20_000);
    await settle();
    expect(client.latency).toBe(0);
    await client.close();
    await settle();
    expect(clock.pendingTimers).toBe(0);
  });

  test('a peer that does not answer is dropped, and who waits hears of it', async () => {
    const { client, clock, clientStream, serverStream } = await openPair({ client: { protocolOptions } });
    const waiting = failureOf(client.getMessage());
    serverStream.pause();
    clock.advance(20_000);
    await settle();
    clock.advance(4999);
    await settle();
    expect(client.closed).toBeNull();
    clock.advance(1);
    expect(await waiting).toEqual(closedWith(1006));
    await settle();
    expect([clientStream.isClosed, clock.pendingTimers]).toEqual([true, 0]);
  });
});

describe('maxMessageSize', () => {
  test.each([
    ['100 bytes pass', 'x'.repeat(100), null],
    ['101 do not', 'x'.repeat(101), 1009],
    ['bytes count, not letters (improvement 8)', '🎉'.repeat(26), 1009],
  ])('limits: %s', async (_name, text, code) => {
    const { client, server } = await openPair({ server: { maxMessageSize: 100 } });
    const taken = code === null ? server.getMessage() : failureOf(server.getMessage());
    await client.sendMessage(text);
    expect(await taken).toEqual(code === null ? text : closedWith(code));
    if (code !== null) expect(await client.whenClosed).toMatchObject({ code });
  });
});
