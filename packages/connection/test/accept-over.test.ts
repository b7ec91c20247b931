import { createHash } from 'node:crypto';
import { hex, manualClock, memoryPair } from '@ws/testkit';
import { describe, expect, test } from 'vitest';
import { acceptOver, RequestAcceptor } from '../src/accept-over.ts';
import { connectOver } from '../src/connect-over.ts';
import { ConnectionClosed, ConnectionRejected, ConnectionTimeout, HandshakeError } from '../src/errors.ts';
import { failureOf, openPair, rawEnd, settle, testPlatform } from './support/pair.ts';

const REQUEST = [
  'GET /chat HTTP/1.1',
  'Host: example.com',
  'Upgrade: websocket',
  'Connection: Upgrade',
  'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==',
  'Sec-WebSocket-Version: 13',
  'Sec-WebSocket-Protocol: chat',
].join('\r\n');
const latin1 = (text: string) => Uint8Array.from(Buffer.from(text, 'latin1'));

/** A server's side whose client is the test. @param frames what comes in one piece with the request */
async function rawClient(head = REQUEST, frames = '') {
  const clock = manualClock();
  const { a, b } = memoryPair();
  const requested = acceptOver(a, { platform: testPlatform(clock), disconnectTimeout: 1000 });
  const end = rawEnd(b);
  b.write(new Uint8Array(Buffer.concat([latin1(`${head}\r\n\r\n`), hex(frames)])));
  return { requested, clock, stream: a, client: b, ...end };
}

/** A client's side whose server is the test. */
function rawServer(options: object = {}) {
  const clock = manualClock();
  const { a, b } = memoryPair();
  const end = rawEnd(a);
  const connecting = connectOver(b, { platform: testPlatform(clock), connectTimeout: 1000, ...options });
  const failed = failureOf(connecting);
  failed.catch(() => {});
  return { connecting, failed, clock, server: a, stream: b, ...end };
}

