// Opening connections: what trio-websocket's own tests ask for (the number in front is that of the test in its
// tests/test_connection.py, in order), the gaps they leave, and where we are better on purpose. All of it in both worlds.
import { ConnectionClosed, ConnectionRejected, ConnectionTimeout, HandshakeError } from '@ws/connection';
import { hex } from '@ws/testkit';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { REQUEST } from './support/raw-peer.ts';
import { join, memoryWorld, settle, socketWorld, type World } from './support/worlds.ts';

const failureOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => Promise.reject(new Error('it was expected to fail')),
    (error: unknown) => error,
  );

describe.each([
  ['in memory', memoryWorld],
  ['over sockets', socketWorld],
])('%s', (_name, makeWorld) => {
  let world: World;
  beforeEach(() => {
    world = makeWorld();
  });
  afterEach(() => world.cleanUp());

  describe('a client', () => {
    test('10: opens a connection, and is its client', async () => {
      const { client, server } = await join(world);
      expect([client.closed, client.isClient, client.isServer]).toEqual([null, true, false]);
      expect([server.closed, server.isClient, server.isServer]).toEqual([null, false, true]);
    });

    test.each(['/', '/resource', '/a/b/c', '/chat?room=1&x=%20'])(
      '11, 14, 21: asks for %s, and all know it',
      async path => {
        const { client, server, request } = await join(world, { client: { path } });
        expect([request.path, server.path, client.path]).toEqual([path, path, path]);
      },
    );

    test('11: asks for / when the URL has no path', async () => {
      const { client, server } = await join(world, { client: { path: '' } });
      expect([server.path, client.path]).toEqual(['/', '/']);
    });

    test('18, 19: both ends know both addresses, on request and connection', async () => {
      const { client, server, request } = await join(world);
      expect(client.local).toMatchObject({ address: '127.0.0.1', isSsl: false, port: expect.any(Number) });
      expect([request.remote, request.local]).toEqual([client.local, client.remote]);
      expect([server.remote, server.local]).toEqual([client.local, client.remote]);
    });

    test('20: a subprotocol that is chosen is known on both sides', async () => {
      const { client, server, request } = await join(world, {
        client: { subprotocols: ['chat', 'superchat'] },
        accept: { subprotocol: 'superchat' },
      });
      expect(request.proposedSubprotocols).toEqual(['chat', 'superchat']);
      expect([client.subprotocol, server.subprotocol]).toEqual(['superchat', 'superchat']);
    });

    test('20: none chosen is none', async () => {
      const { client, server } = await join(world, { client: { subprotocols: ['chat'] } });
      expect([client.subprotocol, server.subprotocol]).toEqual([null, null]);
    });

    test('22, 23: headers reach the other side, their names in lower case', async () => {
      const { client, server, request } = await join(world, {
        client: { headers: { 'X-Test-Client': 'My Header' } },
        accept: { headers: { 'X-Test-Server': 'Your Header' } },
      });
      expect([request.headers['x-test-client'], server.handshakeHeaders['x-test-client']]).toEqual([
        'My Header',
        'My Header',
      ]);
      expect(client.handshakeHeaders['x-test-server']).toBe('Your Header');
    });

    test('42: a server that never answers is ConnectionTimeout', async () => {
      const { opening, peer } = await world.play({ connectTimeout: world.timeout });
      const failed = failureOf(opening);
      await world.expire();
      expect(await failed).toBeInstanceOf(ConnectionTimeout);
      await peer.left();
      expect(world.timers() ?? 0).toBe(0);
    });

    test('42: so is one whose handler does not accept', async () => {
      const served = await world.serve(() => new Promise(() => {}));
      const failed = failureOf(served.open({ connectTimeout: world.timeout }));
      await world.expire();
      expect(await failed).toBeInstanceOf(ConnectionTimeout);
    });

    test('44: a transport that breaks is HandshakeError', async () => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      peer.stream.destroy();
      expect(await failed).toBeInstanceOf(HandshakeError);
      expect(await failed).not.toBeInstanceOf(ConnectionTimeout);
    });

    test('29: a rejection has status, headers and body', async () => {
      const served = await world.serve(request =>
        request.reject(401, { headers: { 'X-Why': 'because' }, body: 'my body' }),
      );
      const error = (await failureOf(served.open())) as ConnectionRejected;
      expect(error).toBeInstanceOf(ConnectionRejected);
      expect(error).toMatchObject({ statusCode: 401, headers: { 'x-why': 'because', 'content-length': '7' } });
      expect(Buffer.from(error.body!).toString()).toBe('my body');
    });

    // The reference takes it for a rejection; RFC 9110, 15.2 wants interim responses passed over.
    test('30: a status of 100 is passed over, and the answer that follows counts', async () => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      peer.write('HTTP/1.1 100 Continue\r\nX-A: b\r\n\r\nHTTP/1.1 204 No\r\nX-C: d\r\n\r\n');
      const error = (await failed) as ConnectionRejected;
      expect(error).toMatchObject({ statusCode: 204, headers: { 'x-c': 'd' } });
      expect(error.body).toHaveLength(0);
    });

    test('30: nothing after a status of 100 is HandshakeError', async () => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      peer.write('HTTP/1.1 100 Continue\r\n\r\n');
      peer.end();
      expect(await failed).toMatchObject({ name: 'HandshakeError' });
    });

    test('a client with a queue of 0 gets what is sent', async () => {
      const { client, server } = await join(world, { client: { messageQueueSize: 0 } });
      for (const text of ['one', 'two', 'three']) await server.sendMessage(text);
      await settle();
      expect([await client.getMessage(), await client.getMessage(), await client.getMessage()]).toEqual([
        'one',
        'two',
        'three',
      ]);
    });

    test('improvement 1: the end of the transport before the response is told at once', async () => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      peer.end();
      expect(await failed).toBeInstanceOf(HandshakeError);
      expect(await failed).not.toBeInstanceOf(ConnectionTimeout);
    });

    test.each([
      ['a wrong accept key', 'Sec-WebSocket-Accept: AAAAAAAAAAAAAAAAAAAAAAAAAAA=', 'ERR_ACCEPT'],
      ['no accept key', 'X-A: b', 'ERR_ACCEPT'],
      ['a wrong Upgrade', 'Upgrade: tcp', 'ERR_UPGRADE'],
    ])('improvement 2: an answer with %s is HandshakeError', async (_what, line, code) => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      peer.write(`HTTP/1.1 101 Ok\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n${line}\r\n\r\n`);
      expect(await failed).toMatchObject({ name: 'HandshakeError', code });
      await peer.left();
    });

    test.each([
      ['a subprotocol that was not offered', 'Sec-WebSocket-Protocol: other', 'ERR_SUBPROTOCOL_RESPONSE'],
      ['an extension that was not offered', 'Sec-WebSocket-Extensions: permessage-deflate', 'ERR_EXTENSION_RESPONSE'],
    ])('improvement 2: an answer with %s is HandshakeError', async (_what, line, code) => {
      const { opening, peer } = await world.play({ subprotocols: ['chat'] });
      const failed = failureOf(opening);
      await peer.accept(line);
      expect(await failed).toMatchObject({ name: 'HandshakeError', code });
    });

    test('improvement 9: of a body no more than 64 KiB are read', async () => {
      const { opening, peer } = await world.play();
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      peer.write(`HTTP/1.1 500 No\r\n\r\n${'x'.repeat(200_000)}`);
      expect(((await failed) as ConnectionRejected).body?.length).toBe(65_536);
    });
  });

  test('improvement 10: the Host header has the port where it is not the default (RFC 6455, 4.1)', async () => {
    const { opening, peer } = await world.play();
    const failed = failureOf(opening);
    const [, host] = await peer.until(/\r\nhost: (\S+)\r\n/i);
    expect(host).toMatch(/^127\.0\.0\.1:\d+$/);
    peer.stream.destroy();
    await failed;
  });

  describe('a handler', () => {
    test('6: belongs to its server, which waits for it', async () => {
      const steps: string[] = [];
      const served = await world.serve(async request => {
        const connection = await request.accept();
        await connection.whenClosed;
        await settle();
        steps.push('handler');
      });
      await (await served.open()).close();
      await served.finished();
      expect(steps).toEqual(['handler']);
    });

    test('27: that throws before it accepts is told at once, by a 500', async () => {
      const errors: unknown[] = [];
      const served = await world.serve(() => Promise.reject(new Error('early')), {
        onError: error => errors.push(error),
      });
      expect(await failureOf(served.open())).toMatchObject({ name: 'ConnectionRejected', statusCode: 500 });
      expect(errors).toEqual([new Error('early')]);
    });

    test('25, 28: that throws is reported as it is, with its cause', async () => {
      const errors: unknown[] = [];
      const error = new Error('mine', { cause: new Error('its cause') });
      const served = await world.serve(
        async request => {
          await request.accept();
          throw error;
        },
        { onError: each => errors.push(each) },
      );
      const client = await served.open();
      expect(await client.whenClosed).toMatchObject({ code: 1011, reason: null });
      expect(errors[0]).toBe(error);
    });

    test('improvement 6: that throws does not stop the server', async () => {
      const served = await world.serve(
        async request => {
          const connection = await request.accept();
          if (request.path === '/bad') throw new Error('bad');
          await connection.sendMessage('fine');
        },
        { onError() {} },
      );
      expect(await (await served.open({ path: '/bad' })).whenClosed).toMatchObject({ code: 1011 });
      expect(await (await served.open({ path: '/good' })).getMessage()).toBe('fine');
    });

    test('50: that returns closes with 1000', async () => {
      const served = await world.serve(async request => void (await request.accept()));
      const client = await served.open();
      expect(await failureOf(client.getMessage())).toMatchObject({
        name: 'ConnectionClosed',
        reason: { code: 1000, name: 'NORMAL_CLOSURE' },
      });
    });

    test('that returns without an answer is a 500', async () => {
      const served = await world.serve(() => {});
      expect(await failureOf(served.open())).toMatchObject({ statusCode: 500 });
    });

    test('that returns before its connection is there leaves none open', async () => {
      const served = await world.serve(request => void request.accept());
      expect(await (await served.open()).whenClosed).toMatchObject({ code: 1000 });
      await served.finished();
    });

    test('that hangs keeps nothing from closing', async () => {
      const served = await world.serve(async request => {
        await request.accept();
        await new Promise(() => {});
      });
      const client = await served.open();
      expect(await client.close()).toMatchObject({ code: 1000 });
    });

    test('31: is not called for plain HTTP, which is answered, and the server goes on', async () => {
      let calls = 0;
      const served = await world.serve(async request => {
        calls++;
        await (await request.accept()).sendMessage('fine');
      });
      const peer = await served.play();
      peer.write('GET / HTTP/1.1\r\nHost: a\r\n\r\n');
      // RFC 9110, 15.5.22 has a status of its own for it, where the reference says 400.
      await peer.until(/^HTTP\/1\.1 426 [\s\S]*\r\nUpgrade: websocket\r\n/i);
      await peer.left();
      expect(await (await served.open()).getMessage()).toBe('fine');
      expect(calls).toBe(1);
    });

    test('45: is not called for who says nothing, who is dropped after connectTimeout', async () => {
      let calls = 0;
      const served = await world.serve(() => void calls++, { connectTimeout: world.timeout });
      const peer = await served.play();
      await world.expire();
      await peer.left();
      expect([peer.received, calls, world.timers() ?? 0]).toEqual(['', 0, 0]);
      await served.finished();
    });

    test('46: whose client does not answer the Close frame ends, silently', async () => {
      const served = await world.serve(async request => void (await request.accept()), {
        disconnectTimeout: world.timeout,
      });
      const peer = await (await served.play()).open();
      await peer.untilBytes('88 02 03 e8');
      await world.expire();
      await peer.left();
      await served.finished();
      expect(world.timers() ?? 0).toBe(0);
    });

    test('improvement 5: that rejects closes the transport', async () => {
      const rejected: string[] = [];
      const served = await world.serve(async request => {
        await request.reject(403, { body: 'not you' });
        rejected.push('done');
      });
      const peer = await served.play();
      peer.write(REQUEST);
      await peer.until(/^HTTP\/1\.1 403 [\s\S]*\r\n\r\nnot you$/);
      await peer.left();
      await served.finished();
      expect(rejected).toEqual(['done']);
    });

    test('that accepts after its client has gone hears ConnectionClosed', async () => {
      let go = (): void => {};
      const gate = new Promise<void>(resolve => {
        go = resolve;
      });
      const outcome = { error: null as unknown };
      const asked: string[] = [];
      const served = await world.serve(async request => {
        asked.push(request.path);
        await gate;
        outcome.error = await failureOf(request.accept());
      });
      const peer = await served.play();
      peer.write(REQUEST);
      while (asked.length === 0) await settle();
      peer.stream.destroy();
      await settle();
      go();
      await served.finished();
      // What was read last of the stream may say so only at the next write.
      expect(outcome.error).toBeInstanceOf(ConnectionClosed);
    });
  });

  describe('aborting', () => {
    test('a client in its handshake takes the transport along', async () => {
      const controller = new AbortController();
      const { opening, peer } = await world.play({ signal: controller.signal });
      const failed = failureOf(opening);
      await peer.until(/\r\n\r\n/);
      const reason = new Error('enough');
      controller.abort(reason);
      expect(await failed).toBe(reason);
      await peer.left();
      expect(world.timers() ?? 0).toBe(0);
    });

    test('accept drops the client', async () => {
      const reason = new Error('enough');
      const outcome: unknown[] = [];
      const served = await world.serve(async request => {
        const controller = new AbortController();
        const accepting = request.accept({ signal: controller.signal });
        controller.abort(reason);
        outcome.push(await failureOf(accepting), request.isAnswered);
      });
      const peer = await served.play();
      peer.write(REQUEST);
      await peer.left();
      await served.finished();
      expect(outcome).toEqual([reason, true]);
    });

    test('reject stops the waiting, not the answer', async () => {
      const reason = new Error('enough');
      const outcome: unknown[] = [];
      const served = await world.serve(async request => {
        const controller = new AbortController();
        const rejecting = request.reject(403, { signal: controller.signal });
        controller.abort(reason);
        outcome.push(await failureOf(rejecting));
      });
      expect(await failureOf(served.open())).toMatchObject({ statusCode: 403 });
      expect(outcome).toEqual([reason]);
    });

    test('accept or reject with a signal that was aborted leaves the request to be answered', async () => {
      const signal = AbortSignal.abort(new Error('enough'));
      const served = await world.serve(async request => {
        await failureOf(request.accept({ signal }));
        await failureOf(request.reject(403, { signal }));
        await (await request.accept()).sendMessage(`answered: ${request.isAnswered}`);
      });
      expect(await (await served.open()).getMessage()).toBe('answered: true');
    });
  });

  test('frames that come with the request are not lost', async () => {
    const taken: unknown[] = [];
    const served = await world.serve(async request => {
      const connection = await request.accept();
      taken.push(await connection.getMessage(), await connection.getMessage());
    });
    const peer = await served.play();
    peer.write(Buffer.concat([Buffer.from(REQUEST), hex('81 81 00000000 61 82 81 00000000 62')]));
    await peer.untilBytes('88 02 03 e8');
    expect(taken).toEqual(['a', Uint8Array.of(0x62)]);
    peer.end();
  });
});
