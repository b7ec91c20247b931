import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import { connect as connectSocket, type Socket } from 'node:net';
import { transportOf } from '@ws/core';
import { WebSocketServerProtocol } from '@ws/node';
import type { ConnectionRequest } from '@ws/types';
import { describe, expect, onTestFinished, test } from 'vitest';
import { echoService } from '../src/serve/service.ts';
import { portOf, runCli, serveWith, start } from './support/run-cli.ts';

class Greeter extends WebSocketServerProtocol {
  override onOpen(): void {
    this.sendMessage('one');
    this.sendMessage('two');
    this.sendMessage(Uint8Array.of(1, 2, 255), true);
  }
}

describe('wsc connect in a pipe', () => {
  test('each line is a message, and every answer is written before it ends', async () => {
    const url = await serveWith(echoService());
    expect(await runCli(['connect', url], 'hello\nGrüße\n\nlast')).toEqual({
      status: 0,
      stdout: 'hello\nGrüße\n\nlast\n',
      stderr: '',
    });
  });

  test('what peers send cannot command a terminal', async () => {
    const url = await serveWith(echoService());
    const { stdout } = await runCli(['connect', url, '-m', '\x1b]0;owned\x07\r\x1b[2J\u202e']);
    expect(stdout).toBe('\\x1b]0;owned\\x07\\r\\x1b[2J\\u{202e}\n');
  });

  test('binary comes as hex, with --raw as it is', async () => {
    const url = await serveWith(echoService());
    expect((await runCli(['connect', '--binary', url], 'a\0b')).stdout).toBe('610062\n');
    expect((await runCli(['connect', '--binary', '--raw', url], 'a\0b\x1b')).stdout).toBe('a\0b\x1b');
  });

  test('--json lays out what is JSON', async () => {
    const url = await serveWith(echoService());
    const { stdout } = await runCli(['connect', '--json', url], '{"a":1}\nnot json\n');
    expect(stdout).toBe('{\n  "a": 1\n}\nnot json\n');
  });

  test('--count ends it after so many messages, whatever the input does', async () => {
    const url = await serveWith(Greeter);
    const running = start(['connect', '-n', '2', url]);
    expect(await running.status).toBe(0);
    expect(running.stdout.text).toBe('one\ntwo\n');
  });

  test('--listen goes on until the server closes', async () => {
    const url = await serveWith(
      class extends Greeter {
        override onMessage(): void {
          this.sendMessage('late');
          transportOf(this).close(1001, 'bye');
        }
      },
    );
    expect(await runCli(['connect', '-l', '-v', url], 'x')).toEqual({
      status: 0,
      stdout: 'one\ntwo\n0102ff\nlate\n',
      stderr: expect.stringMatching(
        /^wsc: connected\n(?:wsc: [\w-]+: .*\n)*wsc: upgrade: websocket\n[\s\S]*wsc: closed: 1001 \(GOING_AWAY\): bye\n$/,
      ),
    });
  });

  test('Ctrl+C closes in good order, and has a status of its own', async () => {
    const url = await serveWith(Greeter);
    const running = start(['connect', url]);
    await running.stdout.match(/two/);
    expect(await running.interrupt()).toBe(130);
  });
});