describe('acceptOver', () => {
  test.each([
    ['a reserved opcode', '83 80 00000000', 1002],
    ['RSV1', 'c1 80 00000000', 1002],
    ['a frame without a mask', '81 00', 1002],
    ['a long ping', '89 fe 007e 00000000', 1002],
    ['a fragmented ping', '09 80 00000000', 1002],
    ['a close of one byte', '88 81 00000000 03', 1002],
    ['a close code that may not be sent', '88 82 00000000 03ed', 1002],
    ['text that is not UTF-8', '81 81 00000000 ff', 1007],
    ['a close reason that is not UTF-8', '88 83 00000000 03e8ff', 1007],
    ['a continuation of nothing', '80 80 00000000', 1002],
  ])('%s is answered by a Close frame, then the end (RFC 6455, 7.1.7; improvement 4)', async (_name, frame, code) => {
    const { requested, client, bytes, hasEnded, isGone, clock } = await rawClient();
    const connection = await (await requested).accept();
    const waiting = failureOf(connection.getMessage());
    await settle();
    const before = bytes().length;
    client.write(hex(frame));
    await settle();
    expect(connection.closed).toMatchObject({ code });
    clock.advance(1000);
    expect(await waiting).toMatchObject({ reason: { code } });
    await settle();
    const [opcode, , high, low] = bytes().subarray(before);
    expect([opcode, (high! << 8) | low!]).toEqual([0x88, code]);
    expect(hasEnded() || isGone()).toBe(true);
    expect(await connection.whenClosed).toMatchObject({ code });
  });

  test('an empty Close frame is 1005, and ends an iteration (RFC 6455, 7.1.5)', async () => {
    const { requested, client } = await rawClient();
    const connection = await (await requested).accept();
    const next = connection[Symbol.asyncIterator]().next();
    client.write(hex('88 80 00000000'));
    client.end();
    expect((await next).done).toBe(true);
    expect(connection.closed).toMatchObject({ code: 1005, name: 'NO_STATUS_RCVD', reason: null });
  });

  test('puts fragments together, with a ping between them answered (RFC 6455, 5.4)', async () => {
    const { requested, client, received } = await rawClient();
    const connection = await (await requested).accept();
    const taken = connection.getMessage();
    client.write(hex('01 82 00000000 4865'));
    client.write(hex('89 81 00000000 21'));
    client.write(hex('80 83 00000000 6c6c6f'));
    expect(await taken).toBe('Hello');
    expect(received().endsWith('\x8a\x01!')).toBe(true);
  });

  test('frames that come with the request are not lost', async () => {
    const { requested, client } = await rawClient();
    client.write(hex('81 82 00000000 6869'));
    const request = await requested;
    await settle();
    const connection = await request.accept();
    expect(await connection.getMessage()).toBe('hi');
  });

  test('a Close frame that comes with the request is told at once, after what came before it', async () => {
    const frames = '81 82 00000000 6869 81 82 00000000 686f 88 82 00000000 0fa1';
    const { requested, stream } = await rawClient(REQUEST, frames);
    const connection = await (await requested).accept();
    expect([connection.closed?.code, stream.isClosed]).toEqual([4001, false]);
    expect([await connection.getMessage(), await connection.getMessage()]).toEqual(['hi', 'ho']);
    expect(await failureOf(connection.getMessage())).toMatchObject({ reason: { code: 4001 } });
    expect(await failureOf(connection.sendMessage('late'))).toMatchObject({ reason: { code: 4001 } });
  });

  test.each([
    ['plain HTTP', 'GET / HTTP/1.1\r\nHost: a', 400],
    ['POST', REQUEST.replace('GET', 'POST'), 405],
    ['another version', REQUEST.replace('Version: 13', 'Version: 12'), 426],
    ['no key', REQUEST.replace(/Sec-WebSocket-Key.*\r\n/, ''), 400],
    ['rubbish', 'hello there', 400],
  ])('%s is answered with a status, and the transport is closed', async (_name, head, status) => {
    const { requested, received, hasEnded } = await rawClient(head);
    expect(await failureOf(requested)).toBeInstanceOf(HandshakeError);
    await settle();
    const [, code] = /^HTTP\/1\.1 (\d+)/.exec(received()) ?? [];
    expect(code?.slice(0, 1)).toBe(String(status).slice(0, 1));
    expect(hasEnded()).toBe(true);
  });

  test('a client that says nothing is dropped after connectTimeout, and no timer is left', async () => {
    const clock = manualClock();
    const { a, b } = memoryPair();
    rawEnd(b);
    const failed = failureOf(acceptOver(a, { platform: testPlatform(clock), connectTimeout: 200 }));
    clock.advance(199);
    await settle();
    expect(a.isClosed).toBe(false);
    clock.advance(1);
    expect(await failed).toBeInstanceOf(ConnectionTimeout);
    await settle();
    expect([a.isClosed, clock.pendingTimers]).toEqual([true, 0]);
  });

  test('an adapter may tell that the time is over, while the request has not come', async () => {
    const clock = manualClock();
    const errors: unknown[] = [];
    let requests = 0;
    const acceptor = new RequestAcceptor(
      { platform: testPlatform(clock), connectTimeout: 200 },
      { onRequest: () => void requests++, onFailed: error => errors.push(error) },
    );
    expect(acceptor.openingTime).toBe(200);
    expect(new RequestAcceptor({ connectTimeout: 0 }, { onRequest() {} }).openingTime).toBe(0);
    expect(new RequestAcceptor({}, { onRequest() {} }).openingTime).toBe(60_000);
    const [silent, asking] = [memoryPair(), memoryPair()].map(({ a, b }) => {
      rawEnd(b);
      const opening = acceptor.buildProtocol();
      opening.attach(a);
      return { opening, a, b };
    });
    asking!.b.write(latin1(`${REQUEST}\r\n\r\n`));
    await settle();
    acceptor.expireOpening(silent!.opening);
    acceptor.expireOpening(asking!.opening);
    await settle();
    expect([silent!.a.isClosed, asking!.a.isClosed, requests]).toEqual([true, false, 1]);
    expect(errors).toEqual([expect.any(ConnectionTimeout)]);
  });

  test('the answer may take longer than connectTimeout', async () => {
    const { requested, clock, received } = await rawClient();
    const request = await requested;
    clock.advance(100_000);
    await request.accept();
    await settle();
    expect(received()).toMatch(/^HTTP\/1\.1 101 /);
  });

  test('a client that goes away before the request is HandshakeError', async () => {
    const { a, b } = memoryPair();
    const failed = failureOf(acceptOver(a, { platform: testPlatform() }));
    rawEnd(b);
    b.end();
    expect(await failed).toBeInstanceOf(HandshakeError);
  });
});

describe('receive, aborted before it gave anything', () => {
  test.each([
    ['nothing of the message has come', '01 80 00000000', '80 82 00000000 6869', 'hi'],
    ['the half of a letter has come', '01 82 00000000 f09f', '80 82 00000000 8e89', '\u{1f389}'],
  ])('leaves the message to the next: %s', async (_name, begin, rest, expected) => {
    const { requested, client } = await rawClient();
    const connection = await (await requested).accept();
    const controller = new AbortController();
    const [first, second] = [connection.receive({ signal: controller.signal }), connection.receive()];
    const aborted = failureOf(first.next());
    const taken = second.next();
    client.write(hex(begin));
    await settle();
    controller.abort('enough');
    client.write(hex(rest));
    client.write(hex('81 82 00000000 6f6b'));
    expect(await aborted).toBe('enough');
    expect(await taken).toEqual({ done: false, value: expected });
    expect((await second.next()).done).toBe(true);
    expect(await connection.getMessage()).toBe('ok');
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 8, 10])('leaves it to getMessage, %i microtasks after it began', async point => {
    const { requested, client } = await rawClient();
    const connection = await (await requested).accept();
    const controller = new AbortController();
    const aborted = failureOf(connection.receive({ signal: controller.signal }).next());
    client.write(hex('01 80 00000000'));
    for (let i = 0; i < point; i++) await null;
    controller.abort('enough');
    expect(await aborted).toBe('enough');
    client.write(hex('80 82 00000000 6869'));
    expect(await connection.getMessage()).toBe('hi');
  });
});

