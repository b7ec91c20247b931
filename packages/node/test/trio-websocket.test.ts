// The real trio-websocket as counterpart, in both roles.
import { type ChildProcessByStdio, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openWebSocket } from '../src/client/open-web-socket.ts';
import { serveWebSocket, type WebSocketServer } from '../src/server/serve-web-socket.ts';

const python = ['/usr/bin/python3', 'python3'].find(
  command => spawnSync(command, ['-c', 'import trio_websocket'], { stdio: 'ignore' }).status === 0,
);
const script = (name: string): string => fileURLToPath(new URL(`support/trio/${name}.py`, import.meta.url));

if (python === undefined)
  test.skip('trio-websocket is not installed: apt-get install python3-trio-websocket', () => {});

const bytesOf = (length: number): Uint8Array => Uint8Array.from({ length }, (_, i) => i % 251);

describe.skipIf(python === undefined)('our client and its server', () => {
  let server: ChildProcessByStdio<Writable, Readable, null>;
  let url = '';
  const told: string[] = [];
  const waiting: (() => void)[] = [];

  /** The next line that the server prints, as an object. */
  async function next(): Promise<Record<string, unknown>> {
    while (told.length === 0) await new Promise<void>(resolve => waiting.push(resolve));
    return JSON.parse(told.shift()!);
  }

  beforeAll(async () => {
    server = spawn(python!, [script('server')], { stdio: ['pipe', 'pipe', 'inherit'] });
    let rest = '';
    server.stdout.setEncoding('utf8').on('data', text => {
      const lines = (rest + text).split('\n');
      rest = lines.pop()!;
      told.push(...lines);
      for (const wake of waiting.splice(0)) wake();
    });
    const { port } = await next();
    url = `ws://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    const ended = once(server, 'exit');
    server.stdin.end();
    await ended;
  });

  test('echo text, binary and a mebibyte of both; answer pings; agree on a subprotocol; close', async () => {
    const connection = await openWebSocket(`${url}/echo`, { subprotocols: ['chat', 'superchat'] });
    expect([connection.subprotocol, connection.handshakeHeaders['x-answer']]).toEqual(['superchat', 'you']);
    for (const message of ['', 'grüße 🎉', Uint8Array.of(0, 255), bytesOf(2 ** 20), 'x'.repeat(2 ** 20)]) {
      await connection.sendMessage(message);
      const echoed = await connection.getMessage();
      expect(typeof echoed === 'string' ? echoed === message : Buffer.compare(echoed, message as Uint8Array)).toBe(
        typeof echoed === 'string' ? true : 0,
      );
    }
    await connection.sendMessage(['one ', 'message ', 'in pieces']);
    expect(await connection.getMessage()).toBe('one message in pieces');
    expect(await connection.ping()).toBeGreaterThanOrEqual(0);
    expect(await connection.close(4002, 'my reason')).toMatchObject({ code: 4002, reason: 'my reason' });
    expect(await next()).toEqual({ path: '/echo', code: 4002, reason: 'my reason' });
  });

  test('its ping is answered, and its handler that returns is 1000', async () => {
    const connection = await openWebSocket(`${url}/ping`);
    const taken: unknown[] = [];
    for await (const message of connection) taken.push(message);
    expect(taken).toEqual(['ponged']);
    expect(connection.closed).toMatchObject({ code: 1000 });
  });

  test.each([1001, 1008, 3000, 4999])('it closes with %i', async code => {
    const connection = await openWebSocket(`${url}/close/${code}`);
    expect(await connection.whenClosed).toMatchObject({ code, reason: 'because' });
  });

  test('it rejects, with a body', async () => {
    const error = await openWebSocket(`${url}/reject`).catch(reason => reason);
    expect(error).toMatchObject({ name: 'ConnectionRejected', statusCode: 401, headers: { 'x-why': 'because' } });
    expect(Buffer.from(error.body).toString()).toBe('not you');
  });
});

describe.skipIf(python === undefined)('our server and its client', () => {
  let server: WebSocketServer;
  let results: Record<string, unknown> = {};
  const closed: unknown[] = [];

  beforeAll(async () => {
    server = await serveWebSocket(
      async request => {
        if (request.path === '/reject') {
          await request.reject(401, { headers: { 'X-Why': 'because' }, body: 'not you' });
          return;
        }
        const subprotocol = request.proposedSubprotocols.find(name => name === 'superchat') ?? null;
        const connection = await request.accept({ subprotocol, headers: { 'X-Answer': 'you' } });
        if (request.path === '/throw') throw new Error('not for clients');
        if (request.path === '/ping') {
          await connection.ping('hello');
          await connection.sendMessage('ponged');
        } else if (request.path === '/close') {
          await connection.close(4001, 'because');
        } else {
          try {
            for await (const message of connection) await connection.sendMessage(message);
          } catch {
            if (request.path === '/echo') closed.push(request.headers['x-ask'], connection.closed);
          }
        }
      },
      { host: '127.0.0.1', onError() {} },
    );
    const client = spawn(python!, [script('client'), `ws://127.0.0.1:${server.port}`], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    client.stdout.setEncoding('utf8').on('data', text => {
      output += text;
    });
    const [code] = await once(client, 'close');
    expect(code).toBe(0);
    results = JSON.parse(output);
  });
  afterAll(() => server.close());

  test('echo text, binary and a mebibyte of both', () => {
    expect(results).toMatchObject({ text: 'grüße 🎉', large: true, long: true });
    expect(results.binary).toEqual(Array.from({ length: 256 }, (_, i) => i));
  });

  test('agree on a subprotocol, and read each other’s headers', () => {
    expect(results).toMatchObject({ subprotocol: 'superchat', headers: { 'x-answer': 'you' } });
    expect(closed[0]).toBe('me');
  });

  test('answer each other’s pings', () => {
    expect(results).toMatchObject({ ping: true, pinged: 'ponged' });
  });

  test('see the same close code and reason', () => {
    expect(results.echoed).toEqual([4002, 'my reason']);
    expect(closed[1]).toMatchObject({ code: 4002, reason: 'my reason' });
    expect(results).toMatchObject({ returned: [1000, null], closed: [4001, 'because'], thrown: [1011, null] });
    expect(results.limited).toBe(1009);
  });

  test('a rejection has status, headers and body', () => {
    expect(results.rejected).toEqual([401, 'because', 'not you']);
  });
});
