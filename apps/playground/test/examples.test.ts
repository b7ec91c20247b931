import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { openWebSocket } from '@ws/node';
import { expect, onTestFinished, test } from 'vitest';

test('the server of the README runs, shows its page, and ends by itself', async () => {
  const file = fileURLToPath(new URL('../examples/own-server.mjs', import.meta.url));
  const child = spawn(process.execPath, [file], { env: { ...process.env, PORT: '0' } });
  onTestFinished(() => void child.kill('SIGKILL'));
  const [line] = await once(child.stdout, 'data');
  const [url] = /http:\S+/.exec(String(line))!;
  expect(await (await fetch(url)).text()).toContain('<title>WebSocket playground</title>');
  const connection = await openWebSocket(url.replace('http', 'ws'));
  child.kill('SIGTERM');
  expect(await connection.whenClosed).toMatchObject({ code: 1001 });
  expect(await once(child, 'exit')).toEqual([0, null]);
});