describe('a request', () => {
  test('is rejected with status, headers and body, and the transport is closed (improvement 5)', async () => {
    const { requested, received, hasEnded, client } = await rawClient();
    const request = await requested;
    const rejected = request.reject(403, { body: 'not you', headers: { 'X-Why': 'because' } });
    await settle();
    expect(received()).toMatch(/^HTTP\/1\.1 403 [\s\S]*X-Why: because\r\n[\s\S]*\r\n\r\nnot you$/i);
    expect(received()).toMatch(/content-length: 7\r\n/i);
    expect(hasEnded()).toBe(true);
    client.end();
    await rejected;
    await expect(request.accept()).rejects.toThrow(TypeError);
  });

  test.each([100, 101, 200, 299, 600, 404.5])('is not rejected with %d', async status => {
    const { requested } = await rawClient();
    const request = await requested;
    await expect(request.reject(status)).rejects.toThrow(RangeError);
    expect(request.isAnswered).toBe(false);
  });

  test.each([
    ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }],
    ['a header name that is none', { headers: { 'X A': 'a' } }],
    ['a body that is a number', { body: 5 as unknown as string }],
  ])('that is rejected with %s is still to be answered', async (_name, options) => {
    const { requested } = await rawClient();
    const request = await requested;
    await expect(request.reject(403, options)).rejects.toThrow();
    expect(request.isAnswered).toBe(false);
    await request.accept();
  });

  test.each([
    ['a subprotocol that was not proposed', { subprotocol: 'other' }],
    ['a header with a line break', { headers: { 'X-A': 'a\r\nX-B: b' } }],
  ])('that is accepted with %s is still to be answered', async (_name, options) => {
    const { requested } = await rawClient();
    const request = await requested;
    await expect(request.accept(options)).rejects.toThrow();
    expect(request.isAnswered).toBe(false);
    const connection = await request.accept({ subprotocol: 'chat' });
    expect(connection.subprotocol).toBe('chat');
    expect(request.connection).toBe(connection);
    await expect(request.accept()).rejects.toThrow(TypeError);
    await expect(request.reject(400)).rejects.toThrow(TypeError);
  });

  test('whose client is gone cannot be accepted', async () => {
    const { requested, client, stream } = await rawClient();
    const request = await requested;
    client.destroy();
    stream.destroy();
    await settle();
    expect(await failureOf(request.accept())).toBeInstanceOf(ConnectionClosed);
  });
});

