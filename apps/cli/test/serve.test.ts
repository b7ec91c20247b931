import { spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { WebSocketConnection } from '@ws/connection';
import { openWebSocket } from '@ws/node';
import { afterAll, describe, expect, test } from 'vitest';
import { isWindows, pipeline } from './support/pipeline.ts';
import { runCli, startServer } from './support/run-cli.ts';

const folder = mkdtempSync(join(tmpdir(), 'wsc-serve-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** A program in JavaScript, for where there may be no other. */
const node = (code: string): string[] => ['--', process.execPath, '-e', code];

describe('wsc serve', () => {
  test('sends messages back, in frames of the size that is asked for, and tells who comes and goes', async () => {
    const server = await startServer(['serve', '-p', '0', '--fragment', '2']);
    expect(await runCli(['connect', `${server.url}/a%1b?b`], 'hello\n')).toMatchObject({
      status: 0,
      stdout: 'hello\n',
    });
    await server.stdout.match(/\+ tcp4:127\.0\.0\.1:\d+ \/a%1b\?b\n.* - tcp4:\S+ \/a%1b\?b 1000 \(NORMAL_CLOSURE\)\n/);
    expect(await server.interrupt()).toBe(0);
  });

  test('--broadcast sends them to everybody', async () => {
    const server = await startServer(['serve', '-p', '0', '--broadcast', '-q']);
    const [ann, bob] = await Promise.all([openWebSocket(server.url), openWebSocket(server.url)]);
    await ann.sendMessage('hello');
    expect([await ann.getMessage(), await bob.getMessage()]).toEqual(['hello', 'hello']);
    await bob.close();
    await ann.sendMessage(Uint8Array.of(1));
    expect(await ann.getMessage()).toEqual(Uint8Array.of(1));
    await server.interrupt();
    expect(await ann.whenClosed).toMatchObject({ code: 1001 });
  });

  test('speaks wss:// and Unix domain sockets', async () => {
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
    const subject = '-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1';
    spawnSync(
      'openssl',
      `req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 ${subject} -keyout ${key} -out ${cert}`.split(
        ' ',
      ),
    );
    const secure = await startServer(['serve', '-p', '0', '-q', '--cert', cert, '--key', key]);
    expect(secure.url).toMatch(/^wss:/);
    expect(await runCli(['connect', '-m', 'x', '--ca', cert, secure.url])).toMatchObject({ status: 0, stdout: 'x\n' });
    expect(await runCli(['connect', '-m', 'x', '-k', secure.url])).toMatchObject({ status: 0, stdout: 'x\n' });
    expect(await runCli(['connect', '-m', 'x', secure.url])).toMatchObject({
      status: 3,
      stderr: expect.stringContaining('certificate is not trusted'),
    });
    const unix = await startServer(['serve', '-q', '--unix', join(folder, 's')]);
    expect(await runCli(['connect', '-m', 'x', unix.url])).toMatchObject({ status: 0, stdout: 'x\n' });
  });

  test('says what is wrong: a port that is taken, options that do not go together', async () => {
    const server = await startServer(['serve', '-p', '0', '-q']);
    const taken = await runCli(['serve', '-p', new URL(server.url).port]);
    expect(taken).toMatchObject({ status: 1, stderr: expect.stringContaining('it is taken') });
    expect((await runCli(['serve', '--cert', 'x'])).status).toBe(2);
    expect((await runCli(['serve', '--broadcast', '--', 'cat'])).status).toBe(2);
    expect((await runCli(['serve', '--ui', '--unix', '/x'])).status).toBe(2);
    expect((await runCli(['serve', '-p', '70000'])).status).toBe(2);
  });
});

describe('wsc serve --ui', () => {
  test('shows a page at the port of the server, and serves there as without it', async () => {
    const server = await startServer(['serve', '-p', '0', '--ui', '-q', '--broadcast']);
    const [, page] = await server.stdout.match(/look at it on (http:\S+)\n/);
    const response = await fetch(page!);
    expect(response.headers.get('content-security-policy')).toContain("script-src 'self'");
    expect(await response.text()).toContain('<title>WebSocket playground</title>');
    const [ann, bob] = await Promise.all([openWebSocket(server.url), openWebSocket(`${server.url}/x`)]);
    await ann.sendMessage('hello');
    expect(await bob.getMessage()).toBe('hello');
    expect(await server.interrupt()).toBe(0);
    expect(await bob.whenClosed).toMatchObject({ code: 1001 });
  });

  test('a command runs behind it, too; a port that is taken is told', async () => {
    const server = await startServer([
      'serve',
      '-p',
      '0',
      '--ui',
      '-q',
      ...node('console.log(process.env.PATH_INFO, process.env.SERVER_PORT)'),
    ]);
    const { port } = new URL(server.url);
    expect(await runCli(['connect', '-l', `${server.url}/x`])).toMatchObject({ status: 0, stdout: `/x ${port}\n` });
    expect(await runCli(['serve', '-p', port, '--ui'])).toMatchObject({
      status: 1,
      stderr: expect.stringContaining('it is taken'),
    });
  });
});

/** Resolves when the program of the last client has ended. */
async function openWhenThereIsRoom(url: string): Promise<WebSocketConnection> {
  for (;;) {
    try {
      return await openWebSocket(url);
    } catch (error) {
      expect(error).toMatchObject({ statusCode: 503 });
    }
  }
}

describe('wsc serve -- COMMAND', () => {
  test('lines of its output are messages, messages lines of its input, and 1000 is its good end', async () => {
    const code = `console.log('ready'); process.stdin.on('data', d => process.stdout.write(String(d).toUpperCase())); process.stdin.on('end', () => {}); setTimeout(() => {}, 0)`;
    const server = await startServer(['serve', '-p', '0', ...node(code)]);
    const connection = await openWebSocket(server.url);
    expect(await connection.getMessage()).toBe('ready');
    await connection.sendMessage('hello');
    expect(await connection.getMessage()).toBe('HELLO');
    await connection.close();
    await server.interrupt();
  });

  test('it is told who asks, and nothing of our environment', async () => {
    process.env.WSC_TEST_SECRET = 'secret';
    process.env.WSC_TEST_PASSED = 'passed';
    const server = await startServer([
      'serve',
      '-p',
      '0',
      '--pass-env',
      'WSC_TEST_PASSED',
      ...node('console.log(JSON.stringify(process.env))'),
    ]);
    const headers = ['-H', 'X-Token: abc', '-H', 'Proxy: http://evil', '--auth', 'ann:secret'];
    const { stdout } = await runCli(['connect', '-n', '1', ...headers, `${server.url}/a/b;v=2?c=1&d=x%20y`]);
    const env = JSON.parse(stdout);
    expect(env).toMatchObject({
      GATEWAY_INTERFACE: 'CGI/1.1',
      REQUEST_METHOD: 'GET',
      PATH_INFO: '/a/b',
      QUERY_STRING: 'c=1&d=x+y',
      REQUEST_URI: '/a/b;v=2?c=1&d=x%20y',
      REMOTE_ADDR: '127.0.0.1',
      SERVER_PORT: new URL(server.url).port,
      HTTP_X_TOKEN: 'abc',
      WSC_TEST_PASSED: 'passed',
    });
    // HTTP_PROXY would send the program's requests wherever a client wants.
    for (const name of ['HTTP_PROXY', 'HTTP_AUTHORIZATION', 'WSC_TEST_SECRET']) expect(env).not.toHaveProperty(name);
  });

  test('a bad end is 1011 with its status, and what it complained of is logged', async () => {
    const server = await startServer([
      'serve',
      '-p',
      '0',
      ...node(`console.error('oh\\x1b[2J'); process.stdout.write('rest'); process.exitCode = 3`),
    ]);
    expect(await runCli(['connect', '-l', server.url])).toEqual({
      status: 1,
      stdout: 'rest\n',
      stderr: 'wsc: closed: 1011 (INTERNAL_ERROR): the program ended with 3\n',
    });
    await server.stdout.match(/\[\d+\]: oh\\x1b\[2J\n/);
  });

  test('a command that is not there is 1011; one too many is refused with 503', async () => {
    const none = await startServer(['serve', '-p', '0', '-q', '--', '/does/not/exist']);
    expect((await runCli(['connect', '-l', none.url])).stderr).toContain('could not be started');
    const server = await startServer([
      'serve',
      '-p',
      '0',
      '-q',
      '--max-commands',
      '1',
      ...node('process.stdin.resume()'),
    ]);
    const first = await openWebSocket(server.url);
    expect(await runCli(['connect', server.url])).toMatchObject({ status: 4, stderr: expect.stringContaining('503') });
    await first.close();
  });

  test.skipIf(isWindows)('what a program has started ends with its client, and makes room for the next', async () => {
    const { command, started } = await pipeline();
    const server = await startServer(['serve', '-p', '0', '-q', '--max-commands', '1', '--grace', '20', ...command]);
    for (let i = 0; i < 3; i++) {
      const socket = started();
      const connection = await openWhenThereIsRoom(server.url);
      const ended = once(await socket, 'close');
      await connection.close();
      await ended;
    }
  });

  test.skipIf(isWindows)('what a program has started ends with the server', async () => {
    const { command, started } = await pipeline();
    const server = await startServer(['serve', '-p', '0', '-q', '--grace', '100', ...command]);
    const socket = started();
    await openWebSocket(server.url);
    const ended = once(await socket, 'close');
    expect(await server.interrupt()).toBe(0);
    await ended;
  });

  test.skipIf(isWindows)('commands that could not be started do not count', async () => {
    const program = join(folder, 'late.sh');
    const server = await startServer(['serve', '-p', '0', '-q', '--max-commands', '1', '--', program]);
    for (let i = 0; i < 3; i++) expect((await (await openWebSocket(server.url)).whenClosed).code).toBe(1011);
    writeFileSync(program, '#!/bin/sh\nexec cat\n', { mode: 0o755 });
    const first = await openWebSocket(server.url);
    await expect(openWebSocket(server.url)).rejects.toMatchObject({ statusCode: 503 });
    await first.close();
  });

  test('--binary passes bytes on, as they come', async () => {
    const server = await startServer([
      'serve',
      '-p',
      '0',
      '-q',
      '--binary',
      ...node('process.stdin.pipe(process.stdout)'),
    ]);
    const connection = await openWebSocket(server.url);
    await connection.sendMessage(Uint8Array.of(0, 10, 255));
    expect(await connection.getMessage()).toEqual(Uint8Array.of(0, 10, 255));
    await connection.close();
  });

  test('pages of other machines are not let in, unless they are named', async () => {
    const command = ['-q', ...node('process.stdin.resume()')];
    const server = await startServer(['serve', '-p', '0', ...command]);
    const knock = async (url: string, origin: string): Promise<number> =>
      (await runCli(['connect', '-o', origin, url])).status;
    expect(await knock(server.url, 'https://evil.example')).toBe(4);
    expect(await knock(server.url, 'http://localhost:3000')).toBe(0);
    const open = await startServer(['serve', '-p', '0', '-o', 'https://*.example', ...command]);
    expect(await knock(open.url, 'https://good.example')).toBe(0);
  });
});