describe('the exit status of wsc connect', () => {
  test('1: the connection was closed with an error, said on the standard error', async () => {
    const url = await serveWith(
      class extends WebSocketServerProtocol {
        override onMessage(): void {
          transportOf(this).close(1008, 'not \x1b[31mallowed');
        }
      },
    );
    expect(await runCli(['connect', '-l', url], 'x')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'wsc: closed: 1008 (POLICY_VIOLATION): not \\x1b[31mallowed\n',
    });
  });
  test('1: fewer messages came than were waited for', async () => {
    const url = await serveWith(
      class extends Greeter {
        override onOpen(): void {
          super.onOpen();
          this.sendClose(1000);
        }
      },
    );
    const { status, stderr } = await runCli(['connect', '-n', '5', url]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: 'wsc: closed after 3 of 5 messages\n' });
  });
  test('3: nobody is there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    const port = await portOf(server);
    server.close();
    const { status, stderr } = await runCli(['connect', `ws://127.0.0.1:${port}`]);
    expect(status).toBe(3);
    expect(stderr).toMatch(/^wsc: cannot connect to 127\.0\.0\.1:\d+: the connection was refused\n$/);
  });
  test('4: the server refuses; its words are shown', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    server.on('upgrade', (_request, socket) => {
      socket.end('HTTP/1.1 403 Forbidden\r\nContent-Length: 12\r\nConnection: close\r\n\r\nno\x1b[31mthanks');
    });
    const { status, stderr } = await runCli(['connect', `ws://127.0.0.1:${await portOf(server)}`]);
    expect(status).toBe(4);
    expect(stderr).toMatch(/^wsc: .*403/);
    expect(stderr).not.toContain('\x1b');
  });
  test('2: the command line makes no sense', async () => {
    expect((await runCli(['connect', 'ftp://example.com'])).status).toBe(2);
    expect((await runCli(['connect', 'ws://example.com', '-H', 'Bad Name: x'])).status).toBe(2);
    expect((await runCli(['connect', 'ws://example.com', '--ca', '/does/not/exist'])).status).toBe(2);
    expect((await runCli(['connect', 'ws://example.com', '--proxy', 'socks5://x:1'])).status).toBe(2);
  });
});

describe('what wsc connect asks for', () => {
  test('headers may be called as properties of all objects are', async () => {
    let seen: IncomingMessage['headers'] = {};
    const url = await serveWith(
      class extends WebSocketServerProtocol {
        override onConnect(request: ConnectionRequest): null {
          seen = { ...request.headers };
          return null;
        }
      },
    );
    const headers = ['-H', 'constructor: x', '-H', 'toString: y', '-H', 'toString: z'];
    expect(await runCli(['connect', ...headers, url])).toMatchObject({ status: 0, stderr: '' });
    expect(seen).toMatchObject({ constructor: 'x', tostring: 'y, z' });
  });

  test('headers, subprotocols, origin and Basic authentication', async () => {
    let seen: IncomingMessage['headers'] = {};
    const url = await serveWith(
      class extends WebSocketServerProtocol {
        override onConnect(request: Parameters<WebSocketServerProtocol['onConnect']>[0]): string | null {
          seen = { ...request.headers };
          return super.onConnect(request) as string | null;
        }
      },
      {},
      ['chat'],
    );
    const options = ['-H', 'X-A: 1', '-H', 'X-A: 2', '-s', 'other', '-s', 'chat', '-o', 'https://example.com'];
    expect((await runCli(['connect', ...options, '--auth', 'ann:s:ü', url])).status).toBe(0);
    expect(seen).toMatchObject({
      'x-a': '1, 2',
      'sec-websocket-protocol': 'other, chat',
      origin: 'https://example.com',
      authorization: `Basic ${Buffer.from('ann:s:ü').toString('base64')}`,
    });
    await runCli(['connect', '--auth', 'ann', url], '', { WSC_PASSWORD: 'secret' });
    expect(seen.authorization).toBe(`Basic ${Buffer.from('ann:secret').toString('base64')}`);
    await runCli(['connect', url.replace('//', '//bob:x%3A@')]);
    expect(seen.authorization).toBe(`Basic ${Buffer.from('bob:x:').toString('base64')}`);
  });

  test('a proxy, with name and password; and its refusal is told', async () => {
    const url = await serveWith(echoService());
    const asked: (string | undefined)[] = [];
    const proxy = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void proxy.close());
    proxy.on('connect', async (request: IncomingMessage, socket: Socket) => {
      asked.push(request.headers['proxy-authorization']);
      if (asked.at(-1) === undefined) {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
        return;
      }
      const [host, port] = request.url!.split(':');
      const upstream = connectSocket(Number(port), host);
      await once(upstream, 'connect');
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      upstream.pipe(socket).pipe(upstream);
    });
    const address = `127.0.0.1:${await portOf(proxy)}`;
    expect(await runCli(['connect', '--proxy', `http://u:p@${address}`, url], 'via')).toMatchObject({
      status: 0,
      stdout: 'via\n',
    });
    expect(await runCli(['connect', '--proxy', address, url])).toMatchObject({
      status: 4,
      stderr: expect.stringContaining('407'),
    });
    expect(asked).toEqual([`Basic ${Buffer.from('u:p').toString('base64')}`, undefined]);
  });
});