describe('connectOver', () => {
  test('the end of the transport before the response is told at once (improvement 1)', async () => {
    const { failed, server, clock } = rawServer();
    server.end();
    expect(await failed).toBeInstanceOf(HandshakeError);
    await settle();
    expect(clock.now()).toBe(0);
  });

  test.each([
    ['a wrong accept key', ['Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=']],
    ['a subprotocol that nobody asked for', ['Sec-WebSocket-Protocol: x']],
    ['an extension that nobody offered', ['Sec-WebSocket-Extensions: permessage-deflate']],
    ['no accept key', []],
  ])('%s is HandshakeError (improvement 2)', async (_name, lines) => {
    const { failed, server, stream } = rawServer();
    await settle();
    const head = ['HTTP/1.1 101 Ok', 'Upgrade: websocket', 'Connection: Upgrade', ...lines];
    server.write(latin1(`${head.join('\r\n')}\r\n\r\n`));
    const error = await failed;
    expect(error).toBeInstanceOf(HandshakeError);
    expect(error).not.toBeInstanceOf(ConnectionRejected);
    expect(error).toMatchObject({ code: expect.stringMatching(/^ERR_(ACCEPT|(SUBPROTOCOL|EXTENSION)_RESPONSE)$/) });
    await settle();
    expect(stream.isClosed).toBe(true);
  });

  test.each([
    ['a body with its length', 'HTTP/1.1 403 No\r\nX-A: b\r\nContent-Length: 4\r\n\r\nnope', 403, 'nope'],
    ['a body to the end', 'HTTP/1.1 500 No\r\nX-A: b\r\n\r\nbroken', 500, 'broken'],
    ['no body', 'HTTP/1.1 404 No\r\nX-A: b\r\nContent-Length: 0\r\n\r\n', 404, ''],
    ['a redirect', 'HTTP/1.1 302 Found\r\nX-A: b\r\nLocation: /\r\nContent-Length: 0\r\n\r\n', 302, ''],
  ])('an answer other than 101 is ConnectionRejected: %s', async (_name, response, statusCode, body) => {
    const { failed, server } = rawServer();
    await settle();
    server.write(latin1(response));
    server.end();
    const error = (await failed) as ConnectionRejected;
    expect(error).toBeInstanceOf(ConnectionRejected);
    expect(error).toMatchObject({ statusCode, headers: { 'x-a': 'b' }, code: 'ERR_STATUS' });
    expect(Buffer.from(error.body ?? []).toString()).toBe(body);
  });

  test('not more than 64 KiB of a body are read (improvement 9)', async () => {
    const { failed, server } = rawServer();
    await settle();
    server.write(latin1(`HTTP/1.1 500 No\r\n\r\n${'x'.repeat(200_000)}`));
    expect(((await failed) as ConnectionRejected).body?.length).toBeLessThanOrEqual(65_536);
  });

  test('no answer is ConnectionTimeout, and leaves nothing behind', async () => {
    const { failed, clock, stream } = rawServer();
    await settle();
    clock.advance(1000);
    expect(await failed).toBeInstanceOf(ConnectionTimeout);
    await settle();
    expect([clock.pendingTimers, stream.isClosed]).toEqual([0, true]);
  });

  test.each([
    ['ws://localhost', 'localhost'],
    ['ws://localhost:80', 'localhost'],
    ['ws://localhost:443', 'localhost:443'],
    ['wss://localhost:443', 'localhost'],
    ['wss://localhost:80', 'localhost:80'],
    ['ws://[::1]', '[::1]'],
    ['ws://[::1]:8080/x', '[::1]:8080'],
  ])('%s: the Host header is %s (RFC 6455, 4.1; improvement 10)', async (url, host) => {
    const { received } = rawServer({ url });
    await settle();
    expect(received()).toMatch(new RegExp(`\\r\\nHost: ${host.replaceAll(/[[\]]/g, '\\$&')}\\r\\n`, 'i'));
  });

  test.each([
    ['ws://a', '/'],
    ['ws://a?x=1', '/?x=1'],
    ['ws://a/b/c?d=e', '/b/c?d=e'],
    ['ws://a/b%20c', '/b%20c'],
  ])('%s asks for %s', async (url, path) => {
    const { received } = rawServer({ url });
    await settle();
    expect(received().split(' ')[1]).toBe(path);
  });

  test.each(['http://a', 'a', '', 'ws://'])('12: %j is refused', async url => {
    const { b } = memoryPair();
    expect(() => connectOver(b, { url })).toThrow(RangeError);
  });

  test('a Close frame that comes with the response is told at once, after what came before it', async () => {
    const { connecting, server, received, stream } = rawServer();
    await settle();
    const [, key] = /sec-websocket-key: (.*)\r/i.exec(received())!;
    const accept = createHash('sha1').update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest('base64');
    const head = ['HTTP/1.1 101 Ok', 'Upgrade: websocket', 'Connection: Upgrade', `Sec-WebSocket-Accept: ${accept}`];
    const frames = ['81 02 6869', '81 02 686f', '88 02 03e8'].map(hex);
    server.write(new Uint8Array(Buffer.concat([latin1(`${head.join('\r\n')}\r\n\r\n`), ...frames])));
    const connection = await connecting;
    expect([connection.closed?.code, stream.isClosed]).toEqual([1000, false]);
    const taken: unknown[] = [];
    for await (const message of connection) taken.push(message);
    expect(taken).toEqual(['hi', 'ho']);
    server.end();
    expect(await connection.close()).toMatchObject({ code: 1000 });
  });

  test('works whatever the transport makes of writes', async () => {
    const { client, server } = await openPair({ memory: { chunkSize: 1 } });
    await client.sendMessage('one byte at a time');
    expect(await server.getMessage()).toBe('one byte at a time');
    expect(await client.close()).toMatchObject({ code: 1000 });
  });

  test('its errors are told apart by class and code, and can be copied', () => {
    const errors = [
      new ConnectionClosed(null),
      new HandshakeError('ERR_CONNECT'),
      new ConnectionRejected({ status: 404, headers: {} }),
      new ConnectionTimeout(5),
    ];
    for (const error of errors) {
      expect(error.code).toMatch(/^ERR_/);
      expect(structuredClone(error)).toMatchObject({ message: error.message });
    }
  });
});
