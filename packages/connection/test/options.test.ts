// What can be told to both sides: that it has its effect, and what is refused before anything happens. The numbers are
// those of trio-websocket's own tests (tests/test_connection.py, in order).
import { manualClock, memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { acceptOver } from '../src/accept-over.ts';
import { type ConnectOverOptions, connectOver } from '../src/connect-over.ts';
import { openPair, rawEnd, settle, testPlatform } from './support/pair.ts';

describe('options', () => {
  test('15, 16, 17: every one has its effect', async () => {
    const { a, b } = memoryPair();
    const platform = testPlatform();
    const url = 'ws://example.com:8080/chat?room=1';
    const asked = { url, subprotocols: ['a', 'b'], headers: { 'X-Ask': 'me' }, origin: 'http://example.com' };
    const requested = acceptOver(a, { platform });
    const connecting = connectOver(b, { platform, ...asked, maxMessageSize: 100 });
    const request = await requested;
    const server = await request.accept({ subprotocol: 'b' });
    const client = await connecting;
    expect([request.path, client.path, client.subprotocol]).toEqual(['/chat?room=1', '/chat?room=1', 'b']);
    expect(request.headers).toMatchObject({ host: 'example.com:8080', origin: 'http://example.com', 'x-ask': 'me' });
    await expect(client.sendMessage('x'.repeat(101))).rejects.toMatchObject({ name: 'UsageError' });
    const sending = server.sendMessage('x'.repeat(101)).catch(() => {});
    expect(await client.whenClosed).toMatchObject({ code: 1009 });
    await sending;
  });

  test.each<[string, unknown]>([
    ['url', 5],
    ['subprotocols', 'chat'],
    ['headers', 5],
    ['origin', 5],
  ])('13: %s that is %j is a TypeError', async (name, value) => {
    const { a, b } = memoryPair();
    const end = rawEnd(a);
    expect(() => connectOver(b, { [name]: value } as ConnectOverOptions)).toThrow(TypeError);
    await settle();
    expect(end.received()).toBe('');
  });

  test.each(
    ['maxMessageSize', 'messageQueueSize', 'connectTimeout', 'disconnectTimeout'].flatMap(name => [
      { name, limit: -1, error: RangeError },
      { name, limit: Number.NaN, error: RangeError },
      { name, limit: '5', error: TypeError },
      { name, limit: null, error: TypeError },
    ]),
  )('$name that is $limit is refused, by name, on both sides', ({ name, limit, error }) => {
    const { a, b } = memoryPair();
    for (const start of [() => acceptOver(a, { [name]: limit }), () => connectOver(b, { [name]: limit })]) {
      expect(start).toThrow(error);
      expect(start).toThrow(name);
    }
  });

  test.each([0, Infinity])('of %d there is no limit to a timeout, nor to a size', async none => {
    const clock = manualClock();
    const platform = testPlatform(clock);
    const { a, b } = memoryPair();
    const options = { platform, connectTimeout: none, disconnectTimeout: none, maxMessageSize: none };
    const requested = acceptOver(a, options);
    const connecting = connectOver(b, options);
    await settle();
    clock.advance(2 ** 40);
    const server = await (await requested).accept();
    const client = await connecting;
    const taken = server.getMessage();
    await client.sendMessage('x'.repeat(2 ** 20 + 1));
    expect(await taken).toHaveLength(2 ** 20 + 1);
    expect(clock.pendingTimers).toBe(0);
    await client.close();
  });
});

const OWN_HEADERS = ['Host', 'connection', 'Sec-WebSocket-Key', 'sec-websocket-accept', 'Content-Length', 'Upgrade'];

describe.each(OWN_HEADERS)('the header %s is the handshake’s own', name => {
  test('a client does not take it', async () => {
    const { a, b } = memoryPair();
    const end = rawEnd(a);
    expect(() => connectOver(b, { headers: { [name]: 'x' } })).toThrow(RangeError);
    await settle();
    expect(end.received()).toBe('');
  });

  test('a server does not take it, and the request is still to be answered', async () => {
    const platform = testPlatform();
    const { a, b } = memoryPair();
    const requested = acceptOver(a, { platform });
    const connecting = connectOver(b, { platform });
    const request = await requested;
    await expect(request.accept({ headers: { [name]: 'x' } })).rejects.toThrow(RangeError);
    expect(request.isAnswered).toBe(false);
    await request.accept();
    await (await connecting).close();
  });
});

test.each([5, null, {}, [1]])('a ping of %j is a TypeError that says so', async payload => {
  const { client } = await openPair();
  await expect(client.ping(payload as unknown as string)).rejects.toThrow(
    new TypeError('payload must be a string or a Uint8Array'),
  );
  expect(await client.ping()).toBe(0);
});
