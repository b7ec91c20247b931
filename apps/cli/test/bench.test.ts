import { transportOf } from '@ws/core';
import { WebSocketServerProtocol } from '@ws/node';
import { expect, test } from 'vitest';
import { echoService } from '../src/serve/service.ts';
import { runCli, serveWith, start } from './support/run-cli.ts';

test('wsc bench counts every answer, and draws where they lie', async () => {
  const url = await serveWith(echoService());
  const { status, stdout, stderr } = await runCli([
    'bench',
    '-c',
    '3',
    '-n',
    '300',
    '-b',
    '1k',
    '-P',
    '4',
    '--text',
    url,
  ]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
  expect(stdout).toMatch(/^connections {2}3, /);
  expect(stdout).toMatch(/^messages {5}300 of 1024 bytes in/m);
  expect(stdout).toMatch(/^latency {6}p50 \S+ m?s {2}p90 .* p99\.9 .* max/m);
  expect(stdout).toMatch(/^ *≤ \S+ m?s {2}█/m);
});

test('--json gives figures that programs can read', async () => {
  const url = await serveWith(echoService());
  const { stdout } = await runCli(['bench', '--json', '-n', '50', '-c', '2', url]);
  expect(JSON.parse(stdout)).toMatchObject({ connections: 2, messages: 50, size: 64, failures: 0, mismatches: 0 });
});

test('answers that are not what was sent, and connections that end, are failures', async () => {
  const wrong = await serveWith(
    class extends WebSocketServerProtocol {
      override onMessage(): void {
        this.sendMessage('no');
      }
    },
  );
  expect(await runCli(['bench', '-n', '5', wrong])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('5 answers are not what was sent'),
  });
  const rude = await serveWith(
    class extends WebSocketServerProtocol {
      override onMessage(): void {
        transportOf(this).close(1008, 'go\x1b[2J');
      }
    },
  );
  expect(await runCli(['bench', '-n', '5', '-c', '1', rude])).toMatchObject({
    status: 1,
    stdout: expect.stringContaining('1 connections failed; the first: closed with 1008: go\\x1b[2J'),
  });
});

test('Ctrl+C ends it, and what was measured is told', async () => {
  const url = await serveWith(echoService());
  const running = start(['bench', '-d', '1m', '-c', '1', '--json', url]);
  const client = await runCli(['connect', '-m', 'x', url]);
  expect(client.status).toBe(0);
  expect(await running.interrupt()).toBe(0);
});
